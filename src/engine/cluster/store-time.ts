/**
 * The store's time, as far as this node knows it. Due times are compared with the store's clock, so they must be made
 * from it: a node whose wall clock is a minute ahead would put off every retry by a minute.
 */
import type { Clock } from '../../base/clock.ts'

export class StoreTime {
  readonly #clock: Clock
  #aheadOfMonotonicMs: number | null = null
  #offsetMs: number | null = null

  constructor(clock: Clock) { this.#clock = clock }

  /** The store has just said what time it is; it was asked at `askedMs` of the monotonic clock. */
  seen(storeNow: number, askedMs: number): void {
    const nowMs = this.#clock.monotonicMs()
    this.#aheadOfMonotonicMs = storeNow - nowMs
    // It spoke at some time of the round trip: only what no such time explains is an offset, however slow the store is.
    const most = this.#clock.now() - storeNow
    const least = most - (nowMs - askedMs)
    this.#offsetMs = least > 0 ? Math.floor(least) : Math.min(most, 0)
  }

  /** By how much the node's wall clock is ahead of the store's; negative: behind. Null until the store has said anything. */
  get offsetMs(): number | null { return this.#offsetMs }

  /** Ms since 1970; the node's own time until the store has said anything. */
  now(): number {
    return this.#aheadOfMonotonicMs === null ? this.#clock.now() : Math.floor(this.#aheadOfMonotonicMs + this.#clock.monotonicMs())
  }
}
