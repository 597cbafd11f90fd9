import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { objectId, string } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import { rolePermissions } from '../schema/permissions.ts'

const EVERYONES = 'sysBookmarkOfEveryone'
const bookmark = object({
  name: 'Bookmark', label: 'Bookmark', doc: 'For tests.',
  owner: { property: 'accountId', everyones: EVERYONES },
  fields: {
    accountId: objectId('Account', 'Whose it is.', { index: 'filter' }),
    page: string('Where to.', { index: 'filter' }),
  },
})
const VERBS = ['Get', 'Query', 'Create', 'Update', 'Destroy'].map(verb => `sysBookmark${verb}`)

describe('objects that belong to an account', () => {
  let test: TestRegistry
  let [jane, bill]: readonly Id[] = []
  let [hers, his]: readonly Id[] = []
  const as = (accountId = '') => test.context(test.principal(VERBS, accountId))

  beforeEach(async () => {
    test = await openRegistry(bookmark)
    const domainId = await test.create('Domain', { name: 'example.net' })
    jane = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
    bill = await test.create('Account', { '@type': 'User', name: 'bill', domainId })
    hers = await test.create('Bookmark', { page: 'a' }, as(jane))
    his = await test.create('Bookmark', { page: 'b' }, as(bill))
  })

  it('are those of whoever makes them', async () => {
    assert.deepEqual(await test.get('Bookmark', hers ?? ''), { id: hers, accountId: jane, page: 'a' })
    const named = await test.create('Bookmark', { page: 'c', accountId: jane ?? '' }, as(jane))
    assert.equal((await test.get('Bookmark', named))['accountId'], jane)
  })

  it('are made for another account only with the permission', async () => {
    const body = { page: 'c', accountId: bill ?? '' }
    const error = await test.refused('Bookmark', body, as(jane))
    assert.deepEqual([error['type'], error['properties']], ['forbidden', ['accountId']])
    // The same for an account that does not exist, so that nobody learns which ones do.
    assert.equal((await test.refused('Bookmark', { ...body, accountId: '0000000000009' }, as(jane)))['type'], 'forbidden')
    const id = await test.create('Bookmark', body, test.context(test.principal([...VERBS, EVERYONES], jane)))
    assert.equal((await test.get('Bookmark', id))['accountId'], bill)
    assert.equal((await test.query('Bookmark')).length, 3)
  })

  it('are not there for others: in no list, under no id, by no change', async () => {
    const [own = '', other = ''] = [hers, his]
    assert.deepEqual(await test.query('Bookmark', {}, as(jane)), [own])
    assert.deepEqual(await test.query('Bookmark', { filter: { accountId: bill ?? '' } }, as(jane)), [])
    const counted = await test.call('Bookmark/query', { calculateTotal: true, anchor: other }, as(jane))
    assert.deepEqual([counted['total'], counted['ids']], [1, [own]])
    const got = await test.call('Bookmark/get', { ids: [other, own] }, as(jane))
    assert.deepEqual([got['notFound'], at(got, 'list', '0', 'id'), at(got, 'list', 'length')], [[other], own, 1])
    const everything = await test.call('Bookmark/get', { ids: null }, as(jane))
    assert.deepEqual((everything['list'] as unknown as JsonObject[]).map(each => each['id']), [own])
    assert.equal((await test.refusedUpdate('Bookmark', other, { page: 'x' }, as(jane)))['type'], 'notFound')
    const removal = await test.call('Bookmark/set', { destroy: [other] }, as(jane))
    assert.equal(part(removal, 'notDestroyed', other)['type'], 'notFound')
    assert.equal((await test.get('Bookmark', other))['page'], 'b')
  })

  it('are changed and destroyed by their account, and given to no other', async () => {
    const own = hers ?? ''
    await test.update('Bookmark', own, { page: 'z' }, as(jane))
    const error = await test.refusedUpdate('Bookmark', own, { accountId: bill ?? '' }, as(jane))
    assert.deepEqual([error['type'], error['properties']], ['forbidden', ['accountId']])
    assert.deepEqual(await test.get('Bookmark', own), { id: own, accountId: jane, page: 'z' })
    assert.deepEqual((await test.call('Bookmark/set', { destroy: [own] }, as(jane)))['destroyed'], [own])
  })

  it('are all there for the server itself', async () => {
    const all = await test.store.read(tx => test.registry.all(tx, bookmark))
    assert.deepEqual(all.map(({ value }) => value.accountId).toReversed(), [jane, bill])
    await test.registry.update(bookmark, his ?? '', { page: 'y' })
  })

  it('need an indexed reference to the owner', () => {
    const fields = { accountId: objectId('Account', 'Whose it is.'), domainId: objectId('Domain', 'D.', { index: 'filter' }) }
    for (const property of ['accountId', 'domainId', 'constructor']) {
      assert.throws(
        () => object({ name: 'B', label: 'B', doc: 'B.', owner: { property, everyones: EVERYONES }, fields }),
        { name: 'AssertionFailure' },
      )
    }
  })

  it('are each user\'s own; only administrators and auditors see everybody\'s', () => {
    const roles = rolePermissions([bookmark])
    for (const role of ['User', 'Operator', 'Admin'] as const) {
      assert.ok(VERBS.every(name => roles[role].has(name)), role)
      assert.equal(roles[role].has(EVERYONES), role === 'Admin', role)
    }
    assert.deepEqual(VERBS.filter(name => roles.ReadOnly.has(name)), ['sysBookmarkGet', 'sysBookmarkQuery'])
    assert.ok(roles.ReadOnly.has(EVERYONES))
  })
})
