import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EVERY_STORE, type Opened } from '../../../test/support/every-store.ts'
import { TestRegistry } from '../../../test/support/registry.ts'
import { systemClock } from '../../base/clock.ts'
import { idSource } from '../../base/ids.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { RotaError } from '../../errors.ts'
import type { Counters } from '../ports.ts'
import { Metrics } from './metrics.ts'

type Numbers = Readonly<Record<string, number | readonly [count: number, sum: number]>>
/** More than are looked up at once. */
const MANY_TENANTS = 510

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`metrics on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Awaited<ReturnType<Opened['open']>>
    let registry: TestRegistry
    const ids = idSource(1, systemClock)
    let nowSeen: number | null = null
    const metrics = () => new Metrics({ store, ids, taskGauges: async (_tx, now) => { nowSeen = now; return { 'task.failed': 3 } } })
    before(async () => {
      opened = await prepare()
      store = await opened.open(systemClock)
      registry = new TestRegistry(new VirtualClock(), store, [])
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })

    const count = (amounts: Counters) => store.transact(tx => tx.counters.add(amounts))
    /** All points of a slot by metric: each of them once. */
    const points = (slot: number): Promise<Numbers> => store.read(async tx => {
      const found = await tx.metrics.get(await tx.metrics.query({ slotMin: slot, slotMax: slot }, { ascending: true, limit: 100 }))
      assert.equal(new Set(found.map(({ metric }) => metric)).size, found.length)
      return Object.fromEntries(found.map(({ metric, count: many, sum }) => [metric, sum === null ? many : [many, sum]]))
    })

    test('of a new server are all there, and say nothing but what there is', async () => {
      assert.equal(await metrics().newest(), null)
      const asked = await store.now()
      assert.equal(await metrics().collect(1_000), true)
      assert.deepEqual(await points(1_000), {
        'task.failed': 3, 'run.done': 0, 'run.retry': 0, 'run.failed': 0, 'run.time': [0, 0], 'message.size': [0, 0],
        'message.delivered': 0, 'message.refused': 0, 'user.count': 0, 'domain.count': 0, 'mail.count': 0, 'mail.size': 0,
      })
      assert.ok(nowSeen !== null && nowSeen >= asked, 'by the clock of the store')
      assert.equal(await metrics().newest(), 1_000)
    })

    test('that count say what came since the slot before, and those that measure what there is', async () => {
      await count({ 'run.done': 5, 'run.failed': 1, 'run.time': 90, 'message.received': 2, 'message.octets': 700, 'message.delivered': 3, 'message.refused': 4 })
      assert.equal(await metrics().collect(2_000), true)
      const { 'run.done': done, 'run.retry': retry, 'run.failed': failed, 'run.time': time, 'message.size': size, ...more } = await points(2_000)
      assert.deepEqual([done, retry, failed, time, size, more['message.delivered'], more['message.refused']], [5, 0, 1, [6, 90], [2, 700], 3, 4])

      await count({ 'run.done': 1, 'run.retry': 1, 'run.time': 7 })
      assert.equal(await metrics().collect(3_000), true)
      const later = await points(3_000)
      assert.deepEqual(['run.done', 'run.retry', 'run.failed', 'run.time', 'message.size', 'message.refused', 'task.failed'].map(of => later[of]), [1, 1, 0, [2, 7], [0, 0], 0, 3])
    })

    test('of mail do not count that of a tenant twice, however many tenants there are', async () => {
      const [tenantId, domainId] = [await registry.create('Tenant', { name: 'one' }), await registry.create('Domain', { name: 'one.example' })]
      const account = (of: string, memberTenantId: string | null) =>
        registry.create('Account', { '@type': 'User', name: of, domainId, memberTenantId })
      const [free, member] = [await account('free', null), await account('member', tenantId)]
      const others = Array.from({ length: MANY_TENANTS }, () => ids.next())
      await store.transact(async tx => {
        for (const id of others) await tx.objects.insert('Tenant', id, { name: id }, [], [])
        // As if two of them had an account with a message each.
        for (const id of [others[0], others.at(-1)]) {
          const accountId = ids.next()
          await tx.usage.add(accountId, { octets: 10, emails: 1 })
          await tx.usage.add(id ?? '', { octets: 10, emails: 1 })
        }
        await tx.usage.assign(free, null)
        await tx.usage.assign(member, tenantId)
      })
      await registry.deliver(free, 100)
      await registry.deliver(member, 1_000)
      await registry.deliver(member, 1_000)
      assert.equal((await store.read(tx => tx.usage.total())).octets, 100 + 2_000 + 2_000 + 40, 'sums of tenants are among them')
      assert.equal(await metrics().collect(4_000), true)
      const { 'mail.count': emails, 'mail.size': octets, 'user.count': users, 'domain.count': domains } = await points(4_000)
      assert.deepEqual([emails, octets, users, domains], [5, 2_120, 2, 1])
    })

    test('are there once for a slot, and none for one that is before another', async () => {
      const before = await points(4_000)
      await count({ 'run.done': 1 })
      assert.deepEqual([await metrics().collect(4_000), await metrics().collect(3_500)], [false, false])
      assert.deepEqual([await points(4_000), await points(3_500)], [before, {}])
      const replies = await Promise.all(Array.from({ length: 4 }, (_, nth) => metrics().collect(nth % 2 === 0 ? 5_000 : 5_001)))
      const both = [await points(5_000), await points(5_001)].filter(of => Object.keys(of).length > 0)
      assert.equal(replies.filter(Boolean).length, both.length)
      assert.equal(both.reduce((sum, of) => sum + Number(of['run.done']), 0), 1, 'what was counted is in one of them')
    })

    test('that were not written are in the next slot', async () => {
      await count({ 'run.done': 2 })
      const silent = { ...store, transact: () => Promise.reject(new RotaError('store/unavailable', 'planted')) }
      const failing = new Metrics({ ids, taskGauges: async () => ({}), store: silent })
      await assert.rejects(failing.collect(6_000), { code: 'store/unavailable' })
      await count({ 'run.done': 2 })
      assert.equal(await metrics().collect(7_000), true)
      assert.deepEqual([Object.keys(await points(6_000)), (await points(7_000))['run.done']], [[], 4])
    })

    test('whose counters begin anew are never below zero', async () => {
      const ahead = await store.read(tx => tx.counters.all())
      const inflated = Object.fromEntries(Object.entries(ahead).map(([of, amount]) => [of, amount + 1_000]))
      // As if the slot before came from a store that was since put back to an older copy.
      assert.equal(await store.transact(tx => tx.metrics.append({ slot: 8_000, after: 7_000, counters: inflated }, [])), true)
      assert.equal(await metrics().collect(9_000), true)
      const now = await points(9_000)
      assert.deepEqual(['run.done', 'run.time', 'message.size', 'message.refused'].map(of => now[of]), [0, [0, 0], [0, 0], 0])
    })
  })
}
