import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { purgeShardOf } from '../../../test/support/blobs.ts'
import { openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { ARCHIVED_ITEM, archivedItemEntries, expiredItems, moveExpiry } from './archived-item.ts'

describe('ArchivedItem', () => {
  let test: TestRegistry
  let jane: Id
  let john: Id
  beforeEach(async () => {
    test = await openRegistry()
    const domainId = await test.create('Domain', { name: 'example.org' })
    const account = (name: string): Promise<Id> => test.create('Account', { '@type': 'User', name, domainId })
    jane = await account('jane')
    john = await account('john')
  })

  /** As if the server had archived it. */
  async function archived(accountId: Id, more: JsonObject = {}): Promise<Id> {
    const id = test.ids.next()
    await test.store.transact(async tx => {
      const body = {
        '@type': 'Email', accountId, archivedAt: '2026-01-01T00:00:00Z', archivedUntil: '2026-02-01T00:00:00Z', status: 'archived',
        blobId: await tx.blobs.put(Buffer.from(id)), from: 'Ann <ann@example.net>', subject: 'Herons', receivedAt: '2025-12-01T00:00:00Z',
        size: 13, mailboxIds: { '0000000000001': true }, keywords: { $seen: true }, ...more,
      }
      await tx.objects.insert(ARCHIVED_ITEM, id, body, archivedItemEntries(body), [])
      await tx.blobs.link(String(body.blobId), { accountId, collection: ARCHIVED_ITEM, id })
      await moveExpiry(tx, id, body, null)
    })
    return id
  }
  const expired = (now: string): Promise<Id[]> => test.store.read(async tx => (await expiredItems(tx, now, 10)).map(({ id }) => id))
  const restorations = async (): Promise<JsonObject[]> =>
    Promise.all((await test.query('Task', { filter: { '@type': 'RestoreArchivedItem' } })).map(id => test.get('Task', id)))

  it('is found by account, type and words', async () => {
    const [heron, gull] = [await archived(jane), await archived(jane, { subject: 'Gulls' })]
    const card = await archived(john, { '@type': 'ContactCard', name: 'Jörg Heron', createdAt: '2025-12-01T00:00:00Z' })
    const find = async (filter: JsonObject): Promise<Id[]> => (await test.query(ARCHIVED_ITEM, { filter })).toSorted()
    assert.deepEqual(await find({ accountId: jane }), [heron, gull].toSorted())
    assert.deepEqual(await find({ text: 'gulls ann' }), [gull])
    assert.deepEqual(await find({ text: 'jorg' }), [card])
    assert.deepEqual(await find({ '@type': 'ContactCard' }), [card])
  })

  it('is found by words of subject and sender each, and by when it came and went', async () => {
    const heron = await archived(jane)
    const later = await archived(jane, { from: 'Bob Heron <bob@example.net>', subject: 'Terns', archivedAt: '2026-01-03T00:00:00Z', receivedAt: '2025-12-05T00:00:00Z' })
    const find = async (filter: JsonObject): Promise<Id[]> => (await test.query(ARCHIVED_ITEM, { filter })).toSorted()
    assert.deepEqual(await find({ text: 'heron' }), [heron, later].toSorted())
    assert.deepEqual(await find({ subject: 'heron' }), [heron])
    assert.deepEqual(await find({ from: 'heron' }), [later])
    assert.deepEqual(await find({ from: '!' }), [])
    assert.deepEqual(await find({ archivedAtIsGreaterThan: '2026-01-01T00:00:00Z' }), [later])
    assert.deepEqual(await find({ archivedAtIsLessThanOrEqual: '2026-01-01T00:00:00Z', from: 'ann' }), [heron])
    assert.deepEqual(await find({ receivedAtIsGreaterThanOrEqual: '2025-12-02T00:00:00Z' }), [later])
  })

  it('is seen and changed by its owner, and by who may change every account', async () => {
    const [own, other] = [await archived(jane), await archived(john)]
    const all = test.registry.permissions().map(({ name }) => name)
    const context = test.context(test.principal(all.filter(name => name !== 'sysAccountUpdate'), jane))
    assert.deepEqual(await test.query(ARCHIVED_ITEM, {}, context), [own])
    assert.equal((await test.refusedUpdate(ARCHIVED_ITEM, other, { status: 'requestRestore' }, context))['type'], 'notFound')
    await test.update(ARCHIVED_ITEM, own, { status: 'requestRestore' }, context)
    assert.equal((await test.query(ARCHIVED_ITEM)).length, 2)
  })

  it('is kept longer by who may change every account, and for less long by its owner', async () => {
    const id = await archived(jane)
    const all = test.registry.permissions().map(({ name }) => name)
    const context = test.context(test.principal(all.filter(name => name !== 'sysAccountUpdate'), jane))
    const refused = await test.refusedUpdate(ARCHIVED_ITEM, id, { archivedUntil: '9999-12-31T00:00:00Z' }, context)
    assert.deepEqual([refused['type'], refused['properties']], ['forbidden', ['archivedUntil']])
    await test.update(ARCHIVED_ITEM, id, { archivedUntil: '2026-01-02T00:00:00Z' }, context)
    assert.deepEqual(await expired('2026-01-02T00:00:00Z'), [id])
    await test.update(ARCHIVED_ITEM, id, { archivedUntil: '2026-04-01T00:00:00Z' })
    assert.deepEqual(await expired('2026-03-31T00:00:00Z'), [])
  })

  it('is made by nobody, and keeps what the server set', async () => {
    assert.equal((await test.refused(ARCHIVED_ITEM, { '@type': 'Email' }))['type'], 'forbidden')
    const id = await archived(jane)
    for (const patch of [{ blobId: 'x' }, { accountId: john }, { subject: 'Other' }, { 'mailboxIds/2': true }]) {
      assert.equal((await test.refusedUpdate(ARCHIVED_ITEM, id, patch))['type'], 'invalidPatch', JSON.stringify(patch))
    }
  })

  it('is kept longer without being restored', async () => {
    const id = await archived(jane)
    assert.deepEqual([await expired('2026-01-31T23:59:59Z'), await expired('2026-02-01T00:00:00Z')], [[], [id]])
    await test.update(ARCHIVED_ITEM, id, { archivedUntil: '2026-03-01T00:00:00Z' })
    assert.deepEqual([await expired('2026-02-02T00:00:00Z'), await expired('2026-03-01T00:00:00Z')], [[], [id]])
    assert.deepEqual(await restorations(), [])
    assert.equal((await test.get(ARCHIVED_ITEM, id))['status'], 'archived')
  })

  it('is restored by a task, and kept until then', async () => {
    const id = await archived(jane)
    await test.update(ARCHIVED_ITEM, id, { status: 'requestRestore', archivedUntil: '2026-02-02T00:00:00Z' })
    const [task] = await restorations()
    const item = await test.get(ARCHIVED_ITEM, id)
    assert.deepEqual(
      [task?.['accountId'], task?.['archivedItemType'], task?.['blobId'], task?.['createdAt'], task?.['archivedUntil']],
      [jane, 'Email', item['blobId'], '2025-12-01T00:00:00Z', '2026-02-02T00:00:00Z'],
    )
    await test.update(ARCHIVED_ITEM, id, { archivedUntil: '2026-04-01T00:00:00Z' })
    assert.equal((await restorations()).length, 1)
    assert.deepEqual([await expired('2026-03-31T00:00:00Z'), await expired('2026-04-01T00:00:00Z')], [[], [id]])
    // An earlier version kept no expiry of what is to be restored.
    await test.store.transact(({ keys }) => keys.removePrefix('archived-item/', 10))
    await test.update(ARCHIVED_ITEM, id, { status: 'archived' })
    assert.deepEqual(await expired('2026-04-01T00:00:00Z'), [id])
  })

  it('of a type that nobody can restore yet is left as it is', async () => {
    const id = await archived(jane, { '@type': 'SieveScript', name: 'vacation', content: 'keep;', createdAt: '2025-12-01T00:00:00Z' })
    const before = await test.get(ARCHIVED_ITEM, id)
    const refused = await test.refusedUpdate(ARCHIVED_ITEM, id, { status: 'requestRestore', archivedUntil: '2030-01-01T00:00:00Z' })
    assert.equal(refused['type'], 'forbidden')
    assert.match(String(refused['description']), /not available in this version/)
    assert.deepEqual([await test.get(ARCHIVED_ITEM, id), await restorations()], [before, []])
  })

  it('lets its content go with the next purge when it is destroyed', async () => {
    const id = await archived(jane)
    const blobId = String((await test.get(ARCHIVED_ITEM, id))['blobId'])
    await test.call(`${ARCHIVED_ITEM}/set`, { destroy: [id] })
    assert.equal(await purgeShardOf(test.store, blobId, await test.store.now() + 1), 1)
    assert.equal(await test.store.read(tx => tx.blobs.get(blobId)), null)
    assert.deepEqual(await expired('2030-01-01T00:00:00Z'), [])
  })

  it('does not keep its account from being destroyed', async () => {
    const id = await archived(jane)
    await test.update(ARCHIVED_ITEM, id, { archivedUntil: '2026-03-01T00:00:00Z' })
    assert.deepEqual((await test.call('Account/set', { destroy: [jane] }))['destroyed'], [jane])
    assert.equal(part(await test.call(`${ARCHIVED_ITEM}/get`, { ids: [id] }), 'list', '0')['accountId'], jane)
    await test.update(ARCHIVED_ITEM, id, { archivedUntil: '2026-04-01T00:00:00Z' })
  })
})
