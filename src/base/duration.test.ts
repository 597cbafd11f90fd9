import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDuration, parseDuration } from './duration.ts'

test('people write durations with units', () => {
  assert.deepEqual(['6h', '90s', '1m30s', '2d', '250ms', '0s', '1w'].map(parseDuration), [21_600_000, 90_000, 90_000, 172_800_000, 250, 0, 604_800_000])
})

test('what is no duration is null', () => {
  for (const text of ['', '6', 'h', '6 h', '-6h', '6H', '1.5h', '6h!', '99999999999999999999d']) assert.equal(parseDuration(text), null, text)
})

test('a formatted duration parses back to itself', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 45 }), ms => { assert.equal(parseDuration(formatDuration(ms)), ms) }))
  assert.equal(formatDuration(5_400_000), '1h30m')
})
