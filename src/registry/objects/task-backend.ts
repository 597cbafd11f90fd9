/**
 * Tasks behind the interface of the generic verbs. The rows are the engine's; what is needed of them stands here as a
 * port, so that registry and engine do not know each other. Queries page by key: a page costs its own rows.
 */
import type { Id } from '../../base/ids.ts'
import { isId } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Condition, ObjectBackend } from '../ops/backend.ts'
import type { Stored } from '../schema/object.ts'
import { DATE_MS_MAX, formatDate, parseDate } from '../values/date.ts'
import { payloadOf } from './task.ts'
import type { TaskStateData, TaskStatusName } from './task-status.ts'
import { stateOf, statusBody } from './task-status.ts'

/** A stored task; times in ms since 1970. */
export interface TaskData extends TaskStateData {
  readonly id: Id
  readonly variant: string
  readonly version: number
  readonly accountId: Id | null
  readonly domainId: Id | null
  readonly payload: JsonObject
  readonly createdAt: number
  /** The incarnation that runs it, once it has run for a while. */
  readonly holder: Id | null
  readonly startedAt: number | null
  readonly progress: JsonObject | null
}

export interface TaskConditions {
  readonly variants?: readonly string[]
  readonly status?: readonly TaskStatusName[]
  readonly dueMin?: number
  readonly dueMax?: number
  readonly accountId?: Id
  readonly domainId?: Id
}
export interface TaskWindow {
  readonly order: { readonly property: 'due' | 'createdAt'; readonly ascending: boolean }
  readonly limit: number
  readonly after?: { readonly value: number; readonly id: Id }
  readonly position?: number
}
export interface TaskChange { readonly state?: TaskStateData; readonly payload?: JsonObject }

/** The engine's task table, seen from here. */
export interface TaskRows {
  get(ids: readonly Id[]): Promise<readonly TaskData[]>
  query(conditions: TaskConditions, window: TaskWindow): Promise<Id[]>
  count(conditions: TaskConditions): Promise<number>
  /** `requested`: it is running; the change is made as soon as the run has stopped. */
  edit(id: Id, version: number, change: TaskChange): Promise<'applied' | 'requested' | 'gone' | 'changed'>
  destroy(id: Id): Promise<'applied' | 'requested' | 'gone'>
}

export interface TaskPort<Tx> {
  rows(tx: Tx): TaskRows
  /** Fills in lane, bucket and keys. The id of the waiting task that took the new one in, if one did. */
  create(
    tx: Tx,
    task: { readonly variant: string; readonly payload: JsonObject; readonly state: TaskStateData },
  ): Promise<Id>
  /** From what this process knows of the cluster; null when it knows no such node. */
  hostnameOf(incarnation: Id): string | null
  now(): number
}

export function taskBackend<Tx>(port: TaskPort<Tx>): ObjectBackend<Tx> {
  const load = async (tx: Tx, ids: readonly Id[]): Promise<readonly TaskData[]> => port.rows(tx).get(ids.filter(isId))
  return {
    get: async (tx, ids) => (await load(tx, ids)).map(row => stored(row, port)),

    async contains(tx, selection, id) {
      const [row] = await load(tx, [id])
      return row !== undefined && matches(row, conditionsOf(selection.conditions))
    },

    async page(tx, selection, { limit, skip, after }) {
      const conditions = conditionsOf(selection.conditions)
      if (conditions === null) return []
      const order = { property: selection.property as 'due' | 'createdAt', ascending: selection.ascending }
      if (after === undefined) return port.rows(tx).query(conditions, { order, limit, position: skip })
      const [row] = await load(tx, [after])
      if (!row) return []
      return port
        .rows(tx)
        .query(conditions, { order, limit, position: skip, after: { value: row[order.property], id: row.id } })
    },

    async count(tx, selection) {
      const conditions = conditionsOf(selection.conditions)
      return conditions === null ? 0 : port.rows(tx).count(conditions)
    },

    async create(tx, _id, { body }) {
      const state = stateOf(statusOf(body), null, port.now())
      return {
        kind: 'created',
        id: await port.create(tx, { variant: String(body['@type']), payload: payloadOf(body), state }),
      }
    },

    async update(tx, { id, version, body: before }, { body }) {
      const [row] = await load(tx, [id])
      if (!row) return { kind: 'gone' }
      const state = isDeepStrictEqual(body['status'], before['status'])
        ? null
        : stateOf(statusOf(body), row, port.now())
      // What a run has put into the payload besides the declared fields stays.
      const payload = { ...row.payload, ...payloadOf(body) }
      const reply = await port.rows(tx).edit(id, version, {
        ...(state === null ? {} : { state }), ...(isDeepStrictEqual(payload, row.payload) ? {} : { payload }),
      })
      return reply === 'applied' || reply === 'requested' ? { kind: 'written' } : { kind: reply }
    },

    destroy: async (tx, id) => await port.rows(tx).destroy(id) !== 'gone',

    linksTo: () => Promise.resolve([]),
  }
}

