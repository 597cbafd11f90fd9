/** Tasks as workers take, pin and end them. Every call is one transaction of its own. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Band, NewTask, PartsLeft, TaskRequest, TaskRow, TaskState } from './task.ts'

/** Where a fetch goes on in one stream (lane, bucket, band): rows with (due, id) greater than the cursor. */
export interface StreamCursor { readonly bucket: number; readonly band: Band; readonly afterDue: number; readonly afterId: Id }
/** The start of every stream. */
export const CURSOR_START: Pick<StreamCursor, 'afterDue' | 'afterId'> = { afterDue: -1, afterId: '' }

/**
 * How a run ended. Whatever it is, a pin is let go only if it is that of this start (`startedAt`; left out: any of the
 * holder): the network may repeat an old write while the holder runs the task again. A request that waits on a pin is
 * carried out when the pin is let go.
 */
export type Finish = { readonly id: Id; readonly startedAt?: number } & (
  | { readonly kind: 'done'; readonly version: number; readonly followUps?: readonly NewTask[] }
  | { readonly kind: 'again'; readonly version: number; readonly state: TaskState; readonly payload?: JsonObject; readonly crashes?: number; readonly children?: readonly NewTask[] }
  /** Left as it was: hand-over, shutdown, or stopped because of a request. */
  | { readonly kind: 'release' }
)

/** The worker's side. Every call is one transaction of its own and is fenced on the holder's node row. */
export interface QueueStore {
  /** Due rows (by the store's clock) after each cursor, at most `limit` a stream, in (due, id) order within a stream; and how long it is, by the same clock, until the earliest due time that is still ahead in these streams (1 or more; null: there is none). */
  fetch(lane: string, cursors: readonly StreamCursor[], limit: number): Promise<{ readonly rows: TaskRow[]; readonly nextInMs: number | null }>
  /** `lost`: the node row is gone or expired and nothing was written. Else for each item whether it found its row at its version; a `done` or `again` whose row has a newer version leaves the row and only unpins it. */
  finish(holder: Id, items: readonly Finish[]): Promise<'lost' | readonly boolean[]>
  /** Writes holder, start and progress into running rows; false for a row that is gone or has another version. */
  pin(holder: Id, pins: readonly Pin[]): Promise<'lost' | readonly boolean[]>
  /** The rows that this holder has pinned, with what was asked of them meanwhile. */
  pinned(holder: Id): Promise<readonly PinnedRow[]>
  /** How many are left of the parts of a task. Those that wait are counted at each look after them: failed ones, which may be many, cost that nothing. */
  children(id: Id, left: PartsLeft): Promise<number>
}
export interface PinnedRow { readonly id: Id; readonly startedAt: number; readonly request: TaskRequest | null }
export interface Pin { readonly id: Id; readonly version: number; readonly startedAt: number; readonly progress: JsonObject | null }
