import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runContext, runTasks } from '../../test/support/run-task.ts'
import type { PurgeProgress } from '../services/upkeep/data-purge.ts'
import type { Deps } from './store-maintenance.ts'
import variant from './store-maintenance.ts'

/** What a test does not give is not asked. */
const only = (given: Partial<Deps>): Deps => given as Deps

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

test('what concerns every account, tenant or trace is a task for each of them', async () => {
  const inventory = {
    accounts: async () => ['a1', 'a2'], tenants: async () => ['t1'], count: async (object: string) => object === 'Account' ? 2 : 1,
    traces: async () => ['x1', 'x2'], traceCount: async () => 2,
  }
  const parts = async (maintenanceType: 'reindexAccounts' | 'purgeAccounts' | 'reindexTelemetry' | 'resetUserQuotas' | 'resetTenantQuotas') => {
    const [outcome] = await runTasks(variant, [{ maintenanceType, shardIndex: null }], only({ inventory }))
    assert(outcome?.kind === 'spread')
    return outcome.children.map(({ variant: name, payload }) => [name, ...Object.values(payload)])
  }
  assert.deepEqual(await parts('reindexAccounts'), [['AccountMaintenance', 'a1', 'reindex'], ['AccountMaintenance', 'a2', 'reindex']])
  assert.deepEqual(await parts('purgeAccounts'), [['AccountMaintenance', 'a1', 'purge'], ['AccountMaintenance', 'a2', 'purge']])
  assert.deepEqual(await parts('resetUserQuotas'), [['AccountMaintenance', 'a1', 'recalculateQuota'], ['AccountMaintenance', 'a2', 'recalculateQuota']])
  assert.deepEqual(await parts('reindexTelemetry'), [['IndexTrace', 'x1'], ['IndexTrace', 'x2']])
  assert.deepEqual(await parts('resetTenantQuotas'), [['TenantMaintenance', 't1', 'recalculateQuota']])
})

test('purgeBlob is a task for each of the 256 shards, and each of these purges its own', async () => {
  const asked: number[] = []
  const blobPurge: Deps['blobPurge'] = {
    async shard(shardIndex, told) {
      asked.push(shardIndex)
      await told(500)
      return { removed: 3, octets: 1_234 }
    },
  }
  const purge = (shardIndex: number | null, signal?: AbortSignal) =>
    runTasks(variant, [{ maintenanceType: 'purgeBlob', shardIndex }], only({ blobPurge }), signal ? { signal } : {})
  const [outcome] = await purge(null)
  assert(outcome?.kind === 'spread')
  const shards = outcome.children.map(child => child.payload['shardIndex'])
  assert.deepEqual(shards, Array.from({ length: 256 }, (_, nth) => nth))
  assert.ok(outcome.children.every(({ variant: name, payload, band }) => name === 'StoreMaintenance' && payload['maintenanceType'] === 'purgeBlob' && band === 1))
  assert.deepEqual(asked, [])
  assert.deepEqual(await purge(255), [{ kind: 'done', note: '3 blobs of 1234 octets removed' }])
  assert.deepEqual(asked, [255])
  await assert.rejects(purge(0, AbortSignal.abort(new Error('stopped'))), /stopped/)
})

test('a shard that there is not, and one of anything but the blobs, is refused by name', () => {
  const refused = (maintenanceType: 'purgeBlob' | 'resetUserQuotas', shardIndex: number | null) => variant.refuse?.({ maintenanceType, shardIndex })
  assert.match(refused('purgeBlob', 256) ?? '', /^shardIndex is 256; it must be from 0 to 255/)
  assert.match(refused('resetUserQuotas', 0) ?? '', /^shardIndex is for purgeBlob alone; leave it out for resetUserQuotas/)
  assert.deepEqual([refused('purgeBlob', 255), refused('purgeBlob', 0), refused('purgeBlob', null), refused('resetUserQuotas', null)], [null, null, null, null])
})

test('a type that removes keys removes its own, tells how far it is, and stops when it is told to', async () => {
  const asked: string[] = []
  const keyRemoval: Deps['keyRemoval'] = {
    async remove(type, told) {
      asked.push(type)
      await told(2_000)
      return 2_345
    },
  }
  const types = ['resetRateLimiters', 'resetBlobQuotas', 'removeLockQueueMessage', 'removeLockDav', 'removeSieveId', 'removeGreylist'] as const
  const outcomes = await runTasks(variant, types.map(maintenanceType => ({ maintenanceType, shardIndex: null })), only({ keyRemoval }))
  assert.deepEqual(asked, types)
  assert.deepEqual(outcomes, types.map(() => ({ kind: 'done', note: 'removed 2345 keys' })))
  const signal = AbortSignal.abort(new Error('stopped'))
  await assert.rejects(runTasks(variant, [{ maintenanceType: 'removeGreylist', shardIndex: null }], only({ keyRemoval }), { signal }), /stopped/)
})

test('what takes longer than a turn goes on in another run', async () => {
  let now = Date.UTC(2026, 0, 1)
  const batches: number[] = []
  const dataPurge: Deps['dataPurge'] = {
    async all(told) {
      for (let removed = 1_000; removed <= 4_000; removed += 1_000) {
        batches.push(removed)
        now += 200_000
        await told({ kind: 'task runs', removed })
      }
      return [{ kind: 'task runs', removed: 4_000 }]
    },
  }
  const context = { ...runContext(only({ dataPurge })), now: () => now }
  const outcome = await variant.run?.({ id: '0000000000000', maintenanceType: 'purgeData', shardIndex: null }, context)
  assert.deepEqual(outcome, { kind: 'snooze', forMs: 0, why: 'there is more to do' })
  assert.deepEqual(batches, [1_000, 2_000])
})

test('the end says what went', async () => {
  const purged = (...done: readonly PurgeProgress[]): Deps => only({ dataPurge: { all: async () => [...done] } })
  const note = async (deps: Deps, maintenanceType: 'purgeData' | 'removeLockTask' | 'removeAuthTokens') => {
    const [outcome] = await runTasks(variant, [{ maintenanceType, shardIndex: null }], deps)
    assert(outcome?.kind === 'done')
    return outcome.note
  }
  assert.equal(await note(purged({ kind: 'expired keys', removed: 0 }), 'purgeData'), 'nothing was over')
  assert.equal(await note(purged({ kind: 'expired keys', removed: 3 }, { kind: 'ended logins', removed: 0 }, { kind: 'task runs', removed: 1 }), 'purgeData'),
    'removed 3 expired keys, 1 task runs')
  const held = (leases: number, tasks: number, ...hostnames: readonly (string | null)[]): Deps => only({ deadHolders: {
    release: async () => ({ leases, tasks, holders: hostnames.map(hostname => ({ incarnation: '00000000000x1', hostname })) }),
  } })
  assert.equal(await note(held(0, 0), 'removeLockTask'), 'nothing was held by dead nodes')
  assert.equal(await note(held(1, 2, 'mx1', null), 'removeLockTask'), 'released 1 lease and 2 tasks of mx1, 00000000000x1')
  const tokens: Deps = only({ authTokenRemoval: { remove: async () => ({ keys: 5, logins: 1 }) } })
  assert.equal(await note(tokens, 'removeAuthTokens'), 'removed 5 keys and 1 login')
})
