import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import indexDocument from './index-document.ts'
import variant from './unindex-document.ts'
import type { Deps } from './unindex-document.ts'

const EMAIL = { accountId: 'a1', documentId: 'm1', documentType: 'email' } as const

function fakeIndexing() {
  const removed: string[] = []
  const indexing: Deps['indexing'] = {
    async unindex(documents) { removed.push(...documents.map(({ documentId }) => documentId)) },
  }
  return { deps: { indexing }, removed }
}

test('UnindexDocument declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('UnindexDocument shares its order with IndexDocument', () => {
  assert.equal(variant.lane, 'search')
  assert.equal(variant.orderingKey(EMAIL), indexDocument.orderingKey(EMAIL))
  assert.equal(variant.dedupeKey?.(EMAIL), 'a1/email/m1')
})

test('UnindexDocument removes the whole batch, and a repeat is harmless', async () => {
  const { deps, removed } = fakeIndexing()
  const batch = [EMAIL, { ...EMAIL, documentId: 'm2' }]
  assert.deepEqual(await runTasks(variant, batch, deps), [{ kind: 'done' }, { kind: 'done' }])
  assert.deepEqual(await runTasks(variant, batch, deps), [{ kind: 'done' }, { kind: 'done' }])
  assert.deepEqual(removed, ['m1', 'm2', 'm1', 'm2'])
})

test('UnindexDocument fails for types that have no index, and only for them', async () => {
  const { deps, removed } = fakeIndexing()
  const outcomes = await runTasks(variant, [{ ...EMAIL, documentId: 'f1', documentType: 'file' }, EMAIL], deps)
  assert.deepEqual(outcomes.map(outcome => outcome.kind), ['fail', 'done'])
  assert.deepEqual(removed, ['m1'])
  assert.match(variant.refuse?.({ ...EMAIL, documentType: 'file' }) ?? '', /file/)
})

test('UnindexDocument tries again when the store does not answer', () => {
  assert.deepEqual(variant.classify(new RotaError('store/unavailable', 'no answer')), { kind: 'retry', why: 'no answer' })
})
