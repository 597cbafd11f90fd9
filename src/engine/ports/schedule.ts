/** Schedules: what they are and what moves them on. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { NewTask } from './task.ts'

export type CatchUp = 'none' | 'last' | 'all'
export interface ScheduleRow {
  readonly id: Id
  /** No two have one name. */
  readonly name: string
  readonly cron: string
  readonly timeZone: string
  readonly catchUp: CatchUp
  /** Slots before it are passed over. */
  readonly pausedUntil: number | null
  readonly variant: string
  readonly payload: JsonObject
  readonly lastSlot: number | null
  readonly nextSlot: number
  /** The task of the newest slot that had one. */
  readonly lastTaskId: Id | null
  readonly version: number
}
/** What people decide of a schedule; the rest follows from its being advanced. */
export type ScheduleChange = Omit<ScheduleRow, 'lastSlot' | 'lastTaskId'>
/** `takenBy`: another schedule has the name. */
export type ScheduleReply = 'written' | 'gone' | 'changed' | { readonly takenBy: Id }
export interface ScheduleTable {
  /** All of them, by name. */
  list(): Promise<ScheduleRow[]>
  count(): Promise<number>
  /** The earliest `nextSlot` of all; null: there are none. */
  earliest(): Promise<number | null>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<ScheduleRow[]>
  insert(schedule: Omit<ScheduleChange, 'version'>): Promise<ScheduleReply>
  /** Only when the stored version is `version`. */
  update(schedule: ScheduleChange): Promise<ScheduleReply>
  remove(id: Id): Promise<boolean>
  /** Moves the schedule on and inserts one task a slot, under a unique (schedule, slot): a repeat inserts nothing. False when somebody else changed it. */
  advance(id: Id, version: number, lastSlot: number, nextSlot: number, tasks: readonly { readonly slot: number; readonly task: NewTask }[]): Promise<boolean>
}
