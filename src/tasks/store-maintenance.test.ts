import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './store-maintenance.ts'

test('StoreMaintenance declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('StoreMaintenance is queued in the store lane, under its own key', () => {
  assert.equal(variant.lane, 'store')
  assert.equal(variant.duty, 'storeMaintenance')
  assert.equal(variant.orderingKey({ maintenanceType: 'purgeBlob', shardIndex: 7 }), 'purgeBlob/7')
  assert.equal(variant.dedupeKey?.({ maintenanceType: 'purgeBlob', shardIndex: 7 }), 'purgeBlob/7')
  assert.equal(variant.orderingKey({ maintenanceType: 'purgeBlob', shardIndex: null }), 'purgeBlob')
  assert.equal(variant.band, 1)
})

test('StoreMaintenance says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.equal(variant.creatable, true)
})
