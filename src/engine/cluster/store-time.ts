/**
 * The store's time, as far as this node knows it. There is one rule: a time that is written into the store, or compared with one
 * that was, comes from the store's clock, for that is the only one that all nodes share. So everything that a node builds on the
 * store gets `clock`: due times, when mail came into Trash, until when something is archived or a token is valid, when a run
 * began, the time in an id. A node whose wall clock is an hour off writes what the others write.
 *
 * | time of | is for |
 * |---|---|
 * | the store | all that is stored, and all that is compared with it |
 * | the monotonic clock | durations, and trust |
 * | the wall clock of the node | its log, and the validity of certificates, which others judge by clocks of their own |
 *
 * The store says what time it is before the node joins, and at each plan, about once a second; in between its time goes on by
 * the monotonic clock. Until it has said anything it is the node's own.
 */
import type { Clock } from '../../base/clock.ts'

export class StoreTime {
  readonly #clock: Clock
  #aheadOfMonotonicMs: number | null = null
  #offsetMs: number | null = null

  /** The node's, with the store's time. */
  readonly clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
    this.clock = {
      now: () => this.now(), monotonicMs: () => clock.monotonicMs(), after: (delayMs, fire) => clock.after(delayMs, fire), breathe: () => clock.breathe(),
    }
  }

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
