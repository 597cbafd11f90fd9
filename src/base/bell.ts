/**
 * What a loop rests on between two rounds: it goes on when the time is over, when somebody rings, or when it must stop.
 * A ring while nobody waits is kept for the next wait. (An AbortController for each round would do the same, but makes a
 * DOMException for each ring: measured, 7 % of a drain.)
 */
import type { Clock } from './clock.ts'

export class Bell {
  #rung = false
  #wake: () => void = () => {}

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** Resolves after `delayMs`, at a ring, or when `stop` aborts; never rejects. */
  async wait(clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> {
    if (!this.#rung && !stop.aborted) await this.#rest(clock, delayMs, stop)
    this.#rung = false
  }

  #rest(clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        cancel()
        stop.removeEventListener('abort', end)
        this.#wake = () => {}
        resolve()
      }
      const cancel = clock.after(delayMs, end)
      stop.addEventListener('abort', end, { once: true })
      this.#wake = end
    })
  }
}
