/** The worker's side in memory. */
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import type { NodeRow } from '../../engine/ports/node.ts'
import type { QueueStore } from '../../engine/ports/queue.ts'
import type { TaskRow } from '../../engine/ports/task.ts'
import { settle } from '../queue/settle.ts'
import { pinnedRow } from '../queue/task-row.ts'
import type { MemoryContext, MemoryDatabase } from './database.ts'
import { memoryTaskRows } from './task-rows.ts'

export function memoryQueue(database: MemoryDatabase): QueueStore {
  return {
    fetch: (lane, cursors, limit) => database.read(({ table, now: clock }) => {
      const now = clock()
      const streams = new Map(cursors.map(cursor => [`${cursor.bucket}/${cursor.band}`, { cursor, found: [] as TaskRow[] }]))
      let nextInMs: number | null = null
      for (const row of table<TaskRow>('task').rows()) {
        const stream = row.lane === lane ? streams.get(`${row.bucket}/${row.band}`) : undefined
        if (!stream || row.due === DUE_NEVER) continue
        const { afterDue, afterId } = stream.cursor
        if (row.due > now) nextInMs = Math.min(nextInMs ?? DUE_NEVER, row.due - now)
        else if (row.due > afterDue || (row.due === afterDue && row.id > afterId)) stream.found.push(row)
      }
      const rows = [...streams.values()].flatMap(({ found }) => found.sort(inDueOrder).slice(0, limit))
      return { rows, nextInMs }
    }),

    finish: (holder, items) => database.transact(async context => {
      if (!isAlive(context, holder)) return 'lost'
      return settle(memoryTaskRows(context), holder, items, context.hints)
    }),

    pin: (holder, pins) => database.transact(context => {
      if (!isAlive(context, holder)) return 'lost'
      const tasks = context.table<TaskRow>('task')
      return pins.map(({ id, version, startedAt, progress }) => {
        const row = tasks.get(id)
        if (!row || row.version !== version || (row.holder !== null && row.holder !== holder)) return false
        tasks.set(id, { ...row, holder, startedAt, progress })
        return true
      })
    }),

    pinned: holder => database.read(({ table }) => [...table<TaskRow>('task').rows()]
      .filter(row => row.holder === holder).map(pinnedRow)),

    children: (id, left) => database.read(context => memoryTaskRows(context).countChildren(id, left)),
  }
}

export function isAlive({ table, now }: MemoryContext, incarnation: Id): boolean {
  const node = table<NodeRow>('node').get(incarnation)
  return node !== undefined && node.expiresAt > now()
}

function inDueOrder(a: TaskRow, b: TaskRow): number {
  return a.due - b.due || (a.id < b.id ? -1 : 1)
}
