/**
 * A clock that moves only when told to: tests and the simulator run hours in milliseconds.
 * `advance` fires the timers in time order and lets promises settle between them; what takes real time meanwhile (a
 * database) is waited for by a `settled` of one's own.
 */
import type { Clock } from './clock.ts'

interface Timer { readonly at: number; readonly sequence: number; readonly fire: () => void }

export class VirtualClock implements Clock {
  #wall: number
  #monotonic = 0
  #sequence = 0
  #timers: Timer[] = []
  readonly #settled: () => Promise<void>

  constructor(startMs = Date.UTC(2026, 0, 1), settled: () => Promise<void> = settle) {
    this.#wall = startMs
    this.#settled = settled
  }

  now(): number { return this.#wall }
  monotonicMs(): number { return this.#monotonic }

  after(delayMs: number, fire: () => void): () => void {
    const timer: Timer = { at: this.#monotonic + Math.max(delayMs, 0), sequence: this.#sequence++, fire }
    this.#timers.push(timer)
    return () => { this.#timers = this.#timers.filter(other => other !== timer) }
  }

  breathe(): Promise<void> { return new Promise(resolve => { setImmediate(resolve) }) }

  /** Moves time on by `ms`, firing what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms
    await this.#settled()
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#move(next.at)
      this.#timers = this.#timers.filter(other => other !== next)
      next.fire()
      await this.#settled()
    }
    this.#move(until)
    await this.#settled()
  }

  #next(until: number): Timer | undefined {
    let best: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at > until) continue
      if (!best || timer.at < best.at || (timer.at === best.at && timer.sequence < best.sequence)) best = timer
    }
    return best
  }

  #move(to: number): void {
    this.#wall += to - this.#monotonic
    this.#monotonic = to
  }
}

/** Lets everything run that is ready without time passing: promises, and stores that answer through the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>(resolve => { setImmediate(resolve) })
}
