import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './destroy-account.ts'

test('DestroyAccount declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DestroyAccount is queued in the account lane, under its own key', () => {
  assert.equal(variant.lane, 'account')
  assert.equal(variant.duty, 'accountMaintenance')
  assert.equal(variant.orderingKey({ accountId: 'a1', accountName: 'ann', accountDomainId: 'd1', accountType: 'User' }), 'a1')
  assert.equal(variant.dedupeKey?.({ accountId: 'a1', accountName: 'ann', accountDomainId: 'd1', accountType: 'User' }), 'a1')
})

test('DestroyAccount says why it is refused', () => {
  assert.match(variant.notBuilt, /not built/)
  assert.equal(variant.creatable, true)
})
