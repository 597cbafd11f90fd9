/**
 * Time as a thing that is handed in. Only this file and virtual-clock.ts touch Date and timers.
 * `now` is wall time in ms since 1970 (for people and due times), `monotonicMs` never goes back (for trust and durations).
 */
export interface Clock {
  now(): number
  monotonicMs(): number
  /** Calls `fire` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, fire: () => void): () => void
  /** Lets sockets and timers have their turn: a loop whose promises are all resolved already would starve them. */
  breathe(): Promise<void>
}

/** setTimeout overflows above this and would fire at once. */
const TIMER_DELAY_MAX_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), TIMER_DELAY_MAX_MS))
    return () => { clearTimeout(timer) }
  },
  breathe: () => new Promise(resolve => { setImmediate(resolve) }),
}

/** Resolves after `delayMs`, or earlier when the signal aborts (it never rejects: the caller looks at the signal). */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}
