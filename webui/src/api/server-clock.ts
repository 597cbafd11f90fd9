/** What time it is where tasks become due: the server's, since the viewer's clock may be minutes off. */
import type { Clock } from '../../../src/base/clock.ts'

/** A difference that the way of an answer and its whole seconds explain is none. */
const TOLERANCE_MS = 5_000

export class ServerClock {
  readonly #clock: Pick<Clock, 'now'>
  #aheadMs = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** `ms`: what the server's clock said in an answer that has just come. */
  readonly heard = (ms: number): void => {
    const aheadMs = ms - this.#clock.now()
    this.#aheadMs = Math.abs(aheadMs) <= TOLERANCE_MS ? 0 : aheadMs
  }

  /** ms since 1970. */
  now(): number {
    return this.#clock.now() + this.#aheadMs
  }
}
