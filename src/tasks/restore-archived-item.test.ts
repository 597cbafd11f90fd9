import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import variant from './restore-archived-item.ts'

const EMAIL = {
  accountId: 'a1', archivedItemType: 'Email', blobId: 'b1', createdAt: '2026-01-01T00:00:00Z', archivedUntil: '2026-02-01T00:00:00Z',
} as const

test('RestoreArchivedItem declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('RestoreArchivedItem runs one after the other in an account, once for each content', () => {
  assert.deepEqual([variant.lane, variant.duty], ['restore', 'taskQueueProcessing'])
  assert.equal(variant.orderingKey(EMAIL), 'a1')
  assert.equal(variant.dedupeKey?.(EMAIL), 'a1/Email/b1')
})

test('RestoreArchivedItem is queued by the server only', () => {
  assert.match(variant.creatable === true ? '' : variant.creatable.forbidden, /archived item/)
})

test('RestoreArchivedItem restores e-mail; everything else fails and nothing is touched', async () => {
  const asked: string[] = []
  const restoration = { restoreEmail: async (...names: readonly string[]) => { asked.push(names.join('/')); return 1 } }
  const outcomes = await runTasks(variant, [EMAIL, { ...EMAIL, archivedItemType: 'FileNode' }], { restoration })
  assert.deepEqual(outcomes.map(({ kind }) => kind), ['done', 'fail'])
  assert.ok(outcomes[1]?.kind === 'fail' && outcomes[1].why.includes('not available in this version'))
  assert.deepEqual(asked, ['a1/b1'])
})

test('RestoreArchivedItem tries again after trouble with the store, not for want of room, content or account', () => {
  const kinds = (['store/unavailable', 'mail/over-quota', 'blob/missing', 'mail/account-gone'] as const)
    .map(code => variant.classify(new RotaError(code, 'planted')).kind)
  assert.deepEqual(kinds, ['retry', 'fail', 'fail', 'fail'])
})
