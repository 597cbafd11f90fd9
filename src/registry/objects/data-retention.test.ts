import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { dataRetention, retentionNow } from './data-retention.ts'

const DAY_MS = 86_400_000

describe('DataRetention', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })
  const now = () => test.store.read(tx => test.registry.singleton(tx, dataRetention))

  it('has its defaults until it is written', async () => {
    assert.deepEqual(await now(), {
      archiveDeletedItemsFor: null, archiveDeletedAccountsFor: null, holdTaskRunsFor: 30 * DAY_MS, holdAuditFor: 365 * DAY_MS,
      expungeTrashAfter: 30 * DAY_MS, expungeSubmissionsAfter: 3 * DAY_MS, expungeShareNotifyAfter: 30 * DAY_MS,
      expungeSchedulingInboxAfter: 30 * DAY_MS, maxChangesHistory: 10_000, holdTracesFor: 30 * DAY_MS, holdMetricsFor: 90 * DAY_MS,
      metricsCollectionInterval: { '@type': 'Hourly', minute: 0 },
      expungeSchedule: { '@type': 'Daily', hour: 0, minute: 0 }, dataCleanupSchedule: { '@type': 'Daily', hour: 2, minute: 0 },
      blobCleanupSchedule: { '@type': 'Daily', hour: 4, minute: 0 },
    })
    assert.deepEqual(await test.store.read(retentionNow), await now())
  })

  it('takes durations as people write them, and null for ever', async () => {
    await test.update('DataRetention', 'singleton', { holdTaskRunsFor: '12h' })
    assert.equal((await now()).holdTaskRunsFor, DAY_MS / 2)
    await test.update('DataRetention', 'singleton', { holdTaskRunsFor: null })
    assert.equal((await now()).holdTaskRunsFor, null)
  })

  it('refuses times under a minute, which somebody has meant in days or seconds, and keeps what an older version took', async () => {
    for (const name of ['expungeTrashAfter', 'archiveDeletedItemsFor', 'holdAuditFor', 'holdMetricsFor']) {
      for (const short of [30, 59_999, '30s']) {
        const refused = await test.refusedUpdate('DataRetention', 'singleton', { [name]: short })
        assert.deepEqual([refused['type'], refused['properties']], ['validationFailed', [name]], JSON.stringify(refused))
        assert.match(String(refused['description']), new RegExp(`^${name} is \\d+ ms, .* shortest time is a minute \\(60000\\)`))
      }
    }
    await test.update('DataRetention', 'singleton', { expungeTrashAfter: '1m', maxChangesHistory: 5 })
    assert.equal((await now()).expungeTrashAfter, 60_000)
    await test.store.transact(async tx => {
      const [stored] = await tx.objects.get('DataRetention', ['singleton'])
      assert.ok(stored)
      await tx.objects.update('DataRetention', 'singleton', stored.version, { ...stored.body, holdAuditFor: 1_000 }, [], [])
    })
    await test.update('DataRetention', 'singleton', { expungeTrashAfter: null })
    assert.deepEqual([(await now()).holdAuditFor, (await now()).expungeTrashAfter], [1_000, null])
  })

  it('refuses what is no duration, and fields that have no effect yet', async () => {
    for (const holdTaskRunsFor of [0, -1, 'soon']) {
      const refused = await test.refusedUpdate('DataRetention', 'singleton', { holdTaskRunsFor })
      assert.equal(refused['type'] === 'validationFailed' || refused['type'] === 'invalidPatch', true, JSON.stringify(refused))
    }
    assert.equal((await test.refusedUpdate('DataRetention', 'singleton', { maxChangesHistory: -1 }))['type'], 'validationFailed')
    assert.equal((await test.refusedUpdate('DataRetention', 'singleton', { holdMtaReportsFor: '1d' }))['type'], 'invalidPatch')
  })
})
