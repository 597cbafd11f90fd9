/** Schedules in memory. */
import type { ScheduleRow, ScheduleTable, TaskTable } from '../../engine/ports.ts'
import { SLOT_KEPT_MS } from '../queue/retention.ts'
import type { MemoryContext } from './database.ts'

interface Slot { readonly scheduleId: string; readonly slot: number }

export function memorySchedules({ table }: MemoryContext, tasks: TaskTable): ScheduleTable {
  // By id; names are unique as well.
  const schedules = table<ScheduleRow>('schedule')
  const slots = table<Slot>('schedule_slot')
  const named = (name: string) => [...schedules.rows()].find(schedule => schedule.name === name)
  return {
    list: async () => [...schedules.rows()].sort((a, b) => a.name < b.name ? -1 : 1),

    async put(schedule) {
      const old = named(schedule.name)
      if (!old) {
        schedules.set(schedule.id, { ...schedule, version: 1 })
        return
      }
      const moved = old.cron !== schedule.cron || old.timeZone !== schedule.timeZone
      const { lastSlot, nextSlot } = moved ? schedule : old
      schedules.set(old.id, { ...schedule, id: old.id, lastSlot, nextSlot, version: old.version + 1 })
    },

    async remove(name) {
      const old = named(name)
      if (!old) return false
      schedules.delete(old.id)
      for (const [key, slot] of [...slots.entries()]) if (slot.scheduleId === old.id) slots.delete(key)
      return true
    },

    async advance(id, version, lastSlot, nextSlot, due) {
      const schedule = schedules.get(id)
      if (schedule?.version !== version) return false
      schedules.set(id, { ...schedule, lastSlot, nextSlot, version: version + 1 })
      for (const { slot, task } of due) {
        const key = `${id}/${slot}`
        if (slots.get(key)) continue
        slots.set(key, { scheduleId: id, slot })
        await tasks.insert([task])
      }
      for (const [key, { scheduleId, slot }] of [...slots.entries()]) {
        if (scheduleId === id && slot < lastSlot - SLOT_KEPT_MS) slots.delete(key)
      }
      return true
    },
  }
}
