import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { world } from '../../test/support/engine.ts'
import type { World } from '../../test/support/engine.ts'
import { probeVariant } from '../../test/support/rows.ts'
import { accountTasks } from './account-tasks.ts'

const HOLDER = '00000000000aa'
let cluster: World
beforeEach(async () => { cluster = await world([probeVariant({ run: async () => ({ kind: 'done' }) })]) })
afterEach(() => cluster.store.close())

const enqueue = (accountId: string): Promise<string> => cluster.enqueue({ word: 'w', key: 'k', accountId })
const clear = (except: string, limit = 100) => cluster.store.transact(tx => accountTasks.clear(tx, 'ann', except, limit))

/** As if a node had been running it for a while. */
async function pin(...ids: readonly string[]): Promise<void> {
  await cluster.store.leases.join({
    incarnation: HOLDER, hostname: 'h', version: 'test',
    state: { role: null, duties: [], pushShard: null, draining: false, info: {} },
  }, 60_000)
  const pins = ids.map(id => ({ id, version: 1, startedAt: 0, progress: null }))
  assert.deepEqual(await cluster.store.queue.pin(HOLDER, pins), ids.map(() => true))
}

test('waiting tasks of the account go, in parts; its own task and those of others stay', async () => {
  const [own, other] = [await enqueue('ann'), await enqueue('bob')]
  const waiting = [await enqueue('ann'), await enqueue('ann'), await enqueue('ann')]
  assert.deepEqual(await clear(own, 2), { removed: 2, running: 0 })
  assert.deepEqual(await clear(own, 2), { removed: 1, running: 0 })
  assert.deepEqual(await clear(own, 2), { removed: 0, running: 0 })
  for (const id of waiting) assert.equal(await cluster.row(id), undefined)
  assert.ok(await cluster.row(own) && await cluster.row(other))
})

test('a running task is asked to stop and counts until it has; its own task is left alone', async () => {
  const [own, running] = [await enqueue('ann'), await enqueue('ann')]
  await pin(own, running)
  assert.deepEqual(await clear(own), { removed: 0, running: 1 })
  assert.deepEqual((await cluster.row(running))?.request, { kind: 'destroy' })
  await cluster.store.queue.finish(HOLDER, [{ kind: 'release', id: running }])
  assert.equal(await cluster.row(running), undefined)
  assert.deepEqual(await clear(own), { removed: 0, running: 0 })
  assert.equal((await cluster.row(own))?.request, null)
})
