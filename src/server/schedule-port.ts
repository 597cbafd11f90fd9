/** Joins registry and engine, which do not know each other: the schedules as the registry's Schedule object sees them. */
import type { EngineTx } from '../engine/ports/store.ts'
import { nextSlot } from '../engine/queue/slots.ts'
import type { SchedulePort } from '../registry/objects/schedule-rows.ts'

export function schedulePort<Tx extends EngineTx>(now: () => number): SchedulePort<Tx> {
  return {
    rows: tx => tx.schedules, nextSlot, now,
    failed: async (tx, taskIds) => new Set((await tx.tasks.get(taskIds)).filter(({ status }) => status === 'Failed').map(({ id }) => id)),
  }
}
