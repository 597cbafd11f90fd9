/**
 * Work that is done once at every slot of a cron expression by one node of the cluster: the one that holds a lane. The
 * loop decides nothing about who is right: `run` must refuse a slot that somebody else has done, for the lane may have
 * gone to another node while this one slept.
 *
 * | slot | done |
 * |---|---|
 * | comes while the node holds the lane | at once |
 * | came up to a minute ago, while the lane had no holder (a node died) | as soon as it has one, in order |
 * | older | passed over |
 */
import { Bell } from '../../base/bell.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { EngineStore } from '../ports.ts'
import { nextSlot, pendingSlots } from '../queue/slots.ts'

export interface SlotWork {
  /** For the log. */
  readonly name: string
  /** Of one bucket. */
  readonly lane: string
  /** In UTC; asked at each look. */
  readonly cron: () => Promise<string>
  /** The newest slot that is done; null: none ever was. */
  readonly newest: () => Promise<number | null>
  /** False: somebody else has done it. */
  readonly run: (slot: number) => Promise<boolean>
}

/** Another cron expression is noticed within this time when its hint was lost. */
const LOOK_EVERY_MS = 10_000

export interface SlotLoopDeps {
  readonly store: Pick<EngineStore, 'now'>
  readonly clock: Clock
  readonly log: Log
  /** `idle` is true again. */
  readonly ended: () => void
}

export class SlotLoop {
  readonly lane: string
  readonly #work: SlotWork
  readonly #store: Pick<EngineStore, 'now'>
  readonly #clock: Clock
  readonly #log: Log
  readonly #ended: () => void
  readonly #stop = new AbortController()
  readonly #bell = new Bell()
  #active = false
  #busy = false
  #loop: Promise<void> = Promise.resolve()

  constructor(work: SlotWork, { store, clock, log, ended }: SlotLoopDeps) {
    this.lane = work.lane
    this.#work = work
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.#ended = ended
  }

  /** Nothing is being done: the lane may go to another node. */
  get idle(): boolean { return !this.#busy }

  start(): void { this.#loop = this.#looking() }

  /** Whether this node holds the lane and trusts its lease. */
  activate(active: boolean): void {
    if (active === this.#active) return
    this.#active = active
    this.#bell.ring()
  }

  /** Look now: the expression may be another one. */
  kick(): void { this.#bell.ring() }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #looking(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let delayMs = LOOK_EVERY_MS
      if (this.#active) {
        this.#busy = true
        try {
          delayMs = await this.#look()
        } catch (error) {
          this.#log.warn({ work: this.#work.name, error: errorText(error) }, 'work of a slot failed')
        }
        this.#busy = false
        this.#ended()
      }
      await this.#bell.wait(this.#clock, delayMs, this.#stop.signal)
    }
  }

  /** Does what is due; returns the time until the next slot. */
  async #look(): Promise<number> {
    const { name, cron, newest, run } = this.#work
    const expression = await cron()
    const now = await this.#store.now()
    for (const slot of pendingSlots(expression, await newest(), now)) {
      if (!this.#active || this.#stop.signal.aborted) break
      if (!await run(slot)) this.#log.info({ work: name, slot }, 'another node has done the slot')
    }
    const next = nextSlot(expression, 'UTC', now)
    return next === null ? LOOK_EVERY_MS : Math.min(Math.max(next - now, 1), LOOK_EVERY_MS)
  }
}
