import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../../base/random.ts'
import { DUE_NEVER, type TaskRow, type TaskState } from '../ports/task.ts'
import { stateAfter, stateAfterCrash } from './retry.ts'
import { RETRY_DEFAULTS, retryPlan, type RetrySettings } from '../../base/retry-plan.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = 1_800_000_000_000
const fresh = { status: 'Pending', attempt: 0, firstFailedAt: null, failureReason: null } as const
const steady: RetrySettings = { ...RETRY_DEFAULTS, strategy: { ...RETRY_DEFAULTS.strategy, jitter: false } as RetrySettings['strategy'] }
const half = { next: () => 0.5 }

/** Lets a task fail until it is Failed or has run `runsMax` times; returns the states in order. */
function failAgainAndAgain(settings: RetrySettings, perpetual = false, runsMax = 10): TaskState[] {
  const states: TaskState[] = []
  let row: Pick<TaskRow, 'status' | 'attempt' | 'firstFailedAt' | 'failureReason'> = fresh
  let now = NOW
  for (let run = 0; run < runsMax; run++) {
    const state = stateAfter(row, { kind: 'retry', why: 'no' }, settings, perpetual, now, half)
    states.push(state)
    if (state.status === 'Failed') break
    now = state.due
    row = state
  }
  return states
}

test('the defaults run at 0, 1, 3 and 7 minutes, then Failed with attempt 3', () => {
  const states = failAgainAndAgain(steady)
  assert.deepEqual(states.map(state => [state.status, state.attempt]), [['Retry', 1], ['Retry', 2], ['Retry', 3], ['Failed', 3]])
  assert.deepEqual(states.slice(0, 3).map(state => (state.due - NOW) / MINUTE), [1, 3, 7])
  assert.equal(states[3]?.due, DUE_NEVER)
  assert.equal(states[3]?.failedAt, NOW + 7 * MINUTE)
})

test('a task that hands out parts of it has all its attempts again each time that it gets further', () => {
  let row: Pick<TaskRow, 'status' | 'attempt' | 'firstFailedAt' | 'failureReason'> = fresh
  for (let hour = 0; hour < 24; hour++) {
    const failed = stateAfter(row, { kind: 'retry', why: 'no' }, steady, false, NOW + hour * HOUR, half)
    assert.deepEqual([failed.status, failed.attempt], ['Retry', 1])
    const spread = { kind: 'spread', children: [], payload: {}, forMs: 200, why: 'further' } as const
    row = stateAfter(failed, spread, steady, false, failed.due, half)
    assert.deepEqual(row, { ...fresh, due: failed.due + 200, failedAt: null })
  }
})

test('the first failure stays the base of the deadline', () => {
  assert.ok(failAgainAndAgain(steady).every(state => state.firstFailedAt === NOW))
})

test('a permanent failure of the first run counts no attempt', () => {
  const state = stateAfter(fresh, { kind: 'fail', why: 'bad' }, steady, false, NOW, half)
  assert.deepEqual([state.status, state.attempt, state.failureReason], ['Failed', 0, 'bad'])
})

test('FixedDelay waits the same each time', () => {
  const states = failAgainAndAgain({ ...steady, strategy: { kind: 'FixedDelay', delayMs: 5 * MINUTE } })
  assert.deepEqual(states.slice(0, 3).map(state => (state.due - NOW) / MINUTE), [5, 10, 15])
})

test('a retry that would end after the total deadline fails the task, an explicit time too', () => {
  const settings = { ...steady, totalDeadlineMs: 2 * MINUTE }
  assert.deepEqual(failAgainAndAgain(settings).map(state => state.status), ['Retry', 'Failed'])
  const late = stateAfter(fresh, { kind: 'retry', why: 'busy', afterMs: 3 * MINUTE }, settings, false, NOW, half)
  assert.equal(late.status, 'Failed')
})

test('an explicit time is kept to the millisecond', () => {
  const state = stateAfter(fresh, { kind: 'retry', why: 'busy', afterMs: 1_234 }, steady, false, NOW, half)
  assert.equal(state.due, NOW + 1_234)
})

test('a variant may have its own number of attempts', () => {
  const row = { ...fresh, attempt: 5, firstFailedAt: NOW }
  assert.equal(stateAfter(row, { kind: 'retry', why: 'x', attemptsMax: 10 }, steady, false, NOW, half).status, 'Retry')
  assert.equal(stateAfter({ ...row, attempt: 1 }, { kind: 'retry', why: 'x', attemptsMax: 1 }, steady, false, NOW, half).status, 'Failed')
})

test('perpetual variants go on after 1, 2, 4, then every 6 hours', () => {
  const states = failAgainAndAgain({ ...steady, maxAttempts: 0 }, true, 6)
  const waits = states.map((state, run) => (state.due - (states[run - 1]?.due ?? NOW)) / HOUR)
  assert.deepEqual(waits, [1, 2, 4, 6, 6, 6])
  assert.ok(states.every(state => state.status === 'Retry'))
  assert.equal(stateAfter(fresh, { kind: 'fail', why: 'x' }, steady, true, NOW, half).status, 'Failed')
})

