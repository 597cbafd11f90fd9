import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import type { IndexReply } from '../services/indexing/indexing.ts'
import variant from './index-document.ts'
import type { Deps } from './index-document.ts'

const EMAIL = { accountId: 'a1', documentId: 'm1', documentType: 'email' } as const

/** Answers by document id; remembers what it was asked. */
function fakeIndexing(replies: Readonly<Record<string, IndexReply>> = {}) {
  const asked: string[] = []
  const indexing: Deps['indexing'] = {
    async index(documents) {
      asked.push(...documents.map(({ documentId }) => documentId))
      return documents.map(({ documentId }) => replies[documentId] ?? { kind: 'indexed' })
    },
  }
  return { deps: { indexing }, asked }
}

test('IndexDocument declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('IndexDocument runs in order for each document, and waits once for it', () => {
  assert.equal(variant.lane, 'search')
  assert.equal(variant.orderingKey(EMAIL), 'a1/email/m1')
  assert.equal(variant.dedupeKey?.(EMAIL), 'a1/email/m1')
})

test('IndexDocument is done when its document is indexed, and when it is gone', async () => {
  const { deps, asked } = fakeIndexing({ m2: { kind: 'gone' } })
  assert.deepEqual(await runTasks(variant, [EMAIL, { ...EMAIL, documentId: 'm2' }], deps), [{ kind: 'done' }, { kind: 'done' }])
  assert.deepEqual(asked, ['m1', 'm2'])
})

test('IndexDocument charges only the document that fails', async () => {
  const { deps } = fakeIndexing({ m2: { kind: 'failed', error: new Error('cannot be read') } })
  const outcomes = await runTasks(variant, ['m1', 'm2', 'm3'].map(documentId => ({ ...EMAIL, documentId })), deps)
  assert.deepEqual(outcomes, [{ kind: 'done' }, { kind: 'retry', why: 'cannot be read' }, { kind: 'done' }])
})

test('IndexDocument gives up on content that is missing, and tries again after anything else', async () => {
  const { deps } = fakeIndexing({ m1: { kind: 'failed', error: new RotaError('blob/missing', 'content gone') } })
  assert.deepEqual(await runTasks(variant, [EMAIL], deps), [{ kind: 'fail', why: 'content gone' }])
  assert.equal(variant.classify(new RotaError('store/unavailable', 'no answer')).kind, 'retry')
})

test('IndexDocument refuses the types that have no indexer, and fails where one was queued all the same', async () => {
  const { deps, asked } = fakeIndexing()
  for (const documentType of ['calendar', 'contacts', 'file'] as const) {
    assert.match(variant.refuse?.({ ...EMAIL, documentType }) ?? '', new RegExp(documentType))
  }
  assert.equal(variant.refuse?.(EMAIL), null)
  const outcomes = await runTasks(variant, [{ ...EMAIL, documentId: 'e1', documentType: 'calendar' }, EMAIL], deps)
  assert.deepEqual(outcomes.map(outcome => outcome.kind), ['fail', 'done'])
  assert.deepEqual(asked, ['m1'])
})

test('IndexDocument hands its signal on', async () => {
  const signal = AbortSignal.abort(new Error('lease lost'))
  const indexing: Deps['indexing'] = { index: (_, given) => { given.throwIfAborted(); return Promise.resolve([]) } }
  await assert.rejects(runTasks(variant, [EMAIL], { indexing }, { signal }), /lease lost/)
})
