import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './merge-threads.ts'

test('MergeThreads declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('MergeThreads is queued in the threads lane, under its own key', () => {
  assert.equal(variant.lane, 'threads')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ accountId: 'a1', threadName: 'n', messageIds: { m: true } }), 'a1')
  assert.equal(variant.dedupeKey, undefined, 'each task carries something of its own')
})

test('MergeThreads says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.match(typeof variant.creatable === 'object' ? variant.creatable.forbidden : '', /queues this itself/)
})
