import assert from 'node:assert/strict'
import { test } from 'node:test'
import { taskRow } from '../../test/support/rows.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { Catalogue } from '../engine/catalogue.ts'
import { DUE_NEVER } from '../engine/ports/task.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { lanes } from '../tasks/lanes.ts'
import { laneLoads } from './lane-loads.ts'

const FAILED = { status: 'Failed', due: DUE_NEVER, attempt: 1, firstFailedAt: 1_500, failedAt: 1_600, failureReason: 'it broke' }

test('each lane with tasks says what waits, runs and has failed, and since when its oldest due task waits', async () => {
  const clock = new VirtualClock()
  const store = await openMemoryStore({ clock })
  const catalogue = new Catalogue(VARIANTS, lanes())
  const now = clock.now()
  const row = (id: string, variant: string, due: number, more: object = {}) =>
    ({ ...taskRow(id, { variant, lane: catalogue.variants.get(variant)?.lane ?? '', due }), ...more })
  await store.leases.join({ incarnation: 'i', hostname: 'h', version: '1', state: { role: null, duties: [], pushShard: null, draining: false, info: {} } }, 60_000)
  await store.transact(tx => tx.tasks.insert([
    row('running', 'IndexDocument', now - 9_000), row('older', 'IndexDocument', now - 5_000), row('old', 'IndexTrace', now - 7_000),
    row('later', 'IndexDocument', now + 1), row('failed', 'IndexDocument', DUE_NEVER, { state: FAILED }), row('ahead', 'MergeThreads', now + 60_000),
  ]))
  assert.deepEqual(await store.queue.pin('i', [{ id: 'running', version: 1, startedAt: now, progress: null }]), [true])
  const read = laneLoads(catalogue)
  const { lanes: loads, countedMsAgo } = await store.read(tx => read(tx, now))
  assert.equal(countedMsAgo, 0)
  assert.deepEqual(loads.map(({ lane }) => lane).toSorted(), [...new Set(VARIANTS.map(({ lane }) => lane))].toSorted())
  const of = (name: string) => loads.find(({ lane }) => lane === name)
  assert.deepEqual(of('search'), { lane: 'search', waiting: 3, running: 1, failed: 1, oldestDue: now - 7_000 })
  assert.deepEqual(of('threads'), { lane: 'threads', waiting: 1, running: 0, failed: 0, oldestDue: null })
  await store.transact(tx => tx.tasks.destroy('older'))
  const { lanes: again } = await store.read(tx => read(tx, now))
  assert.equal(again.find(({ lane }) => lane === 'search')?.waiting, 2)
  assert.deepEqual(of('store'), { lane: 'store', waiting: 0, running: 0, failed: 0, oldestDue: null })
})