test('a perpetual task that was told to come back later than that comes back later', () => {
  const spent = { ...fresh, attempt: 3, firstFailedAt: NOW - HOUR }
  const due = (afterMs: number) => stateAfter(spent, { kind: 'retry', why: 'x', afterMs }, steady, true, NOW, half).due - NOW
  assert.deepEqual([due(HOUR), due(24 * HOUR), due(168 * HOUR)], [6 * HOUR, 24 * HOUR, 168 * HOUR])
})

test('a snooze moves the due time and counts nothing', () => {
  const pending = stateAfter(fresh, { kind: 'snooze', forMs: 500, why: 'wait' }, steady, false, NOW, half)
  assert.deepEqual([pending.status, pending.attempt, pending.due], ['Pending', 0, NOW + 500])
  const retried = stateAfter({ ...fresh, status: 'Retry', attempt: 2, firstFailedAt: 1, failureReason: 'old' }, { kind: 'snooze', forMs: 0, why: '' }, steady, false, NOW, half)
  assert.deepEqual([retried.status, retried.attempt, retried.failureReason, retried.firstFailedAt], ['Retry', 2, 'old', 1])
})

test('jitter stays within half and one and a half of the delay, and never above maxDelay', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.integer(), fc.double({ min: 1, max: 10, noNaN: true }), (attempt, seed, factor) => {
    const strategy = { kind: 'ExponentialBackoff', factor, initialDelayMs: 1_000, maxDelayMs: 50_000, jitter: true } as const
    const settings = { maxAttempts: 100, totalDeadlineMs: 1e9, strategy }
    const state = stateAfter({ ...fresh, attempt, firstFailedAt: NOW }, { kind: 'retry', why: 'x' }, settings, false, NOW, seededRandom(seed))
    const plain = Math.min(1_000 * factor ** attempt, 50_000)
    const delay = state.due - NOW
    assert.ok(delay >= Math.floor(plain * 0.5) && delay <= Math.min(plain * 1.5, 50_000), `${delay} for ${plain}`)
  }))
})

test('a task charged with crashes fails once they used up its attempts', () => {
  const row = { ...fresh, status: 'Retry', firstFailedAt: NOW, failureReason: 'node a died' } as const
  assert.equal(stateAfterCrash({ ...row, attempt: 3, crashes: 3 }, steady, false, NOW), null)
  const state = stateAfterCrash({ ...row, attempt: 4, crashes: 4 }, steady, false, NOW)
  assert.deepEqual([state?.status, state?.failureReason], ['Failed', 'node a died'])
})

test('ordinary failures do not count as crashes, and a perpetual task is not given up', () => {
  const row = { ...fresh, status: 'Retry', firstFailedAt: NOW, failureReason: 'node a died' } as const
  assert.equal(stateAfterCrash({ ...row, attempt: 8, crashes: 1 }, steady, false, NOW), null)
  assert.equal(stateAfterCrash({ ...row, attempt: 8, crashes: 8 }, steady, true, NOW), null)
})

test('the plan that is shown beforehand has the runs that tasks then have', () => {
  const runs = fc.record({
    maxAttempts: fc.integer({ min: 1, max: 30 }),
    totalDeadlineMs: fc.integer({ min: 0, max: 24 * HOUR }),
    strategy: fc.oneof(
      fc.record({ kind: fc.constant('FixedDelay' as const), delayMs: fc.integer({ min: 0, max: 2 * HOUR }) }),
      fc.record({
        kind: fc.constant('ExponentialBackoff' as const), factor: fc.double({ min: 1, max: 5, noNaN: true }), jitter: fc.boolean(),
        initialDelayMs: fc.integer({ min: 0, max: HOUR }), maxDelayMs: fc.integer({ min: 0, max: 3 * HOUR }),
      }),
    ),
  })
  fc.assert(fc.property(runs, fc.integer({ min: 1, max: 40 }), (settings, runsMax) => {
    const plan = retryPlan(settings, half, runsMax)
    const states = failAgainAndAgain(settings, false, runsMax)
    assert.deepEqual(plan.runsMs, [0, ...states.slice(0, plan.runsMs.length - 1).map(state => state.due - NOW)])
    const last = states.at(-1)
    assert.equal(plan.endedBy === null, last?.status !== 'Failed')
    assert.equal(states.length, plan.runsMs.length)
    if (plan.endedBy !== null) assert.equal(last?.failedAt, NOW + (plan.runsMs.at(-1) ?? 0))
  }))
})

test('what ends the plan is said', () => {
  assert.deepEqual(retryPlan(steady, half, 10), { runsMs: [0, MINUTE, 3 * MINUTE, 7 * MINUTE], endedBy: 'attempts' })
  assert.equal(retryPlan({ ...steady, totalDeadlineMs: 5 * MINUTE }, half, 10).endedBy, 'deadline')
  assert.deepEqual(retryPlan(steady, half, 2), { runsMs: [0, MINUTE], endedBy: null })
})
