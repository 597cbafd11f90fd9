/**
 * A process: its clock and its life. While it is stalled nothing of it runs, but time goes on, and what would have run
 * does so when it wakes. A dead one never runs again.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { Timeline } from './timeline.ts'

const EPOCH_MS = Date.UTC(2026, 0, 1)

export class Machine implements Clock {
  readonly #timeline: Timeline
  readonly #bornMs: number
  /** Its seconds for one true second. */
  readonly #rate: number
  #wallOffsetMs: number
  #stalled = false
  #dead = false
  #backlog: (() => void)[] = []
  /** True time at which it last woke from a stall; -Infinity: it never stalled. */
  wokeMs = -Infinity

  constructor(timeline: Timeline, rate: number, wallOffsetMs: number) {
    this.#timeline = timeline
    this.#bornMs = timeline.nowMs
    this.#rate = rate
    this.#wallOffsetMs = wallOffsetMs
  }

  get dead(): boolean { return this.#dead }
  get stalled(): boolean { return this.#stalled }

  now(): number { return Math.floor(EPOCH_MS + this.#timeline.nowMs + this.#wallOffsetMs) }
  monotonicMs(): number { return (this.#timeline.nowMs - this.#bornMs) * this.#rate }

  /** At least a millisecond, like the real one. */
  after(delayMs: number, fire: () => void): () => void {
    let cancelled = false
    this.#timeline.after(Math.max(delayMs, 1) / this.#rate, () => {
      this.deliver(() => { if (!cancelled) fire() })
    })
    return () => { cancelled = true }
  }

  /** Nothing else waits for the event loop here. */
  breathe(): Promise<void> { return Promise.resolve() }

  /** Something from outside reaches it: at once, when it wakes, or never. */
  deliver(fire: () => void): void {
    if (this.#dead) return
    if (this.#stalled) this.#backlog.push(fire)
    else fire()
  }

  jump(byMs: number): void { this.#wallOffsetMs += byMs }

  die(): void {
    this.#dead = true
    this.#backlog = []
  }

  stall(): void { this.#stalled = true }

  /** Each of what was missed runs as an event of its own, in its old order. */
  wake(): void {
    this.#stalled = false
    this.wokeMs = this.#timeline.nowMs
    for (const fire of this.#backlog) this.#timeline.after(0, () => { this.deliver(fire) })
    this.#backlog = []
  }
}

/** The store's clock: true time. */
export function trueClock(timeline: Timeline): Clock {
  return new Machine(timeline, 1, 0)
}
