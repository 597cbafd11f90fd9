import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './account-maintenance.ts'

test('AccountMaintenance declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('AccountMaintenance is queued in the account lane, under its own key', () => {
  assert.equal(variant.lane, 'account')
  assert.equal(variant.duty, 'accountMaintenance')
  assert.equal(variant.orderingKey({ accountId: 'a1', maintenanceType: 'purge' }), 'a1')
  assert.equal(variant.dedupeKey?.({ accountId: 'a1', maintenanceType: 'purge' }), 'a1/purge')
  assert.equal(variant.band, 1)
})

test('AccountMaintenance says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.equal(variant.creatable, true)
})
