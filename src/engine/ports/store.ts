/**
 * What the engine needs from outside: a task store, a lease store, a history, wake-ups, a clock and a random source.
 * The store is the truth: its clock decides what is due and what has expired, and every write of an outcome is fenced on
 * the writer's own node row (README.md of engine/lease). Implementations run the suites in test/contract.
 */
import type { LeaseStore, NodeTable } from './node.ts'
import type { QueueStore } from './queue.ts'
import type { RunHistory } from './run.ts'
import type { ScheduleTable } from './schedule.ts'
import type { TaskTable } from './task.ts'
import type { Wakeups } from './wakeups.ts'

/** What the engine gets of a store. */
export interface EngineStore {
  readonly queue: QueueStore
  readonly leases: LeaseStore
  readonly wakeups: Wakeups
  /** The store's clock, ms since 1970. */
  now(): Promise<number>
  transact<T>(work: (tx: EngineTx) => Promise<T>): Promise<T>
}
export interface EngineTx {
  readonly tasks: TaskTable
  readonly nodes: NodeTable
  readonly schedules: ScheduleTable
  readonly runs: RunHistory
}
