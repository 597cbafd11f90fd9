/**
 * The store's time, as far as this node knows it. Due times are compared with the store's clock, so they must be made
 * from it: a node whose wall clock is a minute ahead would put off every retry by a minute.
 */
import type { Clock } from '../../base/clock.ts'

export class StoreTime {
  readonly #clock: Clock
  #aheadOfMonotonicMs: number | null = null

  constructor(clock: Clock) { this.#clock = clock }

  /** The store has just said what time it is. */
  seen(storeNow: number): void {
    this.#aheadOfMonotonicMs = storeNow - this.#clock.monotonicMs()
  }

  /** Ms since 1970; the node's own time until the store has said anything. */
  now(): number {
    return this.#aheadOfMonotonicMs === null ? this.#clock.now() : Math.floor(this.#aheadOfMonotonicMs + this.#clock.monotonicMs())
  }
}
