import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './dns-management.ts'

test('DnsManagement declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DnsManagement is queued in the domain lane, under its own key', () => {
  assert.equal(variant.lane, 'domain')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ domainId: 'd1', updateRecords: { mx: true }, onSuccessRenewCertificate: false }), 'd1')
  assert.equal(variant.dedupeKey, undefined, 'each task carries something of its own')
})

test('DnsManagement says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.equal(variant.creatable, true)
})
