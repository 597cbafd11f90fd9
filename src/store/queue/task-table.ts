/** The task table as enqueuers and administrators see it, over any store's rows. */
import { RotaError } from '../../errors.ts'
import type { Id } from '../../base/ids.ts'
import type { InsertReply, NewTask, TaskEdit, TaskRow, TaskTable } from '../../engine/ports.ts'
import type { HintBuffer } from '../hints.ts'
import { storableText } from '../storable.ts'
import { coalesced, edited, isWaiting, requested, storableFilter, storableTask } from './task-row.ts'
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
    edit: (id, version, edit) => editTask(rows, storableText(id), version, edit, hints),
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

async function editTask(rows: TaskRows, id: Id, version: number, edit: TaskEdit, hints: HintBuffer) {
  const [row] = await rows.lock([id])
  if (!row || row.request?.kind === 'destroy') return 'gone'
  if (row.version !== version) return 'changed'
  if (row.holder !== null) {
    await rows.write([requested(row, { kind: 'edit', edit })])
    hints.requests()
    return 'requested'
  }
  const next = edited(row, edit)
  // Back from Failed: whoever waits under the key meanwhile keeps it.
  const revived = !isWaiting(row) && isWaiting(next) && next.dedupeKey !== null
  const others = revived ? await rows.lockWaiting([next.dedupeKey]) : []
  await rows.write([others.length > 0 ? { ...next, dedupeKey: null } : next])
  hints.edited(id)
  hints.lane(row.lane)
  return 'applied'
}

async function destroyTask(rows: TaskRows, id: Id, hints: HintBuffer) {
  const [row] = await rows.lock([id])
  if (!row) return 'gone'
  if (row.holder === null) {
    await rows.remove([id])
    hints.edited(id)
    return 'applied'
  }
  await rows.write([requested(row, { kind: 'destroy' })])
  hints.requests()
  return 'requested'
}
