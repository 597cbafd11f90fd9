import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { TestRegistry } from '../../test/support/registry.ts'
import { silentLog } from '../base/log.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { LaneLoop } from '../engine/upkeep/lane-loop.ts'
import { slotWork } from '../engine/upkeep/slot-work.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import { metricsWork } from './metrics-work.ts'

const HOUR_MS = 3_600_000
const START = Date.UTC(2026, 0, 1, 8, 30)

describe('the work of the metrics lane', () => {
  let clock: VirtualClock
  let registry: TestRegistry
  let loop: LaneLoop
  beforeEach(async () => {
    clock = new VirtualClock(START)
    const store = await openMemoryStore({ clock })
    registry = new TestRegistry(clock, store, [])
    loop = new LaneLoop(slotWork(metricsWork({ store, catalogue: registry.catalogue, ids: registry.ids }), store, silentLog), { clock, log: silentLog, ended: () => {} })
    loop.start()
    loop.activate(true)
  })
  afterEach(() => loop.stop())

  /** Slots that have been measured, as hours of the day. */
  const hours = () => registry.store.read(async tx => {
    const points = await tx.metrics.get(await tx.metrics.query({ metrics: ['user.count'] }, { ascending: true, limit: 100 }))
    return points.map(({ slot }) => (slot - Date.UTC(2026, 0, 1)) / HOUR_MS)
  })

  test('measures every hour at first, and at the times that the settings say from then on', async () => {
    await clock.advance(2 * HOUR_MS)
    assert.deepEqual(await hours(), [9, 10])
    await registry.update('DataRetention', 'singleton', { metricsCollectionInterval: { '@type': 'Hourly', minute: 45 } })
    loop.kick()
    await clock.advance(2 * HOUR_MS)
    assert.deepEqual(await hours(), [9, 10, 10.75, 11.75])
    await registry.update('DataRetention', 'singleton', { metricsCollectionInterval: { '@type': 'Daily', hour: 20, minute: 0 } })
    await clock.advance(10 * HOUR_MS)
    assert.deepEqual(await hours(), [9, 10, 10.75, 11.75, 20])
  })

  test('measures the queue and what is stored', async () => {
    await registry.create('Domain', { name: 'example.org' })
    await registry.create('Task', { '@type': 'StoreMaintenance', maintenanceType: 'purgeData' })
    await clock.advance(HOUR_MS)
    const ids = await registry.query('Metric', { filter: { metric: ['domain.count', 'task.waiting.store', 'task.waiting.search', 'task.oldest'] } })
    const { list } = await registry.call('Metric/get', { ids })
    const found = new Map((list as unknown as { metric: string; count: number }[]).map(({ metric, count }) => [metric, count]))
    assert.deepEqual(Object.fromEntries(found), { 'domain.count': 1, 'task.waiting.store': 1, 'task.waiting.search': 0, 'task.oldest': HOUR_MS / 2 })
  })
})
