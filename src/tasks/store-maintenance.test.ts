import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
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

test('StoreMaintenance says of which types the work is not there', () => {
  assert.match(variant.refuse?.({ maintenanceType: 'purgeBlob', shardIndex: null }) ?? '', /purgeBlob is not built/)
  assert.equal(variant.refuse?.({ maintenanceType: 'reindexAccounts', shardIndex: null }), null)
})

test('what concerns every account or tenant is a task for each of them', async () => {
  const inventory = {
    accounts: async () => ['a1', 'a2'], tenants: async () => ['t1'], count: async (object: string) => object === 'Account' ? 2 : 1,
  }
  const parts = async (maintenanceType: 'reindexAccounts' | 'resetUserQuotas' | 'resetTenantQuotas') => {
    const [outcome] = await runTasks(variant, [{ maintenanceType, shardIndex: null }], { inventory })
    assert(outcome?.kind === 'spread')
    return outcome.children.map(({ variant: name, payload }) => [name, ...Object.values(payload)])
  }
  assert.deepEqual(await parts('reindexAccounts'), [['AccountMaintenance', 'a1', 'reindex'], ['AccountMaintenance', 'a2', 'reindex']])
  assert.deepEqual(await parts('resetUserQuotas'), [['AccountMaintenance', 'a1', 'recalculateQuota'], ['AccountMaintenance', 'a2', 'recalculateQuota']])
  assert.deepEqual(await parts('resetTenantQuotas'), [['TenantMaintenance', 't1', 'recalculateQuota']])
})
