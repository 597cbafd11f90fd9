import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './spam-filter-maintenance.ts'

test('SpamFilterMaintenance declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('SpamFilterMaintenance is queued in the spam lane, under its own key', () => {
  assert.equal(variant.lane, 'spam')
  assert.equal(variant.duty, 'spamClassifierTraining')
  assert.equal(variant.orderingKey({ maintenanceType: 'train' }), 'spam-filter')
  assert.equal(variant.dedupeKey?.({ maintenanceType: 'train' }), 'train')
  assert.equal(variant.orderingKey({ maintenanceType: 'reset' }), 'spam-filter', 'all kinds share one key')
})

test('SpamFilterMaintenance says why it is refused', () => {
  assert.match(variant.notBuilt, /no spam filter/)
  assert.equal(variant.creatable, true)
})
