import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import type { NewTask, TaskRow, TaskState } from '../../engine/ports/task.ts'
import { charged, coalesced, edited, finished, newRow, requested, storableTask, unpinned } from './task-row.ts'

const TASK: NewTask = {
  id: 'id', variant: 'V', lane: 'l', bucket: 1, band: 1, due: 100, orderingKey: 'o', dedupeKey: 'd', accountId: null,
  domainId: null, payload: { n: 1 },
}
const RETRY: TaskState = { status: 'Retry', due: 500, attempt: 2, firstFailedAt: 10, failedAt: null, failureReason: 'why' }
const ROW = newRow(TASK, 50)
const PINNED: TaskRow = { ...ROW, holder: 'node', startedAt: 60, progress: { done: 1 } }

test('a new row waits', () => {
  assert.deepEqual([ROW.status, ROW.version, ROW.attempt, ROW.crashes, ROW.createdAt, ROW.holder], ['Pending', 1, 0, 0, 50, null])
})

test('what is taken in makes a row earlier, never later, and never less urgent', () => {
  assert.deepEqual(coalesced(ROW, { ...TASK, due: 900, band: 1, payload: { n: 2 } }), { ...ROW, payload: { n: 2 }, version: 2 })
  assert.deepEqual(coalesced(ROW, { ...TASK, due: 5, band: 0 }), { ...ROW, due: 5, band: 0, version: 2 })
  const interactive = { ...ROW, band: 0 } as const
  assert.equal(coalesced(interactive, TASK).band, 0)
})

test('a failed state is never due', () => {
  assert.equal(edited(ROW, { state: { ...RETRY, status: 'Failed' } }).due, DUE_NEVER)
})

test('requests merge, and nothing undoes a destroy', () => {
  const first = requested(PINNED, { kind: 'edit', edit: { payload: { n: 2 } } })
  const second = requested(first, { kind: 'edit', edit: { state: RETRY } })
  assert.deepEqual(second.request, { kind: 'edit', edit: { payload: { n: 2 }, state: RETRY } })
  assert.deepEqual([second.version, second.dedupeKey, second.payload], [1, null, TASK.payload])
  assert.deepEqual(requested(second, { kind: 'destroy' }).request, { kind: 'destroy' })
})

test('edits of the payload add up, in a row and in a request', () => {
  assert.deepEqual(edited(ROW, { payload: { m: 2 } }).payload, { n: 1, m: 2 })
  const first = requested(PINNED, { kind: 'edit', edit: { payload: { m: 2 } } })
  const second = requested(first, { kind: 'edit', edit: { payload: { n: 3 } } })
  assert.deepEqual(unpinned(second)?.payload, { n: 3, m: 2 })
})

test('new keys come with an edit; a request brings all but the dedupe key, which somebody else may have by then', () => {
  const keys = { bucket: 5, orderingKey: 'p', dedupeKey: 'e', accountId: 'a', domainId: null }
  assert.deepEqual(edited(ROW, { keys }), { ...ROW, ...keys, version: 2 })
  const asked = requested(PINNED, { kind: 'edit', edit: { keys } })
  assert.deepEqual(unpinned(asked), { ...ROW, ...keys, dedupeKey: null, version: 2 })
})

test('the end of a hold carries the request out', () => {
  assert.deepEqual(unpinned(PINNED), ROW)
  assert.equal(unpinned(requested(PINNED, { kind: 'destroy' })), null)
  assert.deepEqual(unpinned(requested(PINNED, { kind: 'edit', edit: { state: RETRY } })),
    { ...ROW, ...RETRY, dedupeKey: null, version: 2 })
})

test('a dead holder costs one attempt and one crash', () => {
  const once = charged(PINNED, 'host-a', 70)
  assert.ok(once)
  assert.deepEqual([once.status, once.attempt, once.crashes, once.firstFailedAt, once.due, once.holder], ['Retry', 1, 1, 70, 100, null])
  assert.match(once.failureReason ?? '', /host-a/)
  const twice = charged({ ...once, holder: 'other' }, 'host-b', 99)
  assert.deepEqual([twice?.attempt, twice?.crashes, twice?.firstFailedAt], [2, 2, 70])
  const failed: TaskRow = { ...PINNED, status: 'Failed', due: DUE_NEVER }
  assert.deepEqual(charged(failed, 'host-a', 70), { ...failed, holder: null, startedAt: null, progress: null })
})

test('an outcome counts for its version and its holder only', () => {
  const done = { kind: 'done', id: 'id', version: 1 } as const
  assert.deepEqual(finished(ROW, done, 'node'), { found: true, row: null })
  assert.deepEqual(finished(PINNED, done, 'node'), { found: true, row: null })
  assert.deepEqual(finished(PINNED, done, 'other'), { found: false, row: PINNED })
  assert.deepEqual(finished({ ...ROW, version: 2 }, done, 'node'), { found: false, row: { ...ROW, version: 2 } })
  assert.deepEqual(finished({ ...PINNED, version: 2 }, done, 'node'), { found: false, row: { ...ROW, version: 2 } })
})

test('a request comes too late for what is done, and is carried out on what is not', () => {
  const destroyed = requested(PINNED, { kind: 'destroy' })
  const moved = requested(PINNED, { kind: 'edit', edit: { state: { ...RETRY, due: 999 } } })
  const again = { kind: 'again', id: 'id', version: 1, state: RETRY, payload: { n: 2 } } as const
  assert.deepEqual(finished(moved, { kind: 'done', id: 'id', version: 1 }, 'node'), { found: true, row: null })
  assert.deepEqual(finished(destroyed, again, 'node'), { found: true, row: null })
  assert.deepEqual(finished(moved, again, 'node'),
    { found: true, row: { ...ROW, ...RETRY, due: 999, payload: { n: 2 }, dedupeKey: null, version: 3 } })
})

test('texts of clients are made storable', () => {
  const task = storableTask({ ...TASK, orderingKey: 'a\0', dedupeKey: 'k'.repeat(5_000), accountId: '\uD800', domainId: null })
  assert.deepEqual([task.orderingKey, task.accountId, task.domainId], ['a\uFFFD', '\uFFFD', null])
  assert.ok((task.dedupeKey?.length ?? 0) < 300)
})
