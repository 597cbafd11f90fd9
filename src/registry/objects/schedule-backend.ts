/**
 * Schedules behind the interface of the generic verbs. The rows are the engine's. There are few (SCHEDULES_MAX), so lists
 * are made from all of them. A change is written only at the version that was seen: the scheduler, which moves slots
 * on, and people never overwrite each other.
 */
import type { Id } from '../../base/ids.ts'
import { isId } from '../../base/ids.ts'
import { assert } from '../../base/assert.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { ObjectBackend, Selection } from '../ops/backend.ts'
import type { WriteReply } from '../ports.ts'
import type { Stored } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { formatDate, parseDate } from '../values/date.ts'
import type { ScheduleChange, ScheduleData, SchedulePort } from './schedule-rows.ts'
import { taskOf } from './schedule.ts'
import { payloadOf } from './task.ts'

export const SCHEDULES_MAX = 1_000

export function scheduleBackend<Tx>(port: SchedulePort<Tx>): ObjectBackend<Tx> {
  const selected = async (tx: Tx, { conditions, ascending }: Selection): Promise<Id[]> => {
    const found = (await port.rows(tx).list()).filter(row => conditions.every(({ property, value }) =>
      (property === 'task' ? row.variant : row.name) === value))
    return (ascending ? found : found.toReversed()).map(row => row.id)
  }
  return {
    get: async (tx, ids) => (await port.rows(tx).get(ids.filter(isId))).map(row => stored(row, port)),
    contains: async (tx, selection, id) => (await selected(tx, selection)).includes(id),

    async page(tx, selection, { limit, skip, after }) {
      const ids = await selected(tx, selection)
      return ids.slice(after === undefined ? 0 : ids.indexOf(after) + 1).slice(skip, skip + limit)
    },

    count: async (tx, selection) => selection.conditions.length === 0 ? port.rows(tx).count() : (await selected(tx, selection)).length,

    async create(tx, id, { body }) {
      const { cron, timeZone, ...rest } = decided(body, null)
      if (await port.rows(tx).count() >= SCHEDULES_MAX) {
        throw refusal('overQuota', `There are ${SCHEDULES_MAX} schedules already; destroy one that is not needed.`)
      }
      const nextSlot = slotAfter(port, cron, timeZone, port.now())
      const reply = await port.rows(tx).insert({ id, cron, timeZone, ...rest, nextSlot })
      if (typeof reply === 'object') return conflict(reply.takenBy)
      assert(reply === 'written', `an insert was answered with ${reply}`)
      return { kind: 'created', id }
    },

    async update(tx, { id, version }, { body }) {
      const [row] = await port.rows(tx).get([id])
      if (!row) return { kind: 'gone' }
      const next = decided(body, row)
      const reply = await port.rows(tx).update({ id, version, ...next, nextSlot: nextSlotOf(row, next, port) })
      return typeof reply === 'object' ? conflict(reply.takenBy) : { kind: reply }
    },

    destroy: async (tx, { id }) => await port.rows(tx).remove(id) ? 'removed' : 'gone',
    linksTo: () => Promise.resolve([]),
  }
}

type Decided = Omit<ScheduleChange, 'id' | 'version' | 'nextSlot'>

/** `row`: the schedule as it was; a task that this version cannot show stays. */
function decided(body: JsonObject, row: Pick<ScheduleData, 'variant' | 'payload'> | null): Decided {
  const { pausedUntil } = body
  const task = taskOf(body)
  const known = row === null || typeof task['@type'] === 'string'
  return {
    name: String(body['name']),
    cron: String(body['cron']),
    timeZone: String(body['timeZone']),
    catchUp: String(body['catchUp']) as ScheduleData['catchUp'],
    pausedUntil: typeof pausedUntil === 'string' ? parseDate(pausedUntil) : null,
    ...(known ? { variant: String(task['@type']), payload: payloadOf(task) } : { variant: row.variant, payload: row.payload }),
  }
}

/**
 * New times begin now. So do those of a schedule that is resumed: slots of its pause are passed over even when no
 * scheduler was there to do so.
 */
function nextSlotOf<Tx>(row: ScheduleData, next: Decided, port: SchedulePort<Tx>): number {
  const moved = next.cron !== row.cron || next.timeZone !== row.timeZone
  const resumed = row.pausedUntil !== null && row.pausedUntil > row.nextSlot && next.pausedUntil !== row.pausedUntil
  return moved || resumed ? slotAfter(port, next.cron, next.timeZone, port.now()) : row.nextSlot
}

function slotAfter<Tx>(port: SchedulePort<Tx>, cron: string, timeZone: string, after: number): number {
  const slot = port.nextSlot(cron, timeZone, after)
  if (slot !== null) return slot
  throw refusal('validationFailed', 'cron never comes again; write times that do.')
}

function stored<Tx>(row: ScheduleData, port: SchedulePort<Tx>): Stored {
  const { id, version, name, cron, timeZone, catchUp, pausedUntil, variant, payload, lastSlot, nextSlot, lastTaskId } = row
  const running = pausedUntil === null || pausedUntil <= nextSlot ? nextSlot : port.nextSlot(cron, timeZone, pausedUntil - 1)
  const date = (at: number | null): Json => at === null ? null : formatDate(at)
  return {
    id,
    version,
    body: {
      name, cron, timeZone, catchUp, pausedUntil: date(pausedUntil), task: { '@type': variant, ...payload },
      lastSlot: date(lastSlot), nextSlot: date(running), lastTaskId, problem: null,
    },
  }
}

function conflict(existingId: Id): Extract<WriteReply, { kind: 'conflict' }> {
  return { kind: 'conflict', field: 'name', existingId }
}
