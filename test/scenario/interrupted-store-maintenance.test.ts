/** Maintenance of the store, interrupted at every step of its work: the end is the same, however it went. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeyFamily, KeyRemovalType } from '../../src/registry/key-families.ts'
import { KEYS } from '../../src/registry/key-families.ts'
import { beginGrant, GRANT_OBJECT } from '../../src/services/auth/oauth/grants.ts'
import { storedTraces } from '../../src/services/telemetry/traces.ts'
import { aTask, IDLE } from '../contract/queue-fixtures.ts'
import { sameEndHowever, type World } from '../support/interruptions.ts'
import { overAndNot, whatIsLeft } from '../support/over-data.ts'

const FAMILIES: readonly KeyFamily[] = Object.values(KEYS)
const HOUR_MS = 3_600_000

const maintenance = (maintenanceType: string) => ({ variant: 'StoreMaintenance', payload: { maintenanceType, shardIndex: null } })
/** How many rows there are of each family, by counting them away. */
const rowsOf = ({ store }: World) => store.transact(async ({ keys }) => {
  const left: Record<string, number> = {}
  for (const { prefix } of FAMILIES) left[prefix] = await keys.removePrefix(prefix, 10_000)
  return left
})
const loginsOf = ({ store }: World) => store.read(({ objects }) => objects.count(GRANT_OBJECT, []))

async function fill({ store }: World, large: string): Promise<void> {
  await store.transact(async ({ keys }) => {
    for (const { prefix } of FAMILIES) {
      for (let nth = 0; nth < (prefix === large ? 1_100 : 3); nth++) await keys.put(`${prefix}${nth}`, {}, null)
    }
  })
}

for (const type of ['resetRateLimiters', 'resetBlobQuotas', 'removeAuthTokens', 'removeLockQueueMessage', 'removeLockDav', 'removeSieveId', 'removeGreylist'] satisfies KeyRemovalType[]) {
  test(`StoreMaintenance ${type}`, async () => {
    const own = FAMILIES.filter(({ removedBy }) => removedBy === type).map(({ prefix }) => prefix)
    // One of them in several batches; what stops it in between is the same for all.
    const large = type === 'removeGreylist' ? KEYS.greylist.prefix : ''
    await sameEndHowever({
      async prepare(world) {
        await fill(world, large)
        const { store, ids, clock } = world
        const login = { accountId: ids.next(), clientId: 'rota-webui', remote: '', password: '', passwords: '', logout: '' }
        for (let nth = 0; nth < 2; nth++) await store.transact(tx => beginGrant(tx, ids.next(), login, clock.now()))
        return maintenance(type)
      },
      async state(world) {
        const rows = await rowsOf(world)
        for (const { prefix } of FAMILIES) assert.equal(rows[prefix], own.includes(prefix) ? 0 : 3, prefix)
        const logins = await loginsOf(world)
        assert.equal(logins, type === 'removeAuthTokens' ? 0 : 2)
        return { rows, logins }
      },
    })
  })
}

test('StoreMaintenance purgeData', async () => {
  await sameEndHowever({
    async prepare(world) {
      await overAndNot(world)
      return maintenance('purgeData')
    },
    async state(world) {
      const left = await whatIsLeft(world)
      assert.deepEqual(left, { keys: ['fresh'], logins: 1, archived: 1, runs: 1, audit: 1, traces: 1, metrics: 1 })
      return left
    },
  })
})

test('StoreMaintenance removeLockTask', async () => {
  await sameEndHowever({
    async prepare({ store, ids, clock }) {
      const incarnation = ids.next()
      await store.leases.join({ incarnation, hostname: 'gone', version: '1', state: IDLE }, 1_000)
      await store.leases.acquire(incarnation, [{ lane: 'elsewhere', bucket: 0 }])
      const task = aTask('elsewhere', { id: ids.next(), due: clock.now() + 1_000 * HOUR_MS, variant: 'MergeThreads' })
      await store.transact(tx => tx.tasks.insert([task]))
      await store.queue.pin(incarnation, [{ id: task.id, version: 1, startedAt: clock.now(), progress: null }])
      // It goes as soon as it is let go, so that nothing is left to do.
      await store.transact(tx => tx.tasks.destroy(task.id))
      return maintenance('removeLockTask')
    },
    async state({ store }) {
      const { leases } = await store.leases.view()
      const holder = leases.find(({ lane }) => lane === 'elsewhere')?.holder
      const held = await store.read(({ tasks }) => tasks.count({ lane: 'elsewhere' }))
      assert.deepEqual({ holder, held }, { holder: null, held: 0 })
      return { holder, held }
    },
  })
})

test('StoreMaintenance reindexTelemetry', async () => {
  await sameEndHowever({
    async prepare({ store, ids, clock }) {
      for (let nth = 0; nth < 3; nth++) {
        const trace = { id: ids.next(), from: `heron${nth}@example.org`, recipients: ['ann@example.org'], size: 1, events: [] }
        await store.transact(tx => tx.traces.put([trace]))
        await clock.advance(1_000)
      }
      return maintenance('reindexTelemetry')
    },
    async state({ store }) {
      const found = await store.read(tx => Promise.all([0, 1, 2].map(nth =>
        storedTraces.count(tx, { texts: [`heron${nth} example`] }))))
      assert.deepEqual(found, [1, 1, 1])
      return found
    },
  })
})
