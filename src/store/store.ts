/**
 * The narrow waist: one store with one transaction that sees every table. Three implementations, one behaviour
 * (memory: the reference and the test double; SQLite: embedded; PostgreSQL: the cluster). Read README.md beside this file.
 */
import type { EngineStore, EngineTx } from '../engine/ports/store.ts'
import type { RegistryTx } from '../registry/ports.ts'
import type { DomainTx } from '../services/ports.ts'

export interface Tx extends EngineTx, RegistryTx, DomainTx {}

export interface Store extends EngineStore {
  readonly kind: 'memory' | 'sqlite' | 'postgres'
  /** All or nothing. What `work` throws rolls back and is thrown again; wake-ups go out after commit. Work must not keep `tx`. A serialisation failure is retried by the store, so work may run twice. */
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** A consistent look without writes; never waits for writers. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Resolves when the store answers; rejects with store/unavailable. */
  ping(): Promise<void>
  /**
   * Upkeep for one node of the cluster to call every few seconds while tasks flow (PostgreSQL: a VACUUM of the task
   * table, without which it grows to gigabytes under load); nothing to do elsewhere.
   */
  maintain(): Promise<void>
  /**
   * Breaks off what waits for the database in `transact` and `read`, for a stop that may not wait with it: it rejects
   * with store/unavailable. Nothing to do where no other process can be waited for.
   */
  interrupt(): void
  close(): Promise<void>
}
