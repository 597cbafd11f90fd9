import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doubtsOf, lineEnd, planOf, RUNS_MAX, ticksOf } from './plan.ts'

const MINUTE = 60_000
const backoff = { '@type': 'ExponentialBackoff', factor: 2, initialDelay: MINUTE, maxDelay: 30 * MINUTE, jitter: false }
const value = (more: object = {}) => ({ maxAttempts: 3, totalDeadline: 6 * 60 * MINUTE, strategy: backoff, ...more })
const plan = (more: object = {}) => {
  const made = planOf(value(more))
  assert(made)
  return made
}

test('the defaults without dice: four runs at 0, 1, 3 and 7 minutes', () => {
  const { runs, endedBy, endMs, varies } = plan()
  assert.deepEqual([runs.map(({ atMs }) => atMs / MINUTE), endedBy, endMs / MINUTE, varies], [[0, 1, 3, 7], 'attempts', 7, false])
  assert.ok(runs.every(({ atMs, earliestMs, latestMs }) => earliestMs === atMs && latestMs === atMs))
})

test('with dice each run has a range, half and one and a half times the waits', () => {
  const { runs, varies, fewestRuns, mostRuns } = plan({ strategy: { ...backoff, jitter: true } })
  assert.deepEqual([runs[1]?.earliestMs, runs[1]?.atMs, Math.round((runs[1]?.latestMs ?? 0) / 1_000)], [MINUTE / 2, MINUTE, 90])
  assert.deepEqual([varies, fewestRuns, mostRuns], [true, 4, 4])
})

test('dice decide how many runs fit before the deadline', () => {
  const { fewestRuns, mostRuns } = plan({ maxAttempts: 50, totalDeadline: 60 * MINUTE, strategy: { ...backoff, jitter: true } })
  assert.ok(fewestRuns < mostRuns, `${fewestRuns} ${mostRuns}`)
})

test('doubts: no retry, a deadline that comes first, an end that comes soon, a cap below the first wait, very many runs', () => {
  assert.deepEqual(doubtsOf(plan()), [])
  assert.deepEqual(doubtsOf(plan({ totalDeadline: 1_000 })), ['noRetry'])
  assert.deepEqual(doubtsOf(plan({ maxAttempts: 9, totalDeadline: 10 * MINUTE })), ['deadlineFirst'])
  assert.deepEqual(doubtsOf(plan({ strategy: { '@type': 'FixedDelay', delay: 1_000 } })), ['soonOver'])
  assert.deepEqual(doubtsOf(plan({ strategy: { ...backoff, initialDelay: 40 * MINUTE } })), ['cap'])
  assert.deepEqual(doubtsOf(plan({ maxAttempts: 1_000_000, strategy: { '@type': 'FixedDelay', delay: 0 } })), ['many'])
})

test('a plan has an end, however many attempts there are', () => {
  const { runs, endedBy } = plan({ maxAttempts: 1_000_000, strategy: { '@type': 'FixedDelay', delay: 0 } })
  assert.deepEqual([runs.length, endedBy], [RUNS_MAX, null])
})

test('there is none while something is missing', () => {
  for (const more of [{ maxAttempts: null }, { totalDeadline: undefined }, { strategy: { ...backoff, factor: null } }, { strategy: null }]) {
    assert.equal(planOf(value(more) as never), null)
  }
})

test('the line ends behind the last run, and shows the deadline when it is near', () => {
  assert.ok(lineEnd(plan()) < 10 * MINUTE)
  const near = plan({ totalDeadline: 8 * MINUTE })
  assert.ok(lineEnd(near) > 8 * MINUTE)
  for (const end of [500, 7 * MINUTE, 90 * MINUTE, 1e9, 1e12]) {
    const ticks = ticksOf(end, 6)
    assert.ok(ticks.length >= 1 && ticks.length <= 7 && ticks.every(tick => tick <= end), `${end}: ${ticks.join(' ')}`)
  }
})
