/**
 * Work that is too much for one run, handed out as children a page at a time. The payload keeps how far it got, in the
 * transaction that makes the children, so a parent that is interrupted anywhere hands nothing out twice and leaves
 * nothing out. Few children wait at a time, however many there will be: parking the parent soon stops the work. Who asks
 * for the same work while it is under way asks for what is done already: the parent takes that in and goes on.
 *
 * | state of the payload | means |
 * |---|---|
 * | no `spread` | it has not begun |
 * | `cursor` is a text | the next page begins after it |
 * | `cursor` is null | everything is handed out; it ends when no child waits |
 *
 * A parent of which parts have failed ends as Failed itself, and stays: it says how many, and its id leads to them. Once they
 * are retried, retrying the parent too waits for them and ends it.
 */
import type { Id } from '../base/ids.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { isJsonObject, ownValue } from '../base/json.ts'
import type { Outcome, RunContext, Task, TaskDraft } from '../engine/task-variant.ts'

/** More are handed out while fewer than this wait, and so many at a time. */
export const PAGE_MAX = 1_000
/** Between two looks after the last ones. */
const LOOK_MS = { min: 50, max: 1_000 }
/** While there is more to hand out the lane must not run dry. */
const HAND_OUT_MS = 200

/** A page of ids, which are their own cursor: one that is not full is the last. */
export function pageOf(ids: readonly Id[], limit: number, child: (id: Id) => TaskDraft): Page {
  return { children: ids.map(child), next: ids.length < limit ? null : ids.at(-1) ?? null }
}

/** How far a parent is. Times in ms since 1970. `total` null: nobody knows before the end. */
export interface Spread { readonly cursor: string | null; readonly made: number; readonly total: number | null; readonly since: number }
/** `next` null: there is no more. */
export interface Page { readonly children: readonly TaskDraft[]; readonly next: string | null }
export interface Source {
  /** How many children may wait at a time; left out: PAGE_MAX. For children that have children themselves. */
  readonly atOnce?: number
  /** How many there will be, about. */
  total(): Promise<number | null>
  /** What comes after a cursor that an earlier page gave; '' at the start. At most `atOnce`. */
  page(after: string): Promise<Page>
}

/** One look after the children of the task that runs: hands out the next page, waits, or is done. */
export async function fanOut(task: Task, { children, now }: Pick<RunContext<unknown>, 'children' | 'now'>, source: Source): Promise<Outcome> {
  const { id: _id, ...own } = task as unknown as JsonObject
  const spread = spreadOf(own) ?? { cursor: '', made: 0, total: await source.total(), since: now() }
  const waiting = await children('waiting')
  if (spread.cursor !== null && waiting < (source.atOnce ?? PAGE_MAX)) {
    const { children: drafts, next } = await source.page(spread.cursor)
    const made = spread.made + drafts.length
    const payload = { ...own, spread: { ...spread, cursor: next, made, total: next === null ? made : spread.total } }
    const forMs = next === null ? untilEnd(payload.spread, waiting + drafts.length, now()) : drafts.length === 0 ? 0 : HAND_OUT_MS
    return { kind: 'spread', children: drafts, forMs, why: `${made} handed out`, payload }
  }
  if (spread.cursor !== null || waiting > 0) {
    const forMs = spread.cursor === null ? untilEnd(spread, waiting, now()) : HAND_OUT_MS
    return { kind: 'spread', children: [], forMs, why: `${waiting} wait`, payload: { ...own, spread: { ...spread } } }
  }
  const failed = await children('failed')
  if (failed === 0) return { kind: 'done', note: `all ${spread.made} done` }
  return { kind: 'fail', why: `${failed} of ${spread.made} parts failed; retry those (parentId ${task.id}, status Failed), then this task` }
}

/**
 * ms, about, until the last ones have ended: they go on as they went so far, or nobody knows and it takes as long again as it did.
 * The parent of few is done when they are; one whose last child waits for its retry costs a look a second.
 */
function untilEnd({ made, since }: Spread, waiting: number, now: number): number {
  const [ended, elapsedMs] = [made - waiting, now - since]
  const leftMs = ended > 0 ? Math.ceil(elapsedMs * waiting / ended) : elapsedMs
  return Math.min(Math.max(leftMs, LOOK_MS.min), LOOK_MS.max)
}

/** Null: the task has no children, or has not begun. What is not of this shape was not written here. */
export function spreadOf(payload: JsonObject): Spread | null {
  const found: Json | undefined = ownValue(payload, 'spread')
  if (!isJsonObject(found)) return null
  const { cursor = null, made, total = null, since } = found
  const isRight = (cursor === null || typeof cursor === 'string') && typeof made === 'number'
    && (total === null || typeof total === 'number') && typeof since === 'number'
  return isRight ? { cursor, made, total, since } : null
}