function stored<Tx>(row: TaskData, port: TaskPort<Tx>): Stored {
  const { id, version, variant, payload, createdAt, status, due, startedAt, holder, progress } = row
  return {
    id,
    version,
    body: {
      '@type': variant,
      ...payload,
      status: statusBody(row, createdAt),
      due: status === 'Failed' ? null : formatDate(due),
      startedAt: startedAt === null ? null : formatDate(startedAt),
      runningOn: holder === null ? null : port.hostnameOf(holder),
      progress: progress === null ? null : progressText(progress),
    },
  }
}

/** `{"done": 3, "total": 9}` → `done 3, total 9`. */
function progressText(progress: JsonObject): string {
  return Object.entries(progress)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}

function statusOf(body: JsonObject): JsonObject {
  const status = body['status']
  return isJsonObject(status) ? status : {}
}

/**
 * Null: nothing can match. A second of the wire is a thousand milliseconds of the store. A Failed task has no due time, so
 * a condition on `due` leaves it out.
 */
function conditionsOf(conditions: readonly Condition[]): TaskConditions | null {
  let result: TaskConditions = {}
  for (const condition of conditions) {
    const next = withCondition(result, condition)
    if (next === null) return null
    result = next
  }
  return result
}

function withCondition(known: TaskConditions, { property, comparison, value }: Condition): TaskConditions | null {
  const text = String(value)
  if (property === 'due') {
    const from = parseDate(text) ?? 0
    const to = from + 999
    const [min, max] = {
      '=': [from, to],
      '>': [to + 1, DATE_MS_MAX + 999],
      '>=': [from, DATE_MS_MAX + 999],
      '<': [0, from - 1],
      '<=': [0, to],
    }[comparison] as [number, number]
    const bounds = { dueMin: Math.max(known.dueMin ?? 0, min), dueMax: Math.min(known.dueMax ?? Infinity, max) }
    return bounds.dueMin > bounds.dueMax ? null : { ...known, ...bounds }
  }
  if (property === '@type') return only(known.variants, text) ? { ...known, variants: [text] } : null
  if (property === 'status') return only(known.status, text) ? { ...known, status: [text as TaskStatusName] } : null
  const name = property as 'accountId' | 'domainId'
  return isId(text) && only(known[name], text) ? { ...known, [name]: text } : null
}

/** The same property twice with different values matches nothing. */
function only(known: Id | readonly string[] | undefined, value: string): boolean {
  return known === undefined || known === value || (Array.isArray(known) && known.includes(value))
}

function matches(row: TaskData, conditions: TaskConditions | null): boolean {
  if (conditions === null) return false
  const {
    variants = [row.variant],
    status = [row.status],
    dueMin = 0,
    dueMax = Infinity,
    accountId = row.accountId,
    domainId = row.domainId,
  } = conditions
  return (
    variants.includes(row.variant) &&
    status.includes(row.status) &&
    row.due >= dueMin &&
    row.due <= dueMax &&
    row.accountId === accountId &&
    row.domainId === domainId
  )
}
