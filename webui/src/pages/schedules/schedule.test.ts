import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOfRetention, outcomeOf, PAUSED_FOR_GOOD, pausedFor, pauseOf, taskOf } from './schedule.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const row = (more: object) => ({ id: 'x', ...more })

test('a pause that is over is none', () => {
  const kinds = [null, '2025-12-31T00:00:00Z', '2026-01-02T00:00:00Z', PAUSED_FOR_GOOD].map(pausedUntil => pauseOf(row({ pausedUntil }), NOW).kind)
  assert.deepEqual(kinds, ['runs', 'runs', 'until', 'forGood'])
  assert.equal(pausedFor(24, NOW), '2026-01-02T00:00:00Z')
})

test('the task of a schedule is made without what is empty', () => {
  assert.deepEqual(taskOf(row({ task: { '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob', shardIndex: null } })), { '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob' })
})

test('what became of the last slot: by the task while it is there, then by its newest run', () => {
  assert.equal(outcomeOf({ status: { '@type': 'Pending' }, running: { node: 'node-1' } }, null), 'running')
  assert.equal(outcomeOf({ status: { '@type': 'Retry' }, running: null }, { outcome: 'error' }), 'retry')
  assert.equal(outcomeOf({ status: { '@type': 'Failed' } }, null), 'failed')
  assert.equal(outcomeOf({ status: { '@type': 'Pending' } }, null), 'waiting')
  assert.equal(outcomeOf(null, { outcome: 'done' }), 'done')
  assert.equal(outcomeOf(null, { outcome: 'failed' }), 'failed')
  assert.equal(outcomeOf(null, null), 'unknown')
})

test('the schedules of the data retention are known by their ids', () => {
  assert.deepEqual(['0000000000001', '0000000000003', '0000000000004', '03f1vlu980200'].map(isOfRetention), [true, true, false, false])
})
