import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { Trace } from '../ports.ts'
import { BUFFERED_MAX, TraceRecorder } from './trace-recorder.ts'

const TRACE = { from: 'ann@elsewhere.example', recipients: ['bob@example.org'], size: 1, events: [] }

function recorder() {
  const clock = new VirtualClock()
  const batches: Trace[][] = []
  const warnings: string[] = []
  const keep = { fails: false, traces: { async keep(batch: readonly Trace[]) {
    if (keep.fails) throw new Error('no answer')
    batches.push([...batch])
  } } }
  const log: Log = { ...silentLog, warn: (_fields, text) => { warnings.push(text) } }
  return { clock, batches, warnings, keep, recorder: new TraceRecorder({ traces: keep.traces, ids: idSource(1, clock), clock, log }) }
}

test('traces are written in batches, in their order, within half a second', async () => {
  const { clock, batches, recorder: recording } = recorder()
  await recording.start()
  for (let nth = 0; nth < 250; nth++) recording.record({ ...TRACE, size: nth })
  assert.equal(batches.length, 0)
  await clock.advance(500)
  assert.deepEqual(batches.map(batch => batch.length), [100, 100, 50])
  assert.deepEqual(batches.flat().map(({ size }) => size), Array.from({ length: 250 }, (_, nth) => nth))
  assert.deepEqual(batches.flat().map(({ id }) => id), batches.flat().map(({ id }) => id).toSorted())
  await recording.stop()
})

test('what the store does not take waits for it under the same ids, and beyond the limit the newest are dropped', async () => {
  const { clock, batches, warnings, keep, recorder: recording } = recorder()
  await recording.start()
  keep.fails = true
  for (let nth = 0; nth < BUFFERED_MAX + 5; nth++) recording.record({ ...TRACE, size: nth })
  await clock.advance(500)
  assert.deepEqual(warnings, ['traces not written yet'])
  keep.fails = false
  await clock.advance(500)
  assert.deepEqual(batches.flat().map(({ size }) => size), Array.from({ length: BUFFERED_MAX }, (_, nth) => nth))
  assert.equal(new Set(batches.flat().map(({ id }) => id)).size, BUFFERED_MAX)
  assert.equal(warnings.at(-1), 'traces dropped: the store was away too long')
  await recording.stop()
})

test('a stop writes what waits', async () => {
  const { batches, recorder: recording } = recorder()
  await recording.start()
  recording.record(TRACE)
  await recording.stop()
  assert.equal(batches.length, 1)
})
