/**
 * The scheduler: runs on the one node that holds the scheduler lane, and inserts one task for each slot of each
 * schedule. The transaction that moves a schedule on inserts its tasks under a unique (schedule, slot), so even two
 * nodes that both believe to be the scheduler make one task a slot.
 */
import { Bell } from '../../base/bell.ts'
import type { Clock } from '../../base/clock.ts'
import type { IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { Catalogue } from '../catalogue.ts'
import type { EngineStore, EngineTx, ScheduleRow } from '../ports.ts'
import { dueSlots } from '../queue/slots.ts'

/** New and edited schedules are noticed within this time when their hint was lost. */
const LOOK_EVERY_MS = 5_000

export interface SchedulerDeps {
  readonly store: EngineStore
  readonly catalogue: Catalogue
  readonly ids: IdSource
  readonly clock: Clock
  readonly log: Log
}

export class Scheduler {
  readonly #deps: SchedulerDeps
  readonly #stop = new AbortController()
  #active = false
  readonly #bell = new Bell()
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: SchedulerDeps) { this.#deps = deps }

  start(): void { this.#loop = this.#looking() }

  /** Whether this node holds the scheduler lane and trusts its lease. */
  activate(active: boolean): void {
    if (active === this.#active) return
    this.#active = active
    this.#bell.ring()
  }

  /** Look now: a schedule was written. */
  kick(): void { this.#bell.ring() }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #looking(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let delayMs = LOOK_EVERY_MS
      try {
        if (this.#active) delayMs = await this.#look()
      } catch (error) {
        this.#deps.log.warn({ error: errorText(error) }, 'scheduling failed')
      }
      await this.#bell.wait(this.#deps.clock, delayMs, this.#stop.signal)
    }
  }

  /** Runs what is due; returns the time until the next slot. */
  async #look(): Promise<number> {
    const { store } = this.#deps
    const now = await store.now()
    let delayMs = LOOK_EVERY_MS
    for (const schedule of await store.transact(tx => tx.schedules.list())) {
      if (schedule.nextSlot > now) delayMs = Math.min(delayMs, schedule.nextSlot - now)
      else await this.#advanceAlone(schedule, now)
    }
    return Math.max(delayMs, 1)
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
