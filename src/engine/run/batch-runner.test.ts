/** What stays of a task that must not run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../../../test/support/engine.ts'
import { probeVariant } from '../../../test/support/rows.ts'
import { taskDefiner, type AnyVariant } from '../task-variant.ts'

const PLANNED = taskDefiner(['probing']).planned({
  name: 'Probe', label: 'Probe', doc: '', duty: 'probing', lane: 'probe', fields: {}, orderingKey: () => null, creatable: true, notBuilt: 'comes later',
})

/** Of one task that a node has seen: how it stands, and its runs. `crashes`: nodes that died with it. */
async function ended(variant: AnyVariant, crashes: number) {
  const { clock, enqueue, node, row, store } = await world([variant])
  const taskId = await enqueue({})
  const fetch: typeof store.queue.fetch = async (...call) => {
    const { rows, nextInMs } = await store.queue.fetch(...call)
    return { rows: rows.map(each => ({ ...each, crashes })), nextInMs }
  }
  const one = node('a', { store: { ...store, queue: { ...store.queue, fetch } } })
  await one.start()
  await clock.advance(5_000)
  const stopped = one.stop()
  await clock.advance(5_000)
  await stopped
  const { status, failureReason } = await row(taskId) ?? {}
  const runs = await store.read(tx => tx.runs.query({ taskId }, { ascending: false, limit: 10 }))
  await store.close()
  return { status, failureReason, runs: runs.map(({ outcome, error, durationMs }) => ({ outcome, error, durationMs })) }
}

test('a task that kills its nodes fails, and the history tells why', async () => {
  const error = 'its node died while it ran'
  assert.deepEqual(await ended(probeVariant({ run: async () => ({ kind: 'done' }) }), 4), {
    status: 'Failed', failureReason: error, runs: [{ outcome: 'failed', error, durationMs: 0 }],
  })
})

test('so does one whose work is not there', async () => {
  const error = 'comes later'
  assert.deepEqual(await ended(PLANNED, 0), { status: 'Failed', failureReason: error, runs: [{ outcome: 'failed', error, durationMs: 0 }] })
})
