/** The rows of the engine's schedules, as the registry sees them. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'

/** A stored schedule; times in ms since 1970. */
export interface ScheduleData {
  readonly id: Id
  readonly name: string
  readonly cron: string
  readonly timeZone: string
  readonly catchUp: 'none' | 'last' | 'all'
  readonly pausedUntil: number | null
  readonly variant: string
  readonly payload: JsonObject
  readonly lastSlot: number | null
  readonly nextSlot: number
  readonly lastTaskId: Id | null
  readonly version: number
}
export type ScheduleChange = Omit<ScheduleData, 'lastSlot' | 'lastTaskId'>
type Reply = 'written' | 'gone' | 'changed' | { readonly takenBy: Id }

/** The engine's schedules, seen from here. */
export interface ScheduleRows {
  list(): Promise<readonly ScheduleData[]>
  count(): Promise<number>
  get(ids: readonly Id[]): Promise<readonly ScheduleData[]>
  insert(schedule: Omit<ScheduleChange, 'version'>): Promise<Reply>
  update(schedule: ScheduleChange): Promise<Reply>
  remove(id: Id): Promise<boolean>
}
export interface SchedulePort<Tx> {
  rows(tx: Tx): ScheduleRows
  /** Which of these tasks have failed; others may be gone. */
  failed(tx: Tx, taskIds: readonly Id[]): Promise<ReadonlySet<Id>>
  /** The first slot after a time; null when none comes any more. */
  nextSlot(cron: string, timeZone: string, after: number): number | null
  now(): number
}

/** Where objects are described and never written. */
export const NO_SCHEDULES: SchedulePort<unknown> = {
  rows: () => { throw new Error('there are no schedules here') },
  failed: () => { throw new Error('there are no tasks here') },
  nextSlot: () => null,
  now: () => 0,
}
