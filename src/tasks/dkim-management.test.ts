import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import type { Rotation } from '../services/dkim/dkim-rotation.ts'
import variant from './dkim-management.ts'

const TASK = { domainId: 'd1' }

test('DkimManagement declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DkimManagement is queued in the domain lane, under its own key', () => {
  assert.equal(variant.lane, 'domain')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey(TASK), 'd1')
  assert.equal(variant.dedupeKey?.(TASK), 'd1')
  assert.deepEqual([variant.perpetual, variant.creatable], [true, true])
})

async function outcome(end: Rotation) {
  const dkimRotation = { rotate: async (_id: string, _signal: AbortSignal, told: (steps: number) => Promise<void>) => {
    await told(1)
    return end
  } }
  return (await runTasks(variant, [TASK], { dkimRotation }))[0]
}

test('DkimManagement waits as its own successor, which is due when there is something to do', async () => {
  assert.deepEqual(await outcome({ kind: 'rotated', steps: ['create Dkim1RsaSha256', 'publish k1'], nextAt: 5_000 }), {
    kind: 'done', note: 'create Dkim1RsaSha256, publish k1', followUps: [{ variant: 'DkimManagement', payload: TASK, due: 5_000 }],
  })
  assert.deepEqual(await outcome({ kind: 'rotated', steps: [], nextAt: null }), { kind: 'done', note: 'nothing was due' })
  assert.deepEqual(await outcome({ kind: 'over', why: 'gone' }), { kind: 'done', note: 'gone' })
})

test('DkimManagement tries again whatever fails, for ever', async () => {
  assert.deepEqual(await outcome({ kind: 'failed', why: 'silent' }), { kind: 'retry', why: 'silent' })
  assert.deepEqual(variant.classify(new Error('oops')), { kind: 'retry', why: 'oops' })
})
