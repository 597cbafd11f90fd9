/** What the suites of registry and domain tables need of a store. */
import type { RegistryTx } from '../../src/registry/ports.ts'
import type { DomainTx } from '../../src/services/ports.ts'

export interface DomainTables extends RegistryTx, DomainTx {}
export interface DomainStore {
  now(): Promise<number>
  transact<T>(work: (tx: DomainTables) => Promise<T>): Promise<T>
  read<T>(work: (tx: DomainTables) => Promise<T>): Promise<T>
  close(): Promise<void>
}
