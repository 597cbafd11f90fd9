import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../../../src/base/json.ts'
import { isParked, progressOf, stateOf, taskOf } from './task.ts'

const PENDING: JsonObject = { '@type': 'Pending', createdAt: '2026-01-01T00:00:00Z', due: '2026-01-02T00:00:00Z' }
const row = (more: JsonObject): JsonObject => ({
  id: 't1', '@type': 'AccountMaintenance', accountId: 'a1', status: PENDING, due: '2026-01-02T00:00:00Z',
  parentId: null, parts: null, running: null, waitingFor: { '@type': 'Turn' }, ...more,
})
const RUNNING = { node: 'n1', since: '2026-01-02T00:00:01Z', progress: 'done 3, total 9', requested: null }

suite('a task for its pages', () => {
  test('carries what the server said, whatever its status', () => {
    const failed = taskOf(row({
      status: { '@type': 'Failed', createdAt: 'c', failedAt: 'f', failureReason: 'why', failedAttemptNumber: 3 }, due: null, waitingFor: null,
    }))
    assert.deepEqual([failed.status, failed.due, failed.failedAt, failed.reason, failed.attempts], ['Failed', null, 'f', 'why', 3])
    const retry = taskOf(row({ status: { '@type': 'Retry', due: 'd', failureReason: 'why', attemptNumber: 2 } }))
    assert.deepEqual([retry.attempts, retry.reason, retry.failedAt], [2, 'why', null])
    const parent = taskOf(row({ parts: { total: null, done: 3, failed: 1, waiting: 2, perSecond: 1.5, timeLeft: 9_000 } }))
    assert.deepEqual(parent.parts, { total: null, done: 3, failed: 1, waiting: 2, perSecond: 1.5, timeLeftMs: 9_000 })
  })
  test('reads nothing out of rows of another form', () => {
    const strange = taskOf({ status: 'Failed', running: [], parts: 1, waitingFor: { '@type': 'Weather' } })
    assert.deepEqual([strange.status, strange.running, strange.parts, strange.waitingFor], ['Pending', null, null, { kind: 'other', name: 'Weather' }])
  })
})

test('the state of a task: what stops comes before what runs, and what runs before why it waits', () => {
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ running: RUNNING, waitingFor: null }, 'running'],
    [{ running: { ...RUNNING, requested: 'cancel' } }, 'stopping'],
    [{ running: { ...RUNNING, requested: 'edit' } }, 'changing'],
    [{ parts: { total: 4, done: 1, failed: 0, waiting: 3 }, running: RUNNING }, 'spread'],
    [{ waitingFor: { '@type': 'NoNode', duty: 'searchIndexing' } }, 'noNode'],
    [{ waitingFor: { '@type': 'SameKey', taskId: 't2' } }, 'sameKey'],
    [{ waitingFor: { '@type': 'NotDue', until: 'u' } }, 'scheduled'],
    [{ waitingFor: { '@type': 'Weather' } }, 'other'],
    [{ waitingFor: { '@type': 'NotDue', until: 'u' }, status: { '@type': 'Retry', attemptNumber: 1 } }, 'retry'],
    [{}, 'turn'],
    [{ status: { '@type': 'Failed' }, parts: { total: 4, done: 1, failed: 3, waiting: 0 } }, 'failed'],
  ]
  for (const [more, state] of cases) assert.equal(stateOf(taskOf(row(more))), state, JSON.stringify(more))
})

test('a failed task was set aside by somebody when not its last run ended it, as far as its runs are known', () => {
  const parked = (reason: string, ...runs: readonly JsonObject[]) => isParked({ reason }, runs)
  const failed = { outcome: 'failed', error: 'its node died while it ran' }
  assert.equal(isParked({ reason: 'why' }, undefined), false)
  assert.deepEqual([parked('why'), parked('why', { outcome: 'retry', error: 'why' })], [true, true])
  assert.equal(parked('its node died while it ran', failed, { outcome: 'retry', error: 'busy' }), false)
  assert.equal(parked('busy', { outcome: 'retry', error: 'busy' }, failed), true, 'it had failed, was retried, ran once more and was set aside')
  assert.equal(parked('Set by admin.', failed), true, 'it had failed, was retried and set aside before it ran')
})

test('progress is a bar where it counts something, and a text elsewhere', () => {
  assert.deepEqual(progressOf('done 3, total 9'), { done: 3, total: 9 })
  assert.deepEqual(progressOf('done 3'), { done: 3, total: null })
  for (const text of [null, '', 'accounts 7', 'done soon']) assert.equal(progressOf(text), null)
})
