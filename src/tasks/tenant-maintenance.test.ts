import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './tenant-maintenance.ts'

test('TenantMaintenance declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('TenantMaintenance is queued in the account lane, under its own key', () => {
  assert.equal(variant.lane, 'account')
  assert.equal(variant.duty, 'accountMaintenance')
  assert.equal(variant.orderingKey({ tenantId: 't1', maintenanceType: 'recalculateQuota' }), 't1')
  assert.equal(variant.dedupeKey?.({ tenantId: 't1', maintenanceType: 'recalculateQuota' }), 't1/recalculateQuota')
  assert.equal(variant.band, 1)
})

test('TenantMaintenance says why it is refused', () => {
  assert.match(variant.notBuilt, /counting it again is not built/)
  assert.equal(variant.creatable, true)
})
