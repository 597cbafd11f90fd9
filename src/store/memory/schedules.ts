/** Schedules in memory. */
import type { ScheduleRow, ScheduleTable } from '../../engine/ports/schedule.ts'
import type { TaskTable } from '../../engine/ports/task.ts'
import { SLOT_KEPT_MS } from '../queue/retention.ts'
import { storableText } from '../storable.ts'
import type { MemoryContext } from './database.ts'

interface Slot { readonly scheduleId: string; readonly slot: number }

export function memorySchedules({ table, hints }: MemoryContext, tasks: TaskTable): ScheduleTable {
  // By id; names are unique as well.
  const schedules = table<ScheduleRow>('schedule')
  const slots = table<Slot>('schedule_slot')
  const holderOf = (name: string) => [...schedules.rows()].find(schedule => schedule.name === storableText(name))?.id
  const write = (schedule: ScheduleRow) => {
    const { name, cron, timeZone } = schedule
    schedules.set(schedule.id, { ...schedule, name: storableText(name), cron: storableText(cron), timeZone: storableText(timeZone) })
    hints.schedules()
  }
  return {
    list: async () => [...schedules.rows()].sort((a, b) => a.name < b.name ? -1 : 1),

    count: async () => [...schedules.rows()].length,

    async earliest() {
      const slots = [...schedules.rows()].map(({ nextSlot }) => nextSlot)
      return slots.length === 0 ? null : Math.min(...slots)
    },

    get: async ids => ids.flatMap(id => schedules.get(id) ?? []),

    async insert(schedule) {
      const holder = holderOf(schedule.name)
      if (holder !== undefined) return { takenBy: holder }
      write({ ...schedule, lastSlot: null, lastTaskId: null, version: 1 })
      return 'written'
    },

    async update(schedule) {
      const old = schedules.get(schedule.id)
      if (!old) return 'gone'
      const holder = holderOf(schedule.name)
      if (holder !== undefined && holder !== schedule.id) return { takenBy: holder }
      if (old.version !== schedule.version) return 'changed'
      write({ ...old, ...schedule, version: old.version + 1 })
      return 'written'
    },

    async remove(id) {
      if (!schedules.delete(id)) return false
      for (const [key, slot] of [...slots.entries()]) if (slot.scheduleId === id) slots.delete(key)
      hints.schedules()
      return true
    },

    async advance(id, version, lastSlot, nextSlot, due) {
      const schedule = schedules.get(id)
      if (schedule?.version !== version) return false
      let { lastTaskId } = schedule
      for (const { slot, task } of due) {
        const key = `${id}/${slot}`
        if (slots.get(key)) continue
        slots.set(key, { scheduleId: id, slot })
        const [reply] = await tasks.insert([task])
        lastTaskId = reply?.id ?? lastTaskId
      }
      schedules.set(id, { ...schedule, lastSlot, nextSlot, lastTaskId, version: version + 1 })
      for (const [key, { scheduleId, slot }] of [...slots.entries()]) {
        if (scheduleId === id && slot < lastSlot - SLOT_KEPT_MS) slots.delete(key)
      }
      return true
    },
  }
}
