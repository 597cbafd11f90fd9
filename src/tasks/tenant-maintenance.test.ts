import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
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

test('TenantMaintenance corrects the sum and says by how much', async () => {
  const recount = { tenant: async (_id: string, counted: (accounts: number) => Promise<void>) => {
    await counted(3)
    return { octets: 5, emails: 2 }
  } }
  assert.deepEqual(await runTasks(variant, [{ tenantId: 't1', maintenanceType: 'recalculateQuota' }], { recount }), [{ kind: 'done', note: 'corrected by 5 octets and 2 messages' }])
})
