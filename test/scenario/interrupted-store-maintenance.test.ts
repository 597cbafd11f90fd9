/** Maintenance of the store, interrupted at every step of its work: the end is the same, however it went. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { KeyFamily, KeyRemovalType } from '../../src/registry/key-families.ts'
import { KEYS } from '../../src/registry/key-families.ts'
import type { BLOB_SHARDS } from '../../src/services/ports.ts'
import { beginGrant, GRANT_OBJECT } from '../../src/services/auth/oauth/grants.ts'
import { storedTraces } from '../../src/services/telemetry/traces.ts'
import { BLOB_GRACE_MS } from '../../src/services/upkeep/blob-purge.ts'
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

const REMOVALS = ['resetRateLimiters', 'resetBlobQuotas', 'removeAuthTokens', 'removeLockQueueMessage', 'removeLockDav', 'removeSieveId', 'removeGreylist'] satisfies KeyRemovalType[]
/** In several batches; what stops it in between is the same for all. */
const NOBODYS = 'nobodys/1'
const LARGE = KEYS.greylist.prefix

sameEndHowever(`StoreMaintenance ${REMOVALS.join(', ')}`, {
  async prepare(world) {
    await fill(world, LARGE)
    const { store, ids, clock } = world
    await store.transact(({ keys }) => keys.put(NOBODYS, {}, null))
    const login = { accountId: ids.next(), clientId: 'rota-webui', remote: '', password: '', passwords: '', logout: '' }
    for (let nth = 0; nth < 2; nth++) await store.transact(tx => beginGrant(tx, ids.next(), login, clock.now()))
    return REMOVALS.map(maintenance)
  },
  async state(world) {
    const [rows, logins] = [await rowsOf(world), await loginsOf(world)]
    for (const { prefix, removedBy } of FAMILIES) assert.equal(rows[prefix], REMOVALS.some(type => type === removedBy) ? 0 : 3, prefix)
    assert.equal(logins, 0)
    assert.ok(await world.store.read(({ keys }) => keys.get(NOBODYS)))
    return { rows, logins }
  },
})

sameEndHowever('StoreMaintenance purgeData', {
  async prepare(world) {
    await overAndNot(world)
    return maintenance('purgeData')
  },
  async state(world) {
    const left = await whatIsLeft(world)
    assert.deepEqual(left, { keys: ['fresh'], logins: 1, archived: 1, samples: 1, runs: 1, audit: 1, traces: 1, metrics: 1 })
    return left
  },
})

/** What a node holds whose row was removed by hand: of all that removeLockTask frees, this alone no living node frees by itself. */
sameEndHowever('StoreMaintenance removeLockTask', {
  async prepare({ store, ids, clock, removeNode }) {
    const incarnation = ids.next()
    await store.leases.join({ incarnation, hostname: 'gone', version: '1', state: IDLE }, 1_000)
    await store.leases.acquire(incarnation, [{ lane: 'elsewhere', bucket: 0 }])
    const task = aTask('elsewhere', { id: ids.next(), due: clock.now() + 1_000 * HOUR_MS })
    await store.transact(tx => tx.tasks.insert([task]))
    await store.queue.pin(incarnation, [{ id: task.id, version: 1, startedAt: clock.now(), progress: null }])
    await removeNode?.(incarnation)
    return maintenance('removeLockTask')
  },
  async state({ store }) {
    const { leases } = await store.leases.view()
    const rows = await store.read(async ({ tasks }) => tasks.get(await tasks.query({ lane: 'elsewhere' }, { order: { property: 'createdAt', ascending: true }, limit: 10 })))
    const holders = [...leases.filter(({ lane }) => lane === 'elsewhere'), ...rows].map(({ holder }) => holder)
    assert.deepEqual(holders, [null, null])
    return holders
  },
})

sameEndHowever('StoreMaintenance reindexTelemetry', {
  handsOut: ['searchIndexing'],
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

const SHARDS: typeof BLOB_SHARDS = 256
const SHARD = 77
/** More than a transaction looks at, so that it can be interrupted in the middle. */
const LEFT_BEHIND = 600
const OWNER = { accountId: '00000000000an', collection: 'Email' }

const CONTENTS: Uint8Array[] = []
for (let nth = 0; CONTENTS.length < LEFT_BEHIND + 3; nth++) {
  const content = Buffer.from(`content ${nth}`)
  if (createHash('sha256').update(content).digest()[0] === SHARD) CONTENTS.push(content)
}
const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('base64url')
const [linked = '', unlinked = '', uploaded = ''] = CONTENTS.map(hashOf)

sameEndHowever('StoreMaintenance purgeBlob, one shard', {
  async prepare({ store, ids, clock }) {
    await store.transact(async ({ blobs }) => {
      for (const content of CONTENTS) await blobs.put(content)
      for (const hash of [linked, unlinked]) await blobs.link(hash, { ...OWNER, id: '0000000000001' })
      await blobs.claim(uploaded, OWNER.accountId, ids.next())
    })
    await clock.advance(BLOB_GRACE_MS + 1)
    await store.transact(async ({ blobs }) => {
      await blobs.unlink(OWNER.accountId, OWNER.collection, [{ id: '0000000000001', hash: unlinked }])
      await blobs.claim(uploaded, OWNER.accountId, null)
    })
    return { variant: 'StoreMaintenance', payload: { maintenanceType: 'purgeBlob', shardIndex: SHARD } }
  },
  async state({ store }) {
    const kept = [linked, unlinked, uploaded]
    const sizes = await store.read(({ blobs }) => Promise.all(kept.map(hash => blobs.size(hash))))
    assert.ok(!sizes.includes(null), 'what is in use, or was until a day ago, is there')
    const { looked } = await store.transact(({ blobs }) => blobs.purge(SHARD, { before: 0, after: '', limit: LEFT_BEHIND }))
    assert.equal(looked, kept.length)
    return sizes
  },
}, 2)

/** The first content of each shard that is found, which nothing links. */
const ORPHANS = new Map<number, Uint8Array>()
for (let nth = 0; ORPHANS.size < SHARDS; nth++) {
  const content = Buffer.from(`orphan ${nth}`)
  const shard = createHash('sha256').update(content).digest()[0] ?? assert.fail()
  if (!ORPHANS.has(shard)) ORPHANS.set(shard, content)
}

sameEndHowever('StoreMaintenance purgeBlob, all shards', {
  isUniform: true,
  async prepare({ store, clock }) {
    await store.transact(async ({ blobs }) => {
      for (const content of [...ORPHANS.values(), ...CONTENTS.slice(0, 3)]) await blobs.put(content)
      await blobs.link(linked, { ...OWNER, id: '0000000000001' })
    })
    await clock.advance(BLOB_GRACE_MS + 1)
    return maintenance('purgeBlob')
  },
  async state({ store }) {
    const left = await store.transact(async ({ blobs }) => {
      const looked: number[] = []
      for (const shard of ORPHANS.keys()) looked.push((await blobs.purge(shard, { before: 0, after: '', limit: 10 })).looked)
      return looked.reduce((sum, count) => sum + count, 0)
    })
    assert.equal(left, 1)
    assert.notEqual(await store.read(({ blobs }) => blobs.size(linked)), null)
    assert.equal(await store.read(({ tasks }) => tasks.count({})), 0)
    return left
  },
}, SHARDS + 1)
