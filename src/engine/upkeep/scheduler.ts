/**
 * The scheduler: works on the one node that holds the scheduler lane (lane-loop.ts), and inserts one task for each slot of each
 * schedule. The transaction that moves a schedule on inserts its tasks under a unique (schedule, slot), so even two
 * nodes that both believe to be the scheduler make one task a slot.
 */
import type { IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { Catalogue } from '../catalogue.ts'
import type { ScheduleRow } from '../ports/schedule.ts'
import type { EngineStore, EngineTx } from '../ports/store.ts'
import { dueSlots } from '../queue/slots.ts'
import type { LaneWork } from './lane-loop.ts'

export const SCHEDULER_LANE = 'scheduler'
/** New and edited schedules are noticed within this time when their hint was lost. */
const LOOK_EVERY_MS = 5_000

export interface SchedulerDeps {
  readonly store: EngineStore
  readonly catalogue: Catalogue
  readonly ids: IdSource
  readonly log: Log
}

export class Scheduler implements LaneWork {
  readonly name = 'schedules'
  readonly lane = SCHEDULER_LANE
  readonly lookEveryMs = LOOK_EVERY_MS
  readonly #deps: SchedulerDeps

  constructor(deps: SchedulerDeps) { this.#deps = deps }

  /** Makes the tasks of all slots that are due; returns the time until the next slot. */
  readonly look = async (goesOn: () => boolean): Promise<number> => {
    const { store } = this.#deps
    const now = await store.now()
    // Somebody who writes a thousand schedules rings a thousand times: most looks find nothing due, and read none of them.
    const earliest = await store.transact(tx => tx.schedules.earliest())
    if (earliest === null || earliest > now) return earliest === null ? LOOK_EVERY_MS : earliest - now
    let delayMs = LOOK_EVERY_MS
    for (const schedule of await store.transact(tx => tx.schedules.list())) {
      if (schedule.nextSlot > now) delayMs = Math.min(delayMs, schedule.nextSlot - now)
      else if (goesOn()) await this.#advanceAlone(schedule, now)
    }
    return delayMs
  }

  /** A schedule that cannot be advanced is reported and holds up no other. */
  async #advanceAlone(schedule: ScheduleRow, now: number): Promise<void> {
    try {
      await this.#advance(schedule, now)
    } catch (error) {
      this.#deps.log.error({ schedule: schedule.name, error: errorText(error) }, 'schedule could not be moved on')
    }
  }

  async #advance(schedule: ScheduleRow, now: number): Promise<void> {
    const { store, log } = this.#deps
    const due = dueSlots(schedule, now)
    if (due === null) {
      log.error({ schedule: schedule.name, cron: schedule.cron, timeZone: schedule.timeZone }, 'schedule has no next slot')
      return
    }
    const moved = await store.transact((tx: EngineTx) => tx.schedules.advance(
      schedule.id, schedule.version, due.lastSlot ?? schedule.lastSlot ?? schedule.nextSlot, due.nextSlot,
      due.run.map(slot => ({ slot, task: this.#task(schedule, now) })),
    ))
    if (moved) log.info({ schedule: schedule.name, slots: due.run.length }, 'schedule moved on')
  }

  #task(schedule: ScheduleRow, now: number) {
    return this.#deps.catalogue.row({ variant: schedule.variant, payload: schedule.payload, due: now }, this.#deps.ids, now)
  }
}
