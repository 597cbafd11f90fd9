/**
 * Tasks behind the interface of the generic verbs. The rows are the engine's; what is needed of them stands here as a
 * port, so that registry and engine do not know each other. Queries page by key: a page costs its own rows.
 */
import { isDeepStrictEqual } from 'node:util'
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import { isId } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { ObjectBackend, Selection } from '../ops/backend.ts'
import type { Stored } from '../schema/object.ts'
import { SetFailure } from '../set-error.ts'
import { formatDate } from '../values/date.ts'
import { payloadOf } from './task.ts'
import type { Conditioned, TaskConditions } from './task-conditions.ts'
import { conditionsOf, matches } from './task-conditions.ts'
import type { TaskOrderProperty } from './task-places.ts'
import { TaskPlaces } from './task-places.ts'
import type { Run, TaskParts, TaskWaitingFor } from './task-running.ts'
import { partsBody, runningBody, waitingBody } from './task-running.ts'
import type { TaskStateData } from './task-status.ts'
import { stateOf, statusBody } from './task-status.ts'

/** A stored task; times in ms since 1970. */
export interface TaskData extends TaskStateData, Conditioned, Run {
  readonly id: Id
  readonly status: TaskStateData['status']
  readonly due: number
  readonly version: number
  readonly bucket: number
  readonly band: 0 | 1
  readonly orderingKey: string
  readonly payload: JsonObject
  readonly createdAt: number
  /** Asked of the node that runs it, not yet carried out. */
  readonly request: { readonly kind: 'destroy' } | { readonly kind: 'edit'; readonly edit: TaskChange } | null
}

export interface TaskWindow {
  readonly order: { readonly property: TaskOrderProperty; readonly ascending: boolean }
  readonly limit: number
  readonly after?: { readonly value: number; readonly id: Id }
  readonly position?: number
}
/** `payload`: the members that change. */
export interface TaskChange { readonly state?: TaskStateData; readonly payload?: JsonObject }
/** `requested`: it is running; the change is made as soon as the run has stopped. */
type EditReply = 'applied' | 'requested' | 'gone' | 'changed' | { readonly takenBy: Id }

/** The engine's task table, seen from here. */
export interface TaskRows {
  get(ids: readonly Id[]): Promise<readonly TaskData[]>
  query(conditions: TaskConditions, window: TaskWindow): Promise<Id[]>
  count(conditions: TaskConditions): Promise<number>
  /** Exact, by variant and status; `running`: of these. */
  tally(conditions: TaskConditions): Promise<readonly { readonly variant: string; readonly status: TaskStateData['status']; readonly count: number; readonly running: number }[]>
  destroy(id: Id): Promise<'applied' | 'requested' | 'gone'>
  /** Both only where the task still has the version; each task is named once. */
  editAll(edits: readonly { readonly id: Id; readonly version: number; readonly edit: { readonly state: TaskStateData } }[]): Promise<readonly EditReply[]>
  destroyAll(tasks: readonly { readonly id: Id; readonly version: number }[]): Promise<readonly ('applied' | 'requested' | 'gone' | 'changed')[]>
  /** Groups of failed tasks, the largest first; or those with these keys. */
  failures(limit: number, keys?: readonly Id[]): Promise<readonly FailureData[]>
  /** Of each of these groups the tasks that were made last. */
  newestFailures(keys: readonly Id[], each: number): Promise<readonly Id[]>
}
/** Failed tasks of one variant and one normal reason (base/failure-reason.ts); ms since 1970. */
export interface FailureData { readonly key: Id; readonly variant: string; readonly count: number; readonly oldest: number; readonly newest: number }

export interface TaskPort<Tx> {
  rows(tx: Tx): TaskRows
  /** Fills in lane, bucket and keys. The id of the waiting task that took the new one in, if one did. */
  create(
    tx: Tx,
    task: { readonly variant: string; readonly payload: JsonObject; readonly state: TaskStateData },
  ): Promise<Id>
  /** Only when the task is still at the version of `row`, with the same request; `takenBy`: a waiting task does the same already. */
  edit(tx: Tx, row: TaskData, change: TaskChange): Promise<EditReply>
  /** For each task why it does not run; null when it does, or has failed. */
  waitingFor(tx: Tx, rows: readonly TaskData[]): Promise<readonly (TaskWaitingFor | null)[]>
  /** How far the parts of each task are; null for one that does its work itself. */
  parts(tx: Tx, rows: readonly TaskData[]): Promise<readonly (TaskParts | null)[]>
  /** From what this process knows of the cluster; null when it knows no such node. */
  hostnameOf(incarnation: Id): string | null
  now(): number
}

/** What the backend hands out, for the properties that are computed from more than the body. */
interface StoredTask extends Stored { readonly row: TaskData }

