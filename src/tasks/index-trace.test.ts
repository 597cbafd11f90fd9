import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import type { TraceReply } from '../services/telemetry/traces.ts'
import variant from './index-trace.ts'
import type { Deps } from './index-trace.ts'

/** Answers by trace id; remembers what it was asked. */
function fakeTraces(replies: Readonly<Record<string, TraceReply>> = {}) {
  const asked: string[] = []
  const traces: Deps['traces'] = {
    async index(ids, signal) {
      signal.throwIfAborted()
      asked.push(...ids)
      return ids.map(id => replies[id] ?? { kind: 'indexed' })
    },
  }
  return { deps: { traces }, asked }
}

test('IndexTrace declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('IndexTrace is queued in the search lane, under its own key, behind what people wait for', () => {
  assert.equal(variant.lane, 'search')
  assert.equal(variant.duty, 'searchIndexing')
  assert.equal(variant.orderingKey({ traceId: 't1' }), 't1')
  assert.equal(variant.dedupeKey?.({ traceId: 't1' }), 't1')
  assert.equal(variant.band, 1)
  assert.equal(variant.creatable, true)
})

test('IndexTrace is done when its trace is indexed or gone, and charges the one that cannot be', async () => {
  const { deps, asked } = fakeTraces({ t2: { kind: 'gone' }, t3: { kind: 'failed', error: new Error('cannot be read') } })
  const outcomes = await runTasks(variant, ['t1', 't2', 't3', 't4'].map(traceId => ({ traceId })), deps)
  assert.deepEqual(outcomes, [{ kind: 'done' }, { kind: 'done' }, { kind: 'fail', why: 'cannot be read' }, { kind: 'done' }])
  assert.deepEqual(asked, ['t1', 't2', 't3', 't4'])
})

test('IndexTrace tries again when the store does not answer, and hands its signal on', async () => {
  assert.equal(variant.classify(new RotaError('store/unavailable', 'no answer')).kind, 'retry')
  const signal = AbortSignal.abort(new Error('lease lost'))
  await assert.rejects(runTasks(variant, [{ traceId: 't1' }], fakeTraces().deps, { signal }), /lease lost/)
})
