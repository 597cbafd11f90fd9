import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './dkim-management.ts'

test('DkimManagement declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DkimManagement is queued in the domain lane, under its own key', () => {
  assert.equal(variant.lane, 'domain')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ domainId: 'd1' }), 'd1')
  assert.equal(variant.dedupeKey?.({ domainId: 'd1' }), 'd1')
  assert.equal(variant.perpetual, true)
})

test('DkimManagement says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.equal(variant.creatable, true)
})
