/** The task table as enqueuers and administrators see it, over any store's rows. */
import { isDeepStrictEqual } from 'node:util'
import { RotaError } from '../../errors.ts'
import type { Id } from '../../base/ids.ts'
import type { DestroyReply, EditReply, InsertReply, NewTask, TaskEdit, TaskRequest, TaskRow, TaskTable } from '../../engine/ports/task.ts'
import type { HintBuffer } from '../hints.ts'
import { storableText } from '../storable.ts'
import { destroyTrees } from './destroy.ts'
import { coalesced, edited, isWaiting, requested, storableEdit, storableFilter, storableTask } from './task-row.ts'
import type { TaskRows } from './task-rows.ts'

/** Each round something else of the same key came or went in between; more than a few is a bug, not bad luck. */
const INSERT_ROUNDS_MAX = 10

export function taskTable(rows: TaskRows, hints: HintBuffer): TaskTable {
  return {
    insert: tasks => insertTasks(rows, tasks, hints),
    async get(ids) {
      const found = new Map((await rows.get(ids.map(storableText))).map(row => [row.id, row]))
      return ids.flatMap(id => found.get(id) ?? [])
    },
    query: (filter, page) => rows.query(storableFilter(filter), page),
    count: filter => rows.count(storableFilter(filter)),
    tally: filter => rows.tally(storableFilter(filter)),
    survey: () => rows.survey(),
    failures: (limit, keys) => rows.failures(limit, keys?.map(storableText)),
    newestFailures: (keys, each) => rows.newestFailures(keys.map(storableText), each),
    groupFailures: limit => rows.groupFailures(limit),
    ahead: (streams, orderingKeys, limit) => rows.ahead(streams, orderingKeys.map(storableText), limit),
    edit: async (id, version, edit, over) => (await editTasks(rows, [{ id, version, edit, over }], hints))[0] ?? 'gone',
    editAll: edits => editTasks(rows, edits, hints),
    children: ids => rows.children(ids.map(storableText)),
    destroy: async id => {
      const [reply] = await destroyTasks(rows, [{ id, version: null }], hints)
      return reply === undefined || reply === 'changed' ? 'gone' : reply
    },
    destroyAll: tasks => destroyTasks(rows, tasks, hints),
  }
}

/** In the order of `drafts`. */
export async function insertTasks(rows: TaskRows, drafts: readonly NewTask[], hints: HintBuffer): Promise<InsertReply[]> {
  const tasks = drafts.map(storableTask)
  const replies = new Map<NewTask, InsertReply>()
  let left = tasks
  for (let round = 0; left.length > 0; round++) {
    if (round === INSERT_ROUNDS_MAX) throw new RotaError('store/conflict', 'the waiting task of a dedupe key kept changing')
    const inserted = await rows.insert(left)
    for (const task of left) if (inserted.has(task.id)) replies.set(task, { id: task.id, coalesced: false })
    left = await takeIn(rows, left.filter(task => !inserted.has(task.id)), replies)
  }
  for (const task of tasks) hints.lane(task.lane)
  return tasks.flatMap(task => replies.get(task) ?? [])
}

/** Gives each task to the row that waits under its key; returns those whose row has gone meanwhile. */
async function takeIn(rows: TaskRows, tasks: readonly NewTask[], replies: Map<NewTask, InsertReply>): Promise<NewTask[]> {
  const gone: NewTask[] = []
  const waiting = await waitingByKey(rows, tasks)
  for (const task of tasks) {
    const row = waiting.get(task.dedupeKey ?? '')
    if (row) {
      waiting.set(task.dedupeKey ?? '', coalesced(row, task))
      replies.set(task, { id: row.id, coalesced: true })
    } else {
      gone.push(task)
    }
  }
  if (waiting.size > 0) await rows.write([...waiting.values()])
  return gone
}

async function waitingByKey(rows: TaskRows, tasks: readonly NewTask[]): Promise<Map<string, TaskRow>> {
  const keys = new Set(tasks.map(task => task.dedupeKey).filter(key => key !== null))
  const found = keys.size === 0 ? [] : await rows.lockWaiting([...keys])
  return new Map(found.map(row => [row.dedupeKey ?? '', row]))
}

interface Edit { readonly id: Id; readonly version: number; readonly edit: TaskEdit; readonly over?: TaskRequest | null | undefined }

/** In the order of `edits`. */
async function editTasks(rows: TaskRows, edits: readonly Edit[], hints: HintBuffer): Promise<EditReply[]> {
  const asked = edits.map(({ id, edit, ...rest }) => ({ ...rest, id: storableText(id), edit: storableEdit(edit) }))
  const locked = new Map((await rows.lock(asked.map(({ id }) => id))).map(row => [row.id, row]))
  const waiting = await waitingUnderKeys(rows, asked, locked)
  const written: TaskRow[] = []
  const replies = asked.map(({ id, version, edit, over }): EditReply => {
    const row = locked.get(id)
    if (!row || row.request?.kind === 'destroy') return 'gone'
    if (row.version !== version || (over !== undefined && !isDeepStrictEqual(row.request, over))) return 'changed'
    const next = edited(row, edit)
    const key = keyAsked(row, next)
    const other = key === null ? undefined : waiting.get(key)
    if (other !== undefined && other !== id && edit.keys) return { takenBy: other }
    if (row.holder !== null) {
      written.push(requested(row, { kind: 'edit', edit }))
      hints.requests()
      return 'requested'
    }
    // Back from Failed: whoever waits under the key meanwhile keeps it, and the first of several gets it.
    written.push(other !== undefined && other !== id ? { ...next, dedupeKey: null } : next)
    if (key !== null && other === undefined) waiting.set(key, id)
    hints.edited(id)
    hints.lane(row.lane)
    return 'applied'
  })
  if (written.length > 0) await rows.write(written)
  return replies
}

/** By dedupe key who waits under it, for the keys that a row will wait under and does not hold yet. */
async function waitingUnderKeys(
  rows: TaskRows, edits: readonly Edit[], locked: ReadonlyMap<Id, TaskRow>,
): Promise<Map<string, Id>> {
  const keys = edits.flatMap(({ id, edit }) => {
    const row = locked.get(id)
    return row ? keyAsked(row, edited(row, edit)) ?? [] : []
  })
  const found = keys.length === 0 ? [] : await rows.lockWaiting([...new Set(keys)])
  return new Map(found.map(row => [row.dedupeKey ?? '', row.id]))
}

function keyAsked(row: TaskRow, next: TaskRow): string | null {
  const held = isWaiting(row) && next.dedupeKey === row.dedupeKey
  return held || !isWaiting(next) ? null : next.dedupeKey
}

/** In the order of `tasks`; `version` null: whatever it is. */
async function destroyTasks(
  rows: TaskRows, tasks: readonly { readonly id: Id; readonly version: number | null }[], hints: HintBuffer,
): Promise<(DestroyReply | 'changed')[]> {
  const asked = tasks.map(({ id, version }) => ({ id: storableText(id), version }))
  const locked = new Map((await rows.lock(asked.map(({ id }) => id))).map(row => [row.id, row]))
  const going = new Set<Id>()
  const replies = asked.map(({ id, version }) => {
    const row = locked.get(id)
    if (!row) return 'gone'
    if (version !== null && version !== row.version) return 'changed'
    going.add(id)
    return row.holder === null ? 'applied' : 'requested'
  })
  await destroyTrees(rows, [...locked.values()].filter(row => going.has(row.id)), hints)
  return replies
}
