import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './dmarc-report.ts'

test('DmarcReport declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DmarcReport is queued in the report lane, under its own key', () => {
  assert.equal(variant.lane, 'report')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ reportId: 'r1' }), 'r1')
  assert.equal(variant.dedupeKey?.({ reportId: 'r1' }), 'r1')
})

test('DmarcReport says why it is refused', () => {
  assert.match(variant.notBuilt, /DMARC/)
  assert.match(typeof variant.creatable === 'object' ? variant.creatable.forbidden : '', /reporting period/)
})
