import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './acme-renewal.ts'

test('AcmeRenewal declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('AcmeRenewal is queued in the acme lane, under its own key', () => {
  assert.equal(variant.lane, 'acme')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ domainId: 'd1' }), 'd1')
  assert.equal(variant.dedupeKey?.({ domainId: 'd1' }), 'd1')
  assert.equal(variant.perpetual, true)
})

test('AcmeRenewal says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.equal(variant.creatable, true)
})
