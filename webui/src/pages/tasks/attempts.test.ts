import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RETRY_DEFAULTS } from '../../../../src/base/retry-plan.ts'
import { nextAttempts } from './attempts.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const MINUTE = 60_000
const task = { status: 'Pending', due: '2026-01-01T01:00:00Z', attempts: 0, running: null } as const
const asked = { firstFailedAt: null, now: NOW, attemptsMax: 10 }
const minutes = (at: readonly number[]) => at.map(each => (each - NOW) / MINUTE)

test('a task that has not failed has its first run and every retry before it', () => {
  const { at, endedBy } = nextAttempts(task, RETRY_DEFAULTS, asked)
  assert.deepEqual([minutes(at), endedBy], [[60, 61, 63, 67], 'attempts'])
})
test('one that has failed twice has what is left, and one that is late begins now', () => {
  const { at } = nextAttempts({ ...task, status: 'Retry', attempts: 2, due: '2025-12-31T00:00:00Z' }, RETRY_DEFAULTS, asked)
  assert.deepEqual(minutes(at), [0, 4])
})
test('the deadline counts from the first failure', () => {
  const settings = { ...RETRY_DEFAULTS, maxAttempts: 9, totalDeadlineMs: 90 * MINUTE, strategy: { kind: 'FixedDelay', delayMs: 30 * MINUTE } } as const
  assert.deepEqual(nextAttempts(task, settings, { ...asked, firstFailedAt: NOW }).endedBy, 'deadline')
  assert.deepEqual(minutes(nextAttempts(task, settings, { ...asked, firstFailedAt: NOW }).at), [60, 90])
  assert.deepEqual(minutes(nextAttempts(task, settings, asked).at), [60, 90, 120, 150])
})
test('a failed task has none, and no more are told than were asked for', () => {
  assert.deepEqual(nextAttempts({ ...task, status: 'Failed' }, RETRY_DEFAULTS, asked).at, [])
  assert.deepEqual(nextAttempts(task, RETRY_DEFAULTS, { ...asked, attemptsMax: 2 }), { at: [NOW + 60 * MINUTE, NOW + 61 * MINUTE], endedBy: null })
})
