import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hourlyRuns } from './run-counts.ts'

const at = (text: string) => Date.parse(text)

test('counts of every kind, node and outcome are added up by hour, and quiet hours are there', () => {
  const { hours, runs, failing, total, totalFailing, meanMs } = hourlyRuns([
    { hour: '2026-01-01T10:00:00Z', outcome: 'done', runs: 3, duration: 3_000 },
    { hour: '2026-01-01T10:00:00Z', outcome: 'failed', runs: 1, duration: 500 },
    { hour: '2026-01-01T12:00:00Z', outcome: 'retry', runs: 4, duration: 500 },
    { hour: '2025-12-31T12:00:00Z', outcome: 'done', runs: 99, duration: 1 },
    { hour: 'soon', outcome: 'done', runs: 99, duration: 1 },
  ], at('2026-01-01T10:40:00Z'), at('2026-01-01T12:05:00Z'))
  assert.deepEqual(hours, ['10', '11', '12'].map(hour => at(`2026-01-01T${hour}:00:00Z`)))
  assert.deepEqual([runs, failing, total, totalFailing, meanMs], [[4, 0, 4], [1, 0, 4], 8, 5, 500])
})

test('without runs there is no mean', () => {
  assert.equal(hourlyRuns([], at('2026-01-01T10:00:00Z'), at('2026-01-01T10:00:00Z')).meanMs, null)
})
