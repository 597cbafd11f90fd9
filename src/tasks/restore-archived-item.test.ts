import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './restore-archived-item.ts'

const ITEM = {
  accountId: 'a1', archivedItemType: 'Email', blobId: 'b1', createdAt: '2026-01-01T09:00:00Z', archivedUntil: '2026-01-01T09:00:00Z',
} as const

test('RestoreArchivedItem declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('RestoreArchivedItem is queued in the restore lane, under its own key', () => {
  assert.equal(variant.lane, 'restore')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey(ITEM), 'a1')
  assert.equal(variant.dedupeKey?.(ITEM), 'a1/Email/b1')
})

test('RestoreArchivedItem says why it is refused', () => {
  assert.match(variant.notBuilt, /no archive/)
  assert.match(typeof variant.creatable === 'object' ? variant.creatable.forbidden : '', /archived item/)
})
