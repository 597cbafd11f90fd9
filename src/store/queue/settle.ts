/** Outcomes and the ends of holds, over any store's rows. The caller has the fence, in the same transaction. */
import type { Id } from '../../base/ids.ts'
import type { Released } from '../../engine/ports/node.ts'
import type { Finish } from '../../engine/ports/queue.ts'
import type { NewTask, TaskRow } from '../../engine/ports/task.ts'
import type { HintBuffer } from '../hints.ts'
import { destroyTrees } from './destroy.ts'
import { charged, finished, unpinned } from './task-row.ts'
import type { Done, TaskRows } from './task-rows.ts'
import { insertTasks } from './task-table.ts'

/** For each item whether it found its row at its version. */
export async function settle(rows: TaskRows, holder: Id, items: readonly Finish[], hints: HintBuffer): Promise<boolean[]> {
  // What is not simply done, or has changed meanwhile, is decided row by row.
  const gone = new Set(await rows.removeDone(holder, items.filter(isPlain)))
  const rest = items.filter(item => !gone.has(item.id))
  const changes = new Changes(rest.length === 0 ? [] : await rows.lock([...new Set(rest.map(item => item.id))]))
  const followUps: NewTask[] = []
  const replies = items.map(item => {
    if (isPlain(item) && gone.delete(item.id)) return true
    const row = changes.get(item.id)
    if (!row) return false
    const outcome = finished(row, item, holder)
    changes.set(row, outcome.row)
    if (outcome.found && item.kind === 'done') followUps.push(...item.followUps ?? [])
    // A parent that was destroyed meanwhile has no children any more.
    if (outcome.found && item.kind === 'again' && outcome.row) followUps.push(...item.children ?? [])
    return outcome.found
  })
  await changes.write(rows, hints)
  await insertTasks(rows, followUps, hints)
  return replies
}

export function isPlain(item: Finish): item is Done {
  return item.kind === 'done' && !item.followUps?.length
}

/** A node left in order: what it still has pinned is let go. */
export async function letGo(rows: TaskRows, holder: Id, hints: HintBuffer): Promise<void> {
  const held = await rows.lockHeld(holder)
  const changes = new Changes(held)
  for (const row of held) changes.set(row, unpinned(row))
  await changes.write(rows, hints)
}

/** A node died: what it had pinned is charged with a crash and let go. How many tasks it were. */
export async function charge(rows: TaskRows, dead: Holder, now: number, hints: HintBuffer): Promise<number> {
  const held = await rows.lockHeld(dead.incarnation)
  const changes = new Changes(held)
  for (const row of held) changes.set(row, charged(row, dead.hostname ?? dead.incarnation, now))
  await changes.write(rows, hints)
  return held.length
}

/** `hostname` null: nobody knows it any more. */
export interface Holder { readonly incarnation: Id; readonly hostname: string | null }
/** A holder that died, with what was freed of it. */
export interface Freed extends Holder { readonly leases: number; readonly tasks: number }

export function released(freed: readonly Freed[]): Released {
  const holders = freed.filter(({ leases, tasks }) => leases + tasks > 0)
  return {
    holders: holders.map(({ incarnation, hostname }) => ({ incarnation, hostname })),
    leases: holders.reduce((sum, { leases }) => sum + leases, 0),
    tasks: holders.reduce((sum, { tasks }) => sum + tasks, 0),
  }
}

/** Rows as they were locked and as they shall be. */
class Changes {
  #before: ReadonlyMap<Id, TaskRow>
  #after = new Map<Id, TaskRow | null>()

  constructor(locked: readonly TaskRow[]) {
    this.#before = new Map(locked.map(row => [row.id, row]))
  }

  get(id: Id): TaskRow | undefined {
    return this.#after.has(id) ? this.#after.get(id) ?? undefined : this.#before.get(id)
  }
  set(row: TaskRow, next: TaskRow | null): void {
    if (next !== row) this.#after.set(row.id, next)
  }

  async write(rows: TaskRows, hints: HintBuffer): Promise<void> {
    const written: TaskRow[] = []
    const removed: Id[] = []
    const destroyed: TaskRow[] = []
    for (const [id, row] of this.#after) {
      // Whoever owns the bucket by now may go on with this key.
      const before = this.#before.get(id)
      if (row) written.push(row)
      else if (before?.request?.kind === 'destroy') destroyed.push({ ...before, holder: null })
      else removed.push(id)
      if (before?.holder) hints.lane(before.lane)
    }
    if (removed.length > 0) await rows.remove(removed)
    if (written.length > 0) await rows.write(written)
    if (destroyed.length > 0) await destroyTrees(rows, destroyed, hints)
  }
}
