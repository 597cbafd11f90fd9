import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idSource } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { openMemoryStore } from '../../store/memory/store.ts'
import type { RunRecord } from '../ports/run.ts'
import type { EngineStore } from '../ports/store.ts'
import { History } from './history.ts'

const HOUR_MS = 3_600_000
const RUN: Omit<RunRecord, 'id'> = {
  taskId: '0000000000001', variant: 'Sample', accountId: null, nodeId: 1, startedAt: 9.9 * HOUR_MS, durationMs: 0.25 * HOUR_MS, attempt: 0,
  outcome: 'done', error: null, note: null, parentId: null,
}

async function open() {
  const clock = new VirtualClock()
  const store = await openMemoryStore({ clock })
  let isAway = false
  const transact: EngineStore['transact'] = work => isAway ? Promise.reject(new Error('away')) : store.transact(work)
  const history = new History({ store: { ...store, transact, now: store.now }, ids: idSource(1, clock), clock, log: silentLog })
  return {
    clock, history, away: (is: boolean) => { isAway = is },
    records: () => store.read(tx => tx.runs.count({})),
    slots: () => store.read(tx => tx.runs.rates('slot', 0)),
    counts: () => store.read(async tx => (await tx.runs.queryCounts({}, { ascending: true, limit: 10 })).map(({ id: _, ...count }) => count)),
  }
}

test('every run is counted in the hour in which it ended, and only those that are kept have a record', async () => {
  const { history, records, counts } = await open()
  history.record(RUN, true)
  history.record(RUN, false)
  history.record({ ...RUN, durationMs: 0.1 }, false)
  history.record({ ...RUN, outcome: 'failed' }, true)
  await history.flush()
  assert.equal(await records(), 2)
  const count = { variant: 'Sample', nodeId: 1 }
  assert.deepEqual(await counts(), [
    { ...count, hour: 9 * HOUR_MS, outcome: 'done', runs: 1, durationMs: 0 },
    { ...count, hour: 10 * HOUR_MS, outcome: 'done', runs: 2, durationMs: 0.5 * HOUR_MS },
    { ...count, hour: 10 * HOUR_MS, outcome: 'failed', runs: 1, durationMs: 0.25 * HOUR_MS },
  ])
})

test('while the store is away nothing is lost, and nothing counts twice', async () => {
  const { history, away, records, counts } = await open()
  away(true)
  history.record(RUN, true)
  await history.flush()
  history.record(RUN, true)
  away(false)
  await history.flush()
  await history.flush()
  assert.equal(await records(), 2)
  assert.deepEqual((await counts()).map(({ runs }) => runs), [2])
})

test('runs are counted by five minutes too, once, also when the store was away', async () => {
  const { clock, history, away, slots } = await open()
  const at = clock.now()
  away(true)
  for (const startedAt of [at, at + 299_000, at + 299_999, at + 300_000]) history.record({ ...RUN, startedAt, durationMs: 1 }, false)
  await history.flush()
  away(false)
  await history.flush()
  await history.flush()
  assert.deepEqual((await slots()).toSorted((one, other) => one.at - other.at), [
    { at, outcome: 'done', runs: 2, durationMs: 2 }, { at: at + 300_000, outcome: 'done', runs: 2, durationMs: 2 },
  ])
})
