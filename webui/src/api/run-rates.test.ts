import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureRate, spanOf, stepsOf } from './run-rates.ts'

const NOW = Date.parse('2026-11-22T11:20:00Z')

test('steps are added up with all outcomes, and only what did not succeed is a failure', () => {
  const steps = stepsOf([
    { at: '2026-11-22T11:10:00Z', done: 80, retry: 6, failed: 4, snooze: 9, cancelled: 1, duration: 1_000 },
    { at: '2026-11-22T11:15:00Z', done: 0, retry: 0, failed: 0, snooze: 0, cancelled: 0, duration: 0 },
  ])
  const span = spanOf(steps, NOW)
  assert.deepEqual(span, { runs: 100, retry: 6, failed: 4, durationMs: 1_000, sinceMs: Date.parse('2026-11-22T11:10:00Z'), spanMs: 600_000 })
  assert.equal(failureRate(span), 0.1)
})

test('nothing ended: there is no rate', () => {
  assert.equal(failureRate(spanOf([], NOW)), null)
  assert.equal(spanOf([], NOW).spanMs, 0)
})
