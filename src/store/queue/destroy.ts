/**
 * Destroying tasks with the parts of them that wait, and the parts of those; failed ones stay for people to look at. A
 * transaction takes away so many rows at most. A task that has parts left keeps its row, with the request to be destroyed,
 * due at once: whoever works its bucket does not run it but asks the store to go on (settle.ts), until it is gone.
 */
import type { TaskRow } from '../../engine/ports/task.ts'
import type { HintBuffer } from '../hints.ts'
import { doomed, requested } from './task-row.ts'
import type { TaskRows } from './task-rows.ts'

/** Of parts; some 50 ms. */
const PARTS_AT_ONCE_MAX = 1_000

/** The rows are locked. What is pinned is asked to stop, and is nobody's part any more. */
export async function destroyTrees(rows: TaskRows, locked: readonly TaskRow[], hints: HintBuffer): Promise<void> {
  const gone: TaskRow[] = []
  const asked: TaskRow[] = []
  const end = (row: TaskRow, whole: boolean): unknown => (whole && row.holder === null ? gone : asked).push(row)
  const seen = new Set(locked.map(({ id }) => id))
  let left = PARTS_AT_ONCE_MAX
  for (let level = [...locked]; level.length > 0;) {
    const found = left > 0 ? await rows.lockChildren(level.map(({ id }) => id), left) : []
    for (const row of level) end(row, found.length < left)
    left -= found.length
    const parts = found.filter(({ id }) => !seen.has(id)).map(part => ({ ...part, parentId: null }))
    for (const { id } of parts) seen.add(id)
    const theirs = parts.length === 0 ? null : await rows.children(parts.map(({ id }) => id))
    for (const part of parts) if (!theirs?.has(part.id)) end(part, true)
    level = parts.filter(({ id }) => theirs?.has(id))
  }
  if (gone.length > 0) await rows.remove(gone.map(row => row.id))
  if (asked.length > 0) await rows.write(asked.map(row => row.holder === null ? doomed(row) : requested(row, { kind: 'destroy' })))
  for (const { id } of gone) hints.edited(id)
  for (const { id, lane, holder } of asked) {
    if (holder !== null) continue
    hints.edited(id)
    hints.lane(lane)
  }
  if (asked.some(row => row.holder !== null)) hints.requests()
}
