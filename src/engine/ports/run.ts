/** The history: finished runs, and how many there were an hour. */
import type { Id } from '../../base/ids.ts'

export type RunOutcome = 'done' | 'snooze' | 'retry' | 'failed' | 'cancelled'
/** One finished attempt. */
export interface RunRecord {
  readonly id: Id
  readonly taskId: Id
  readonly variant: string
  readonly accountId: Id | null
  readonly nodeId: number
  readonly startedAt: number
  readonly durationMs: number
  readonly attempt: number
  readonly outcome: RunOutcome
  readonly error: string | null
  /** What a run that is done says of what it did. */
  readonly note: string | null
  /** The task of which this one was a part. */
  readonly parentId: Id | null
}
/** `startedMin`, `startedMax`: these moments included. */
export interface RunFilter {
  readonly taskId?: Id
  readonly parentId?: Id
  readonly variant?: string
  readonly accountId?: Id
  readonly nodeId?: number
  readonly outcome?: RunOutcome
  readonly startedMin?: number
  readonly startedMax?: number
}
/** Runs that ended in one hour (when it began, ms since 1970) in one way, also those of which no record is kept; how long they took together. */
export interface RunCount { readonly hour: number; readonly variant: string; readonly nodeId: number; readonly outcome: RunOutcome; readonly runs: number; readonly durationMs: number }
/** `id`: of the hour, variant, node and outcome; the text order is that of the hours. */
export interface StoredRunCount extends RunCount { readonly id: string }
/** Runs of a node that ended in the same five minutes (when they began) in one way. */
export interface RunSlot { readonly slot: number; readonly nodeId: number; readonly outcome: RunOutcome; readonly runs: number; readonly durationMs: number }
export const RUN_SLOT_MS = 300_000
/** Of all nodes and variants; `at`: when the five minutes or the hour began. */
export interface RunRate { readonly at: number; readonly outcome: RunOutcome; readonly runs: number; readonly durationMs: number }
/** `hourMin`, `hourMax`: hours that began then included. */
export interface RunCountFilter { readonly hourMin?: number; readonly hourMax?: number; readonly variant?: string; readonly nodeId?: number; readonly outcome?: RunOutcome }
/** In the order of ids; after the id `after`, and then `position` further ones are passed over. */
export interface RunCountPage { readonly ascending: boolean; readonly limit: number; readonly after?: string; readonly position?: number }
/** In the order in which they began, then of ids; strictly after `after`, and then `position` further ones are passed over. */
export interface RunPage {
  readonly ascending: boolean
  readonly limit: number
  readonly after?: Pick<RunRecord, 'startedAt' | 'id'>
  readonly position?: number
}
export interface RunHistory {
  /**
   * `counts`: of all runs, kept or not; they are added to the store's counters too, as `run.<outcome>` and, all together in ms, as `run.time`.
   * `slots`: the same runs once more; they are remembered for a day.
   */
  record(runs: readonly RunRecord[], counts: readonly RunCount[], slots?: readonly RunSlot[]): Promise<void>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<RunRecord[]>
  query(filter: RunFilter, page: RunPage): Promise<RunRecord[]>
  count(filter: RunFilter): Promise<number>
  /** In the order of `ids`; unknown ids are left out. */
  getCounts(ids: readonly string[]): Promise<StoredRunCount[]>
  queryCounts(filter: RunCountFilter, page: RunCountPage): Promise<StoredRunCount[]>
  /** By what they are counted; of five minutes or hours that began at `min` or later, in no particular order. `only`: for hours alone. */
  rates(by: 'slot' | 'hour', min: number, only?: Omit<RunCountFilter, 'hourMin' | 'hourMax'>): Promise<RunRate[]>
  /** How many counts there are, not how many runs. */
  countCounts(filter: RunCountFilter): Promise<number>
  /** Removes records that started before, and the counts of hours that were over by then; returns how many records. */
  purge(before: number, limit: number): Promise<number>
}