export function taskBackend<Tx>(port: TaskPort<Tx>): ObjectBackend<Tx> {
  const places = new TaskPlaces(() => port.now())
  const load = async (tx: Tx, ids: readonly Id[]): Promise<readonly TaskData[]> => port.rows(tx).get(ids.filter(isId))
  return {
    get: async (tx, ids): Promise<StoredTask[]> => (await load(tx, ids)).map(row => stored(row, port)),

    async contains(tx, selection, id) {
      const [row] = await load(tx, [id])
      return row !== undefined && matches(row, conditionsOf(selection.conditions))
    },

    knowsPlaceOf: (selection, id) => places.find(orderOf(selection).property, id) !== undefined,

    async page(tx, selection, { limit, skip, after }) {
      const conditions = conditionsOf(selection.conditions)
      if (conditions === null) return []
      const order = orderOf(selection)
      const value = after === undefined
        ? undefined
        : places.find(order.property, after) ?? (await load(tx, [after]))[0]?.[order.property]
      if (after !== undefined && value === undefined) return []
      const from = after === undefined || value === undefined ? {} : { after: { value, id: after } }
      const ids = await port.rows(tx).query(conditions, { order, limit, position: skip, ...from })
      // The last but one as well: a page that the server cuts was asked for with one row more.
      const ends = new Set([...ids.slice(0, 1), ...ids.slice(-2)])
      for (const row of await load(tx, [...ends])) places.remember(order.property, row.id, row[order.property])
      return ids
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

    asked: found => stored(asked(rowOf(found)), port).body,

    async update(tx, found, { body }) {
      const row = rowOf(found)
      const former = asked(row)
      const change = changeOf(former, stored(former, port).body, body, port.now())
      const reply = await port.edit(tx, row, change)
      if (typeof reply === 'object') throw alreadyThere(reply.takenBy, Object.keys(change.payload ?? {}))
      return reply === 'applied' || reply === 'requested' ? { kind: 'written' } : { kind: reply }
    },

    destroy: async (tx, { id }) => await port.rows(tx).destroy(id) === 'gone' ? 'gone' : 'removed',

    linksTo: () => Promise.resolve([]),
  }
}

/** The computed property `waitingFor`, for objects that the backend has handed out. */
export function taskWaitingFor<Tx>(port: TaskPort<Tx>): (tx: Tx, found: readonly Stored[]) => Promise<readonly Json[]> {
  return async (tx, found) => {
    const reasons = await port.waitingFor(tx, found.map(rowOf))
    return reasons.map(reason => reason && waitingBody(reason))
  }
}

/** The computed property `parts`, likewise. */
export function taskParts<Tx>(port: TaskPort<Tx>): (tx: Tx, found: readonly Stored[]) => Promise<readonly Json[]> {
  return async (tx, found) => {
    const parts = await port.parts(tx, found.map(rowOf))
    return parts.map(each => each && partsBody(each, port.now()))
  }
}

function rowOf(found: Stored): TaskData {
  assert('row' in found, 'this object does not come from the task table')
  return (found as StoredTask).row
}

/** As it will be once its run has stopped: a second change must not undo the first. */
function asked(row: TaskData): TaskData {
  const { state, payload } = row.request?.kind === 'edit' ? row.request.edit : {}
  return { ...row, ...state, payload: { ...row.payload, ...payload } }
}

function stored<Tx>(row: TaskData, port: TaskPort<Tx>): StoredTask {
  const { id, version, variant, payload, createdAt, status, due, holder, parentId } = row
  return {
    id,
    version,
    row,
    body: {
      '@type': variant,
      ...payload,
      status: statusBody(row, createdAt),
      due: status === 'Failed' ? null : formatDate(due),
      parentId,
      parts: null,
      running: holder === null ? null : runningBody(row, port.hostnameOf(holder)),
      waitingFor: null,
    },
  }
}

/** What a run has put into the payload besides the declared fields stays. */
function changeOf(row: TaskData, before: JsonObject, body: JsonObject, now: number): TaskChange {
  const payload = Object.fromEntries(
    Object.entries(payloadOf(body)).filter(([name, value]) => !isDeepStrictEqual(value, row.payload[name])),
  )
  const sameStatus = isDeepStrictEqual(body['status'], before['status'])
  return {
    ...(sameStatus ? {} : { state: stateOf(statusOf(body), row, now) }),
    ...(Object.keys(payload).length === 0 ? {} : { payload }),
  }
}

function alreadyThere(id: Id, properties: readonly string[]): SetFailure {
  return new SetFailure({
    type: 'primaryKeyViolation',
    description: `The task ${id} waits for the same work already; change or destroy that one.`,
    properties,
    existingId: id,
    objectId: { object: 'Task', id },
  })
}

function orderOf({ property, ascending }: Selection): TaskWindow['order'] {
  return { property: property === 'createdAt' ? 'createdAt' : 'due', ascending }
}

function statusOf(body: JsonObject): JsonObject {
  const status = body['status']
  return isJsonObject(status) ? status : {}
}
