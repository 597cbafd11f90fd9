/** The task table as enqueuers and administrators see it, over any store's rows. */
import { RotaError } from '../../errors.ts'
import type { Id } from '../../base/ids.ts'
import type { EditReply, InsertReply, NewTask, TaskEdit, TaskRow, TaskTable } from '../../engine/ports.ts'
import type { HintBuffer } from '../hints.ts'
import { storableText } from '../storable.ts'
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
    ahead: (streams, orderingKeys, limit) => rows.ahead(streams, orderingKeys.map(storableText), limit),
    edit: (id, version, edit) => editTask(rows, storableText(id), version, storableEdit(edit), hints),
    children: ids => rows.children(ids.map(storableText)),
    destroy: id => destroyTask(rows, storableText(id), hints),
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

async function editTask(rows: TaskRows, id: Id, version: number, edit: TaskEdit, hints: HintBuffer): Promise<EditReply> {
  const [row] = await rows.lock([id])
  if (!row || row.request?.kind === 'destroy') return 'gone'
  if (row.version !== version) return 'changed'
  const next = edited(row, edit)
  const [other] = await waitingUnderKeyOf(rows, row, next)
  if (other && edit.keys) return { takenBy: other.id }
  if (row.holder !== null) {
    await rows.write([requested(row, { kind: 'edit', edit })])
    hints.requests()
    return 'requested'
  }
  // Back from Failed: whoever waits under the key meanwhile keeps it.
  await rows.write([other ? { ...next, dedupeKey: null } : next])
  hints.edited(id)
  hints.lane(row.lane)
  return 'applied'
}

/** Others that wait under a dedupe key which the row does not hold yet. */
async function waitingUnderKeyOf(rows: TaskRows, row: TaskRow, next: TaskRow): Promise<TaskRow[]> {
  const held = isWaiting(row) && next.dedupeKey === row.dedupeKey
  if (held || !isWaiting(next) || next.dedupeKey === null) return []
  return (await rows.lockWaiting([next.dedupeKey])).filter(other => other.id !== row.id)
}

async function destroyTask(rows: TaskRows, id: Id, hints: HintBuffer) {
  const [row] = await rows.lock([id])
  if (!row) return 'gone'
  // Failed children stay for people to look at. There are few levels, and few wait at a time.
  for (let level = [row]; level.length > 0; level = await rows.lockChildren(level.map(each => each.id))) {
    await destroyRows(rows, level, hints)
  }
  return row.holder === null ? 'applied' : 'requested'
}

async function destroyRows(rows: TaskRows, all: readonly TaskRow[], hints: HintBuffer): Promise<void> {
  const [pinned, free] = [all.filter(row => row.holder !== null), all.filter(row => row.holder === null)]
  if (free.length > 0) await rows.remove(free.map(row => row.id))
  for (const { id } of free) hints.edited(id)
  if (pinned.length === 0) return
  await rows.write(pinned.map(row => requested(row, { kind: 'destroy' })))
  hints.requests()
}
