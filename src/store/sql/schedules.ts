/** Schedules: one row each, and one row for each slot that has had its task. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { CatchUp, ScheduleChange, ScheduleReply, ScheduleRow, ScheduleTable } from '../../engine/ports/schedule.ts'
import type { TaskTable } from '../../engine/ports/task.ts'
import { SLOT_KEPT_MS } from '../queue/retention.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'
import type { ScheduleColumns } from './tables/queue.ts'

export function sqlSchedules(context: SqlContext, tasks: TaskTable): ScheduleTable {
  const { db, hints } = context
  const holderOf = async (name: string): Promise<Id | null> =>
    (await db.selectFrom('schedule').select('id').where('name', '=', storableText(name)).executeTakeFirst())?.id ?? null
  return {
    async list() {
      return (await db.selectFrom('schedule').selectAll().orderBy('name').execute()).map(scheduleRow)
    },

    async count() {
      return (await db.selectFrom('schedule').select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()).count
    },

    async earliest() {
      return (await db.selectFrom('schedule').select(eb => eb.fn.min('next_slot').as('earliest')).executeTakeFirst())?.earliest ?? null
    },

    async get(ids) {
      const rows = await db.selectFrom('schedule').selectAll().where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, scheduleRow(row)]))
      return ids.flatMap(id => found.get(id) ?? [])
    },

    async insert(schedule) {
      const { numInsertedOrUpdatedRows: inserted } = await db.insertInto('schedule')
        .values({ ...scheduleColumns(schedule), last_slot: null, last_task_id: null, version: 1 })
        .onConflict(conflict => conflict.column('name').doNothing()).executeTakeFirst()
      if (inserted === 0n) return taken(await holderOf(schedule.name))
      hints.schedules()
      return 'written'
    },

    async update(schedule) {
      const { id, version } = schedule
      const stored = await db.selectFrom('schedule').select('version').where('id', '=', storableText(id)).executeTakeFirst()
      if (!stored) return 'gone'
      const holder = await holderOf(schedule.name)
      if (holder !== null && holder !== id) return taken(holder)
      const { numUpdatedRows } = await db.updateTable('schedule')
        .set({ ...scheduleColumns(schedule), version: version + 1 })
        .where('id', '=', id).where('version', '=', version).executeTakeFirst()
      if (numUpdatedRows === 0n) return 'changed'
      hints.schedules()
      return 'written'
    },

    async remove(id) {
      const { numDeletedRows } = await db.deleteFrom('schedule').where('id', '=', storableText(id)).executeTakeFirst()
      if (numDeletedRows > 0n) hints.schedules()
      return numDeletedRows > 0n
    },

    async advance(id, version, lastSlot, nextSlot, slots) {
      const { numUpdatedRows } = await db.updateTable('schedule')
        .set({ last_slot: lastSlot, next_slot: nextSlot, version: version + 1 })
        .where('id', '=', id).where('version', '=', version).executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      let lastTaskId: Id | null = null
      for (const { slot, task } of slots) {
        const claimed = await db.insertInto('schedule_slot').values({ schedule_id: id, slot })
          .onConflict(conflict => conflict.doNothing()).executeTakeFirst()
        if (claimed.numInsertedOrUpdatedRows === 0n) continue
        const [reply] = await tasks.insert([task])
        lastTaskId = reply?.id ?? lastTaskId
      }
      if (lastTaskId !== null) await db.updateTable('schedule').set({ last_task_id: lastTaskId }).where('id', '=', id).execute()
      await db.deleteFrom('schedule_slot').where('schedule_id', '=', id).where('slot', '<', lastSlot - SLOT_KEPT_MS).execute()
      return true
    },
  }
}

/** Null: whoever had the name has gone meanwhile. */
function taken(by: Id | null): ScheduleReply {
  return by === null ? 'changed' : { takenBy: by }
}

type Changed = Omit<ScheduleColumns, 'version' | 'last_slot' | 'last_task_id'>
function scheduleColumns(schedule: Omit<ScheduleChange, 'version'>): Changed {
  return {
    id: schedule.id,
    name: storableText(schedule.name),
    cron: storableText(schedule.cron),
    time_zone: storableText(schedule.timeZone),
    catch_up: schedule.catchUp,
    paused_until: schedule.pausedUntil,
    variant: schedule.variant,
    payload: JSON.stringify(schedule.payload),
    next_slot: schedule.nextSlot,
  }
}

function scheduleRow(columns: ScheduleColumns): ScheduleRow {
  return {
    id: columns.id,
    name: columns.name,
    cron: columns.cron,
    timeZone: columns.time_zone,
    catchUp: columns.catch_up as CatchUp,
    pausedUntil: columns.paused_until,
    variant: columns.variant,
    payload: JSON.parse(columns.payload) as JsonObject,
    lastSlot: columns.last_slot,
    nextSlot: columns.next_slot,
    lastTaskId: columns.last_task_id,
    version: columns.version,
  }
}
