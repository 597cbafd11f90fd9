import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EVERY_STORE, type Opened } from '../../../test/support/every-store.ts'
import { overAndNot, whatIsLeft } from '../../../test/support/over-data.ts'
import { systemClock } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { dataRetention } from '../../registry/objects/data-retention.ts'
import { SINGLETON_ID } from '../../registry/schema/object.ts'
import { DataPurge } from './data-purge.ts'

const ALL = ['expired keys', 'ended logins', 'archived items', 'spam samples', 'task runs', 'audit entries', 'traces', 'metrics']
const DAY_MS = 86_400_000
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
      assert.deepEqual(await whatIsLeft(world()), { keys: ['fresh'], logins: 1, archived: 1, samples: 1, runs: 1, audit: 1, traces: 1, metrics: 1 })
    })

    test('keeps records as long as the settings say at that moment, each kind by its own', async () => {
      /** What goes by each setting; both old runs are of one hour. */
      const KEPT = { holdTaskRunsFor: [2, 1, 0, 0, 0], holdAuditFor: [0, 0, 2, 0, 0], holdTracesFor: [0, 0, 0, 2, 0], holdMetricsFor: [0, 0, 0, 0, 2] }
      const all = (amount: number | null): JsonObject => Object.fromEntries(Object.keys(KEPT).map(name => [name, amount]))
      await overAndNot(world())
      const counts = () => store.read(({ runs, audit, traces, metrics }) =>
        Promise.all([runs.count({}), runs.countCounts({}), audit.count({}), traces.count({}), metrics.count({})]))
      let before = await counts()
      const goes = async (expected: readonly number[], setting: string) => {
        await purge()
        const now = await counts()
        assert.deepEqual(before.map((count, nth) => count - (now[nth] ?? 0)), expected, setting)
        before = now
      }
      await settings(all(null))
      await goes([0, 0, 0, 0, 0], 'null')
      for (const [name, expected] of Object.entries(KEPT)) {
        await settings({ ...all(401 * DAY_MS), [name]: 399 * DAY_MS })
        await goes(expected, name)
      }
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
