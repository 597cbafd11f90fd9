/** When a task would be tried again if every attempt failed at once: the arithmetic of the engine, without its chance. */
import type { RetrySettings } from '../../../../src/base/retry-plan.ts'
import { retryDelayMs, retryRefused } from '../../../../src/base/retry-plan.ts'
import type { TaskView } from './task.ts'

export interface NextAttempts {
  /** ms since 1970; the first is the one that is due or under way. */
  readonly at: readonly number[]
  /** Why there is none after the last of them; null: there are more than were asked for. */
  readonly endedBy: 'attempts' | 'deadline' | null
}

/** In the middle of what chance may make of a wait. */
const MIDDLE = { next: () => 0.5 }

/** `firstFailedAt`: ms since 1970; null: it has not failed yet, or nobody knows when. */
export function nextAttempts(
  { status, due, attempts, running }: Pick<TaskView, 'status' | 'due' | 'attempts' | 'running'>, settings: RetrySettings,
  { firstFailedAt, now, attemptsMax }: { readonly firstFailedAt: number | null; readonly now: number; readonly attemptsMax: number },
): NextAttempts {
  if (status === 'Failed') return { at: [], endedBy: 'attempts' }
  let next = running === null ? Math.max(Date.parse(due ?? '') || now, now) : now
  const base = firstFailedAt ?? next
  const at = [next]
  for (let attempt = attempts; ; attempt++) {
    next += retryDelayMs(attempt, settings, MIDDLE)
    const endedBy = retryRefused(attempt, next - base, settings)
    if (endedBy !== null) return { at, endedBy }
    if (at.length >= attemptsMax) return { at, endedBy: null }
    at.push(next)
  }
}
