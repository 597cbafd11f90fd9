/** Task rows in memory: a scan wherever the databases have an index. */
import { RotaError } from '../../errors.ts'
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import { failureKey } from '../../base/failure-reason.ts'
import type { Children, FailureGroup, TaskFilter, TaskOrder, TaskRow, TaskSurvey, TaskTally } from '../../engine/ports/task.ts'
import { isWaiting, newRow } from '../queue/task-row.ts'
import type { TaskRows } from '../queue/task-rows.ts'
import type { MemoryContext } from './database.ts'

export function memoryTaskRows({ table, now }: Pick<MemoryContext, 'table' | 'now'>): TaskRows {
  const tasks = table<TaskRow>('task')
  const select = (matches: (row: TaskRow) => boolean) => [...tasks.rows()].filter(matches)
  const get = (ids: readonly Id[]) => ids.flatMap(id => tasks.get(id) ?? [])
  return {
    get: async ids => get(ids),
    async query(filter, { order, limit, after, position }) {
      const rows = select(row => matches(row, filter)).sort((a, b) => compare(a, b, order))
      const rest = after ? rows.filter(row => compareKeys(keyOf(row.due, order), row.id, keyOf(after.value, order), after.id, order) > 0) : rows
      const start = position ?? 0
      return rest.slice(start, start + limit).map(row => row.id)
    },
    count: async filter => select(row => matches(row, filter)).length,
    tally: async filter => tally(select(row => matches(row, filter))),
    survey: async () => ({ groups: survey(select(() => true)), ageMs: 0 }),
    failures: async (limit, keys) => failures(select(row => !isWaiting(row))).filter(({ key }) => keys?.includes(key) ?? true)
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)).slice(0, limit),
    newestFailures: async (keys, each) => keys.flatMap(key => select(row => !isWaiting(row) && failureKey(row.variant, row.failureReason) === key)
      .map(({ id }) => id).sort().reverse().slice(0, each)),
    groupFailures: async () => 0,
    async ahead(streams, orderingKeys, limit) {
      const keys = new Set(orderingKeys)
      const first = streams.flatMap(({ lane, bucket, band }) =>
        select(row => row.lane === lane && row.bucket === bucket && row.band === band && row.due <= now())
          .sort((a, b) => compareKeys(a.due, a.id, b.due, b.id, DUE_ORDER)).slice(0, limit))
      return { now: now(), tasks: [...first, ...select(row => row.holder !== null && keys.has(row.orderingKey))] }
    },

    lock: async ids => get(ids),
    lockHeld: async holder => select(row => row.holder === holder),
    lockWaiting: async keys => {
      const wanted = new Set(keys)
      return select(row => row.dedupeKey !== null && wanted.has(row.dedupeKey) && isWaiting(row))
    },

    lockChildren: async (parentIds, limit) => {
      const parents = new Set<Id | null>(parentIds)
      return select(row => row.parentId !== null && parents.has(row.parentId) && isWaiting(row)).slice(0, limit)
    },
    countChildren: async (parentId, left) => select(row => row.parentId === parentId && isWaiting(row) === (left === 'waiting')).length,
    async children(ids) {
      const counts = new Map<Id, Children>()
      for (const id of ids) {
        const all = select(row => row.parentId === id)
        const waiting = all.filter(isWaiting).length
        if (all.length > 0) counts.set(id, { waiting, failed: all.length - waiting })
      }
      return counts
    },

    async insert(list) {
      const keyed = list.some(task => task.dedupeKey !== null)
      const keys = new Set(keyed ? select(isWaiting).map(row => row.dedupeKey) : [])
      const inserted = new Set<Id>()
      for (const task of list) {
        const row = newRow(task, now())
        if (row.dedupeKey !== null && isWaiting(row)) {
          if (keys.has(row.dedupeKey)) continue
          keys.add(row.dedupeKey)
        }
        if (tasks.get(row.id)) throw new RotaError('store/conflict', `a task with the id ${row.id} exists`)
        tasks.set(row.id, row)
        inserted.add(row.id)
      }
      return inserted
    },
    async write(rows) {
      for (const row of rows) tasks.set(row.id, row)
    },
    async remove(ids) {
      for (const id of ids) tasks.delete(id)
    },
    async removeDone(holder, done) {
      const gone = done.filter(({ id, version }) => {
        const row = tasks.get(id)
        return row?.version === version && (row.holder === null || row.holder === holder) && tasks.delete(id)
      })
      return new Set(gone.map(({ id }) => id))
    },
  }
}

const DUE_ORDER: TaskOrder = { property: 'due', ascending: true }

/** A Failed task has no due time: no bound on it matches. */
function matches(row: TaskRow, filter: TaskFilter): boolean {
  const { variants, status, dueMin, dueMax, dueAbove, dueBelow, accountId, domainId, lane, running, parentId, failure, idMax } = filter
  const bounded = [dueMin, dueMax, dueAbove, dueBelow].some(bound => bound !== undefined)
  return (!variants || variants.includes(row.variant))
    && (!status || status.includes(row.status))
    && (!bounded || row.due < DUE_NEVER)
    && row.due >= (dueMin ?? -1) && row.due <= (dueMax ?? DUE_NEVER)
    && row.due > (dueAbove ?? -1) && (dueBelow === undefined || row.due < dueBelow)
    && (accountId === undefined || row.accountId === accountId)
    && (domainId === undefined || row.domainId === domainId)
    && (lane === undefined || row.lane === lane)
    && (parentId === undefined || row.parentId === parentId)
    && (running === undefined || (row.holder !== null) === running)
    && (failure === undefined || (!isWaiting(row) && failureKey(row.variant, row.failureReason) === failure))
    && (idMax === undefined || row.id <= idMax)
}

function tally(rows: readonly TaskRow[]): TaskTally[] {
  return [...Map.groupBy(rows, ({ variant, status }) => `${variant}/${status}`).values()].flatMap(alike => alike[0]
    ? { variant: alike[0].variant, status: alike[0].status, count: alike.length, running: alike.filter(row => row.holder !== null).length }
    : [])
}

function survey(rows: readonly TaskRow[]): TaskSurvey['groups'] {
  return tally(rows).map(each => {
    const free = rows.filter(({ variant, status, holder }) => holder === null && status !== 'Failed' && variant === each.variant && status === each.status)
    return { ...each, firstDue: free.length === 0 ? null : free.reduce((first, { due }) => Math.min(first, due), DUE_NEVER) }
  })
}

function failures(rows: readonly TaskRow[]): FailureGroup[] {
  return [...Map.groupBy(rows, ({ variant, failureReason }) => failureKey(variant, failureReason))].map(([key, alike]) => {
    const times = alike.map(row => row.failedAt ?? 0)
    const [oldest, newest] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
    return { key, variant: alike[0]?.variant ?? '', count: alike.length, oldest, newest }
  })
}

function compare(a: TaskRow, b: TaskRow, order: TaskOrder): number {
  return compareKeys(keyOf(a.due, order), a.id, keyOf(b.due, order), b.id, order)
}

/** The order of creation is that of ids alone. */
function keyOf(due: number, { property }: TaskOrder): number {
  return property === 'due' ? due : 0
}

function compareKeys(valueA: number, idA: Id, valueB: number, idB: Id, { ascending }: TaskOrder): number {
  const difference = valueA - valueB || (idA < idB ? -1 : idA > idB ? 1 : 0)
  return ascending ? difference : -difference
}
