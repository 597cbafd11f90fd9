import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EVERY_STORE, type Opened } from '../../../test/support/every-store.ts'
import { overAndNot, whatIsLeft } from '../../../test/support/over-data.ts'
import { systemClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { dataRetention } from '../../registry/objects/data-retention.ts'
import { SINGLETON_ID } from '../../registry/schema/object.ts'
import { DataPurge } from './data-purge.ts'

const ALL = ['expired keys', 'ended logins', 'archived items', 'task runs', 'audit entries', 'traces', 'metrics']
const quietly = () => Promise.resolve()

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`purge of what is over on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Awaited<ReturnType<Opened['open']>>
    before(async () => {
      opened = await prepare()
      store = await opened.open(systemClock)
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })
    const world = () => ({ store, clock: systemClock })
    const settings = (body: JsonObject) => store.transact(async ({ objects }) => {
      await objects.remove(dataRetention.name, SINGLETON_ID)
      await objects.insert(dataRetention.name, SINGLETON_ID, body, [], [])
    })
    const purge = () => new DataPurge(store).all(quietly)

    test('removes what is over of every kind, and nothing else, and tells how far it is', async () => {
      await overAndNot(world())
      const heard: string[] = []
      const done = await new DataPurge(store).all(async ({ kind, removed }) => { heard.push(`${kind} ${removed}`) })
      assert.deepEqual(done, ALL.map(kind => ({ kind, removed: 2 })))
      assert.deepEqual(heard, ALL.map(kind => `${kind} 2`))
      assert.ok((await purge()).every(({ removed }) => removed === 0))
      assert.deepEqual(await whatIsLeft(world()), { keys: ['fresh'], logins: 1, archived: 1, runs: 1, audit: 1, traces: 1, metrics: 1 })
    })

    test('keeps records as long as the settings say at that moment', async () => {
      await overAndNot(world())
      const kept = () => store.read(({ runs, audit }) => Promise.all([runs.count({}), runs.countCounts({}), audit.count({})]))
      const before = await kept()
      const gone = async () => {
        const now = await kept()
        return before.map((count, nth) => count - (now[nth] ?? 0))
      }
      await settings({ holdTaskRunsFor: null, holdAuditFor: null })
      await purge()
      assert.deepEqual(await gone(), [0, 0, 0])
      await settings({ holdTaskRunsFor: 401 * 86_400_000, holdAuditFor: 399 * 86_400_000 })
      await purge()
      assert.deepEqual(await gone(), [0, 0, 2])
      await settings({})
      await purge()
      // Both old runs are of one hour.
      assert.deepEqual(await gone(), [2, 1, 2])
      await whatIsLeft(world())
    })

    test('stopped between two batches, a repeat removes the rest', async () => {
      const expired = await store.now() - 1
      await store.transact(async ({ keys }) => { for (let nth = 0; nth < 1_500; nth++) await keys.put(`over-data/${nth}`, {}, expired) })
      const stop = () => Promise.reject(new Error('stopped'))
      await assert.rejects(new DataPurge(store).all(stop), /stopped/)
      const [keys] = await purge()
      assert.deepEqual(keys, { kind: 'expired keys', removed: 500 })
    })
  })
}
