/** Schedules: one row each, and one row for each slot that has had its task. */
import { sql } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { CatchUp, ScheduleRow, ScheduleTable, TaskTable } from '../../engine/ports.ts'
import { SLOT_KEPT_MS } from '../queue/retention.ts'
import type { SqlContext } from './context.ts'
import type { ScheduleColumns } from './tables/queue.ts'

export function sqlSchedules({ db }: SqlContext, tasks: TaskTable): ScheduleTable {
  return {
    async list() {
      return (await db.selectFrom('schedule').selectAll().orderBy('name').execute()).map(scheduleRow)
    },

    async put(schedule) {
      const columns = scheduleColumns(schedule)
      const { id: _id, last_slot, next_slot, ...replaced } = columns
      const moved = sql<boolean>`(schedule.cron <> excluded.cron or schedule.time_zone <> excluded.time_zone)`
      await db.insertInto('schedule').values({ ...columns, version: 1 })
        .onConflict(conflict => conflict.column('name').doUpdateSet({
          ...replaced,
          last_slot: sql<number | null>`case when ${moved} then excluded.last_slot else schedule.last_slot end`,
          next_slot: sql<number>`case when ${moved} then excluded.next_slot else schedule.next_slot end`,
          version: sql<number>`schedule.version + 1`,
        })).execute()
    },

    async remove(name) {
      const { numDeletedRows } = await db.deleteFrom('schedule').where('name', '=', name).executeTakeFirst()
      return numDeletedRows > 0n
    },

    async advance(id, version, lastSlot, nextSlot, slots) {
      const { numUpdatedRows } = await db.updateTable('schedule')
        .set({ last_slot: lastSlot, next_slot: nextSlot, version: version + 1 })
        .where('id', '=', id).where('version', '=', version).executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      for (const { slot, task } of slots) {
        const claimed = await db.insertInto('schedule_slot').values({ schedule_id: id, slot })
          .onConflict(conflict => conflict.doNothing()).executeTakeFirst()
        if (claimed.numInsertedOrUpdatedRows !== 0n) await tasks.insert([task])
      }
      await db.deleteFrom('schedule_slot').where('schedule_id', '=', id).where('slot', '<', lastSlot - SLOT_KEPT_MS).execute()
      return true
    },
  }
}

function scheduleColumns(schedule: Omit<ScheduleRow, 'version'>): Omit<ScheduleColumns, 'version'> {
  return {
    id: schedule.id,
    name: schedule.name,
    cron: schedule.cron,
    time_zone: schedule.timeZone,
    catch_up: schedule.catchUp,
    paused_until: schedule.pausedUntil,
    variant: schedule.variant,
    payload: JSON.stringify(schedule.payload),
    last_slot: schedule.lastSlot,
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
    version: columns.version,
  }
}
