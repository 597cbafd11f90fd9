/**
 * When a task runs again after a run that did not end it: one pure function. Numbers as existing clients know them:
 * `maxAttempts` 3 means one first run and three retries, then Failed with failedAttemptNumber 3. Beyond that: delays
 * in ms, and the total deadline counts from the first failure for every kind of retry. The arithmetic is base/retry-plan.ts.
 */
import type { Random } from '../../base/random.ts'
import { assertNever } from '../../base/assert.ts'
import { retryDelayMs, retryRefused, type RetrySettings } from '../../base/retry-plan.ts'
import { DUE_NEVER, type TaskRow, type TaskState } from '../ports/task.ts'
import type { Outcome } from '../task-variant.ts'

const PERPETUAL_FIRST_MS = 3_600_000
const PERPETUAL_MAX_MS = 21_600_000

type Unfinished = Exclude<Outcome, { kind: 'done' }>
type Attempts = Pick<TaskRow, 'status' | 'attempt' | 'firstFailedAt' | 'failureReason'>

export function stateAfter(row: Attempts, outcome: Unfinished, settings: RetrySettings, perpetual: boolean, now: number, random: Random): TaskState {
  const firstFailedAt = row.firstFailedAt ?? now
  switch (outcome.kind) {
    case 'snooze': {
      const status = row.attempt > 0 ? 'Retry' : 'Pending'
      return { status, due: now + Math.max(outcome.forMs, 0), attempt: row.attempt, firstFailedAt: row.firstFailedAt, failedAt: null, failureReason: row.failureReason }
    }
    // It got further: over hours a few failures far apart must not use its attempts up.
    case 'spread':
      return { status: 'Pending', due: now + Math.max(outcome.forMs, 0), attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null }
    case 'fail':
      return failed(row.attempt, firstFailedAt, now, outcome.why)
    case 'retry': {
      const due = now + (outcome.afterMs ?? retryDelayMs(row.attempt, settings, random))
      const limits = { ...settings, maxAttempts: outcome.attemptsMax ?? settings.maxAttempts }
      if (retryRefused(row.attempt, due - firstFailedAt, limits) === null) return retry(row.attempt + 1, due, firstFailedAt, outcome.why)
      // Who was told to come back in a day has to be told nothing sooner.
      if (perpetual) return retry(row.attempt + 1, now + Math.max(perpetualDelayMs(row.attempt), outcome.afterMs ?? 0), firstFailedAt, outcome.why)
      return failed(row.attempt, firstFailedAt, now, outcome.why)
    }
    default: return assertNever(outcome)
  }
}

/**
 * A task that was running when its node died keeps its charge, and fails once such deaths alone have used up as many
 * attempts as any task has. A perpetual one is never given up. Null: it may run.
 */
export function stateAfterCrash(row: Attempts & Pick<TaskRow, 'crashes'>, settings: RetrySettings, perpetual: boolean, now: number): TaskState | null {
  if (perpetual || row.crashes <= settings.maxAttempts) return null
  return failed(row.attempt, row.firstFailedAt ?? now, now, row.failureReason ?? 'its node died while it ran')
}

function perpetualDelayMs(attempt: number): number {
  return Math.min(PERPETUAL_FIRST_MS * 2 ** Math.min(attempt, 4), PERPETUAL_MAX_MS)
}

function retry(attempt: number, due: number, firstFailedAt: number, failureReason: string): TaskState {
  return { status: 'Retry', due, attempt, firstFailedAt, failedAt: null, failureReason }
}

function failed(attempt: number, firstFailedAt: number, now: number, failureReason: string): TaskState {
  return { status: 'Failed', due: DUE_NEVER, attempt, firstFailedAt, failedAt: now, failureReason }
}
