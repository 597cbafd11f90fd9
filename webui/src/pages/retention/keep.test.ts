import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GROUPS, isDoubtful, shortened } from './keep.ts'

const DAY = 86_400_000

test('shortened is what will be kept for less, whatever an empty value means', () => {
  const stored = { expungeTrashAfter: null, holdAuditFor: 30 * DAY, archiveDeletedItemsFor: null, maxChangesHistory: 100 }
  const names = (value: object) => shortened(stored, { ...stored, ...value }).map(({ field }) => field)
  assert.deepEqual(names({ expungeTrashAfter: DAY, holdAuditFor: null, archiveDeletedItemsFor: DAY, maxChangesHistory: 50 }), ['expungeTrashAfter', 'maxChangesHistory'])
  assert.deepEqual(names({}), [])
  assert.deepEqual(shortened({ archiveDeletedItemsFor: DAY }, { archiveDeletedItemsFor: null }).map(({ field }) => field), ['archiveDeletedItemsFor'])
})

test('short values are doubtful, and so is that nothing deleted can come back', () => {
  const [items] = GROUPS.deleted
  const [trash] = GROUPS.expunged
  assert(items && trash)
  assert.deepEqual([null, DAY, DAY - 1].map(value => isDoubtful(items, value)), [true, false, true])
  assert.deepEqual([null, 30 * DAY, DAY].map(value => isDoubtful(trash, value)), [false, false, true])
})
