/** The rows of the task table inside one transaction: all that a store must be able to do with them. */
import type { Id } from '../../base/ids.ts'
import type { Finish } from '../../engine/ports/queue.ts'
import type { Children, FailureGroup, NewTask, PartsLeft, StreamRef, TaskAhead, TaskFilter, TaskPage, TaskRow, TaskSurvey, TaskTally } from '../../engine/ports/task.ts'

/** The outcome of nearly every run. */
export type Done = Extract<Finish, { kind: 'done' }>

export interface TaskRows {
  /** Without a lock, in any order. */
  get(ids: readonly Id[]): Promise<TaskRow[]>
  query(filter: TaskFilter, page: TaskPage): Promise<Id[]>
  count(filter: TaskFilter): Promise<number>
  tally(filter: TaskFilter): Promise<TaskTally[]>
  survey(): Promise<TaskSurvey>
  failures(limit: number, keys?: readonly Id[]): Promise<FailureGroup[]>
  newestFailures(keys: readonly Id[], each: number): Promise<Id[]>
  groupFailures(limit: number): Promise<number>
  /** Of each stream the first due tasks, at most `limit`, and the pinned tasks of these ordering keys; `now` by the store's clock. */
  ahead(streams: readonly StreamRef[], orderingKeys: readonly string[], limit: number): Promise<{ now: number; tasks: TaskAhead[] }>

  /** These rows, which nobody else changes until the transaction ends. */
  lock(ids: readonly Id[]): Promise<TaskRow[]>
  /** The rows that this incarnation has pinned, locked. */
  lockHeld(holder: Id): Promise<TaskRow[]>
  /** The waiting rows under these dedupe keys, locked. */
  lockWaiting(dedupeKeys: readonly string[]): Promise<TaskRow[]>

  /** Parts of these tasks that have not failed, locked: at most `limit`, and fewer only if there are no more. */
  lockChildren(parentIds: readonly Id[], limit: number): Promise<TaskRow[]>
  countChildren(parentId: Id, left: PartsLeft): Promise<number>
  /** Of those that have any. */
  children(ids: readonly Id[]): Promise<ReadonlyMap<Id, Children>>

  /** Inserts what it can; a task whose dedupe key waits already is left out. Returns the ids that are in. */
  insert(tasks: readonly NewTask[]): Promise<ReadonlySet<Id>>
  /** Writes all columns of rows that were locked before. */
  write(rows: readonly TaskRow[]): Promise<void>
  remove(ids: readonly Id[]): Promise<void>
  /** Removes, without looking first, rows of this version that nobody but `holder` has pinned. Returns the ids that went. */
  removeDone(holder: Id, done: readonly Done[]): Promise<ReadonlySet<Id>>
}
