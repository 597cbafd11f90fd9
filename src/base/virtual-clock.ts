/**
 * A clock that moves only when told to: tests and the simulator run hours in milliseconds.
 * `advance` fires the timers in time order and lets promises settle between them.
 */
import type { Clock } from './clock.ts'

interface Timer { readonly at: number; readonly sequence: number; readonly fire: () => void }

export class VirtualClock implements Clock {
  #wall: number
  #monotonic = 0
  #sequence = 0
  #timers: Timer[] = []

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#wall = startMs
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
    await settle()
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#move(next.at)
      this.#timers = this.#timers.filter(other => other !== next)
      next.fire()
      await settle()
    }
    this.#move(until)
    await settle()
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
