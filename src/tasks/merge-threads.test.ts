import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import type { MergeStep } from '../services/mailstore/join-threads.ts'
import variant from './merge-threads.ts'
import type { Deps } from './merge-threads.ts'

const TASK = { accountId: 'a1', threadName: 'n', messageIds: { m: true, l: true } } as const

/** Joins so many threads; then as many are left apart. */
function merging(joined: number, apart = 1) {
  const asked: (readonly string[])[] = []
  const threadMerge: Deps['threadMerge'] = {
    async step(_accountId, keys): Promise<MergeStep> {
      asked.push(keys)
      return asked.length <= joined ? { kind: 'joined' } : { kind: 'ended', apart }
    },
  }
  return { deps: { threadMerge }, asked }
}

test('MergeThreads declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('MergeThreads runs one at a time in an account, and waits once for the same messages', () => {
  assert.equal(variant.lane, 'threads')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey(TASK), 'a1')
  assert.equal(variant.dedupeKey?.(TASK), 'a1/n/l,m')
  assert.match(typeof variant.creatable === 'object' ? variant.creatable.forbidden : '', /queues this itself/)
})

test('MergeThreads joins until nothing is left to join', async () => {
  const { deps, asked } = merging(3)
  assert.deepEqual(await runTasks(variant, [TASK], deps), [{ kind: 'done', note: '3 joined' }])
  assert.deepEqual(asked, Array.from({ length: 4 }, () => ['m', 'l']))
})

test('MergeThreads says when threads are too full', async () => {
  assert.deepEqual(await runTasks(variant, [TASK], merging(0, 2).deps), [{ kind: 'done', note: '2 threads are too full to join' }])
})

test('MergeThreads gives up after so many threads, and is tried again', async () => {
  const { deps, asked } = merging(Infinity)
  assert.deepEqual((await runTasks(variant, [TASK], deps)).map(({ kind }) => kind), ['retry'])
  assert.equal(asked.length, 100)
})

test('MergeThreads stops between two threads when it is told to', async () => {
  const { deps, asked } = merging(3)
  await assert.rejects(runTasks(variant, [TASK], deps, { signal: AbortSignal.abort(new Error('lease lost')) }), /lease lost/)
  assert.deepEqual(asked, [])
})

test('MergeThreads has nothing to do for an account that is gone', () => {
  assert.equal(variant.classify(new RotaError('mail/account-gone', 'gone')).kind, 'done')
  assert.equal(variant.classify(new RotaError('store/unavailable', 'no answer')).kind, 'retry')
})
