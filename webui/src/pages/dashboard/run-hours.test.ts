import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureRate, firstHourMs, hoursOf, totalOf } from './run-hours.ts'

const NOW = Date.parse('2026-11-22T11:20:00Z')

test('hours without runs are there too, and the newest is the one that goes on', () => {
  const hours = hoursOf([], NOW)
  assert.equal(hours.length, 25)
  assert.equal(hours[0]?.atMs, Date.parse('2026-11-21T11:00:00Z'))
  assert.equal(hours.at(-1)?.atMs, Date.parse('2026-11-22T11:00:00Z'))
  assert.equal(firstHourMs(NOW), hours[0]?.atMs)
  assert.equal(failureRate(totalOf(hours, 25, NOW)), null)
})

test('rows of one hour are added up, whatever node and variant, and those that did not succeed are counted', () => {
  const hour = '2026-11-22T10:00:00Z'
  const hours = hoursOf([
    { hour, outcome: 'done', runs: 90, duration: 900, node: 'a' }, { hour, outcome: 'retry', runs: 6, duration: 60, node: 'a' },
    { hour, outcome: 'failed', runs: 4, duration: 40, node: 'b' }, { hour, outcome: 'cancelled', runs: 1, duration: 1, node: 'b' },
    { hour: '2026-11-20T10:00:00Z', outcome: 'failed', runs: 1_000, duration: 1 }, { hour: 'nonsense', outcome: 'failed', runs: 1, duration: 1 },
  ], NOW)
  const total = totalOf(hours, 2, NOW)
  assert.deepEqual(total, { runs: 101, failures: 10, durationMs: 1_001, sinceMs: Date.parse(hour), spanMs: 80 * 60_000 })
  assert.equal(failureRate(total), 10 / 101)
  assert.deepEqual(totalOf(hours, 1, NOW).runs, 0)
})
