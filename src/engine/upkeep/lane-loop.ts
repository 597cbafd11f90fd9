/**
 * Work of one node of the cluster: the one that holds a lane. It looks for something to do again and again, and decides
 * nothing about who is right: what it writes must be refused when somebody else has done it, for the lane may have gone to
 * another node while this one slept.
 *
 * | state | means |
 * |---|---|
 * | not active | another node holds the lane, or nobody does; nothing is looked at |
 * | active, idle | waits for its time, or for a ring; the lane may be handed over |
 * | active, busy | a look is under way; a planned hand-over waits for its end, which comes soon: it asks between two pieces whether it goes on |
 */
import { Bell } from '../../base/bell.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'

export interface LaneWork {
  /** For the log. */
  readonly name: string
  /** Of one bucket. */
  readonly lane: string
  /** A look comes at least so often: what has changed is noticed within this time when its hint was lost. */
  readonly lookEveryMs: number
  /** Does what is due, piece by piece while `goesOn`; returns the time until there is more. Throws: the next look tries again. */
  readonly look: (goesOn: () => boolean) => Promise<number>
}

export interface LaneLoopDeps {
  readonly clock: Clock
  readonly log: Log
  /** `idle` is true again. */
  readonly ended: () => void
}

export class LaneLoop {
  readonly lane: string
  readonly #work: LaneWork
  readonly #deps: LaneLoopDeps
  readonly #stop = new AbortController()
  readonly #bell = new Bell()
  #active = false
  #busy = false
  #loop: Promise<void> = Promise.resolve()

  constructor(work: LaneWork, deps: LaneLoopDeps) {
    this.lane = work.lane
    this.#work = work
    this.#deps = deps
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

  /** Look now: what there is to do may be something else. */
  kick(): void { this.#bell.ring() }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #looking(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const delayMs = this.#active ? await this.#look() : this.#work.lookEveryMs
      await this.#bell.wait(this.#deps.clock, delayMs, signal)
    }
  }

  async #look(): Promise<number> {
    const { name, lookEveryMs, look } = this.#work
    this.#busy = true
    try {
      const delayMs = await look(() => this.#active && !this.#stop.signal.aborted)
      return Math.min(Math.max(delayMs, 1), lookEveryMs)
    } catch (error) {
      this.#deps.log.warn({ work: name, error: errorText(error) }, 'work of a lane failed')
      return lookEveryMs
    } finally {
      this.#busy = false
      this.#deps.ended()
    }
  }
}
