import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { taskRow } from '../../test/support/rows.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { Catalogue } from '../engine/catalogue.ts'
import type { TaskRow, TaskState } from '../engine/ports/task.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { lanes } from '../tasks/lanes.ts'
import { taskGauges } from './task-gauges.ts'

const MINUTE_MS = 60_000

describe('gauges of the queue', () => {
  const clock = new VirtualClock()
  const catalogue = new Catalogue(VARIANTS, lanes())
  let store: Awaited<ReturnType<typeof openMemoryStore>>
  beforeEach(async () => { store = await openMemoryStore({ clock }) })
  const gauges = () => store.read(tx => taskGauges(catalogue, tx, clock.now()))
  const queue = (variant: string, row: Partial<TaskRow> = {}) => store.transact(async tx => {
    const { lane } = catalogue.variants.get(variant) ?? {}
    assert.ok(lane)
    await tx.tasks.insert([taskRow(`${variant}-${++made}`, { variant, lane, due: clock.now(), createdAt: clock.now(), ...row })])
  })
  let made = 0

  test('name every lane that has variants, and no other', async () => {
    const ofTasks = new Set(VARIANTS.map(({ lane }) => lane))
    assert.deepEqual(new Set(Object.keys(await gauges())), new Set([...[...ofTasks].map(lane => `task.waiting.${lane}`), 'task.failed', 'task.oldest']))
    assert.ok(Object.values(await gauges()).every(amount => amount === 0))
  })

  test('count what waits in each lane, its first or next attempt, now or later', async () => {
    for (const variant of ['IndexDocument', 'IndexTrace', 'MergeThreads']) await queue(variant)
    await queue('IndexDocument', { due: clock.now() + MINUTE_MS })
    const { 'task.waiting.search': search, 'task.waiting.threads': threads, 'task.waiting.store': none } = await gauges()
    assert.deepEqual([search, threads, none], [3, 1, 0])
  })

  test('count what has failed apart from what waits', async () => {
    await queue('IndexDocument')
    await queue('MergeThreads')
    await store.transact(async tx => {
      const [id = ''] = await tx.tasks.query({ variants: ['MergeThreads'] }, { order: { property: 'createdAt', ascending: true }, limit: 1 })
      const state: TaskState = { status: 'Failed', due: 0, attempt: 1, firstFailedAt: 0, failedAt: 0, failureReason: 'planted' }
      assert.equal(await tx.tasks.edit(id, 1, { state }), 'applied')
    })
    const { 'task.failed': failed, 'task.waiting.search': search, 'task.waiting.threads': threads, 'task.oldest': oldest } = await gauges()
    assert.deepEqual([failed, search, threads, oldest], [1, 1, 0, 0])
  })

  test('say how long the oldest has been due: nothing, while all is due later', async () => {
    await queue('IndexDocument', { due: clock.now() + MINUTE_MS })
    assert.equal((await gauges())['task.oldest'], 0)
    await queue('MergeThreads', { due: clock.now() - MINUTE_MS })
    await queue('IndexDocument', { due: clock.now() - 3 * MINUTE_MS })
    await clock.advance(500)
    assert.equal((await gauges())['task.oldest'], 3 * MINUTE_MS + 500)
  })
})
