import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { purgeShardOf } from '../../../test/support/blobs.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import { plainMail } from '../../../test/support/mail-samples.ts'
import type { Id } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import { ARCHIVED_ITEM, archivedItemEntries, moveExpiry } from '../../registry/objects/archived-item.ts'
import type { ArchivedEmail } from '../../registry/objects/archived-item.ts'
import type { MailRecipient } from '../directory/directory.ts'
import { EMAIL, idOf, INBOX_ID, MAILBOX } from '../mailstore/mailstore.ts'
import { keeperOf, ownerOf, purgeArchive, removeArchiveOf } from './archive.ts'
import { Restoration } from './restoration.ts'

type Store = MailWorld['store']
type Tx = Parameters<Parameters<Store['transact']>[0]>[0]

const DAY_MS = 86_400_000

describe('the archive', () => {
  let world: MailWorld
  let limits: MailRecipient | null
  beforeEach(async () => {
    limits = ANN
    world = await mailWorld(undefined, undefined, base => (tx, accountId) => keeperOf(base, tx, accountId))
    await keepFor(30 * DAY_MS)
  })
  afterEach(() => world.close())

  const keepFor = (archiveDeletedItemsFor: number | null): Promise<unknown> => world.store.transact(async ({ objects }) => {
    const [old] = await objects.get('DataRetention', ['singleton'])
    const body = { archiveDeletedItemsFor }
    return old ? objects.update('DataRetention', 'singleton', old.version, body, [], []) : objects.insert('DataRetention', 'singleton', body, [], [])
  })
  const destroy = (id: Id, { accountId } = ANN): Promise<void> =>
    world.store.transact(tx => world.mailStore.update(tx, accountId, async account => {
      const [email] = await world.mailStore.emails(tx, accountId, [id])
      assert(email)
      await account.remove([email])
    }))
  const items = (limit = 100): Promise<{ id: Id; email: ArchivedEmail }[]> => world.store.read(async ({ objects }) => {
    const ids = await objects.query(ARCHIVED_ITEM, { where: [], ascending: true, limit })
    return (await objects.get(ARCHIVED_ITEM, ids)).map(({ id, body }) => ({ id, email: body as ArchivedEmail }))
  })
  /** As `x:ArchivedItem/set` does it. */
  const request = (id: Id, status: ArchivedEmail['status'] = 'requestRestore'): Promise<void> => world.store.transact(async tx => {
    const [item] = await tx.objects.get(ARCHIVED_ITEM, [id])
    assert(item)
    const next = { ...item.body, status }
    const index = [{ field: 'accountId', value: String(item.body['accountId']), unique: false }, { field: 'blobId', value: String(item.body['blobId']), unique: false }]
    await tx.objects.update(ARCHIVED_ITEM, id, item.version, next, index, [])
    await moveExpiry(tx, id, next, item.body)
  })
  const restoration = (store: Store = world.store): Restoration<Tx> =>
    new Restoration<Tx>({ store, mailStore: world.mailStore, directory: { recipientById: () => Promise.resolve(limits) } })
  const emailIds = (limit = 100): Promise<Id[]> => world.store.read(tx => tx.documents.list(ANN.accountId, EMAIL, limit))

  /** A message in two mailboxes with two keywords, destroyed; what its record and its document were. */
  async function destroyed(text = 'Herons') {
    const id = await world.deliver(plainMail(text), ANN)
    await world.store.transact(tx => world.mailStore.update(tx, ANN.accountId, async account => {
      const [email] = await world.mailStore.emails(tx, ANN.accountId, [id])
      assert(email)
      await account.change(id, email.record, {
        keywords: { $seen: true, birds: true }, mailboxIds: { [idOf('archive')]: true, [idOf('sent')]: true },
      })
    }))
    const [email] = await world.emails(ANN, [id])
    assert(email)
    await world.clock.advance(DAY_MS)
    await destroy(id)
    const item = (await items()).at(-1)
    assert(item)
    return { email: email.record, item }
  }

  test('keeps what a complete restoration needs, as long as the settings say', async () => {
    const { email, item } = await destroyed()
    const { archivedAt, archivedUntil, receivedAt, ...rest } = item.email
    assert.deepEqual(rest, {
      '@type': 'Email', accountId: ANN.accountId, blobId: email.blobId, size: email.size, status: 'archived',
      from: item.email.from, subject: 'Hello', mailboxIds: email.mailboxIds, keywords: email.keywords,
    })
    assert.match(item.email.from, /@/)
    assert.equal(Date.parse(archivedUntil) - Date.parse(archivedAt), 30 * DAY_MS)
    assert.equal(Date.parse(receivedAt), Math.floor(email.receivedAt / 1_000) * 1_000)
    assert.equal(await world.store.read(tx => tx.blobs.readable(email.blobId, ANN.accountId)), true)
    assert.equal((await world.store.read(tx => world.mailStore.usage(tx, ANN.accountId))).octets, 0)
  })

  test('takes its turn at the archive once, at the end of the transaction, however many messages go', async () => {
    const ids = await Promise.all(['one', 'two', 'three'].map(text => world.deliver(plainMail(text), ANN)))
    const calls: string[] = []
    const noted = <T extends object>(name: string, table: T): T => new Proxy(table, {
      get(target, method) {
        calls.push(`${name}.${String(method)}`)
        return Reflect.get(target, method) as unknown
      },
    })
    await world.store.transact(async tx => {
      const emails = await world.mailStore.emails(tx, ANN.accountId, ids)
      const watched = { ...tx, objects: noted('objects', tx.objects), documents: noted('documents', tx.documents), usage: noted('usage', tx.usage), tasks: noted('tasks', tx.tasks) }
      await world.mailStore.update(watched, ANN.accountId, account => account.remove(emails))
    })
    assert.deepEqual(calls.filter(call => call.startsWith('objects.') && call !== 'objects.get'), ['objects.insertAll'])
    assert.equal(calls.includes('tasks.insert'), true)
    assert.deepEqual(calls.slice(calls.indexOf('objects.insertAll') + 1), [])
    assert.equal((await items()).length, ids.length)
  })

  test('keeps until the last date that there is, however long the settings say', async () => {
    await keepFor(Number.MAX_SAFE_INTEGER)
    const { item } = await destroyed()
    assert.equal(item.email.archivedUntil, '9999-12-31T23:59:59Z')
  })

  test('keeps nothing when the settings say so', async () => {
    await keepFor(null)
    await destroy(await world.deliver(plainMail('gone'), ANN))
    assert.deepEqual(await items(), [])
  })

  test('gives back the message with its mailboxes, keywords and date, and loses the record in the same transaction', async () => {
    const { email, item } = await destroyed()
    await request(item.id)
    assert.equal(await restoration().restoreEmail(ANN.accountId, email.blobId), 1)
    const [id = ''] = await emailIds()
    const [restored] = await world.emails(ANN, [id])
    const { memberships: again = {}, ...record } = restored?.record ?? {}
    const { memberships: before = {}, ...former } = email
    assert.deepEqual({ ...record, threadId: '' }, {
      ...former, threadId: '', receivedAt: Math.floor(email.receivedAt / 1_000) * 1_000,
    })
    // A UID is never used twice, not even for the same message.
    for (const [mailboxId, { uid }] of Object.entries(before)) assert.ok(Number(again[mailboxId]?.uid) > uid, mailboxId)
    assert.deepEqual(await items(), [])
    assert.equal((await world.store.read(tx => world.mailStore.usage(tx, ANN.accountId))).octets, email.size)
    assert.ok((await world.tasks()).some(({ variant, payload }) => variant === 'IndexDocument' && payload['documentId'] === id))
    assert.equal(await restoration().restoreEmail(ANN.accountId, email.blobId), 0)
    assert.equal((await emailIds()).length, 1)
  })

  test('puts what has no mailbox any more into the inbox', async () => {
    const { email, item } = await destroyed()
    await world.store.transact(async tx => {
      await tx.documents.remove(ANN.accountId, MAILBOX, [idOf('archive'), idOf('sent')])
    })
    await request(item.id)
    await restoration().restoreEmail(ANN.accountId, email.blobId)
    const [restored] = await world.emails(ANN, await emailIds())
    assert.deepEqual(restored?.record.mailboxIds, { [INBOX_ID]: true })
  })

  test('restores nothing that is not asked for (any more)', async () => {
    const { email, item } = await destroyed()
    assert.equal(await restoration().restoreEmail(ANN.accountId, email.blobId), 0)
    await request(item.id)
    await request(item.id, 'archived')
    assert.equal(await restoration().restoreEmail(ANN.accountId, email.blobId), 0)
    assert.deepEqual([(await items()).length, await emailIds()], [1, []])
  })

  test('restores all that are asked for, behind however many of the same content that are not', async () => {
    const { email, item } = await destroyed()
    const many = 150
    await world.store.transact(async ({ objects, blobs }) => {
      for (let nth = 0; nth < 2 * many; nth++) {
        const [id, body] = [world.ids.next(), { ...item.email, status: nth < many ? 'archived' : 'requestRestore' }]
        await objects.insert(ARCHIVED_ITEM, id, body, archivedItemEntries(body), [])
        await blobs.link(email.blobId, ownerOf(ANN.accountId, id))
      }
    })
    assert.equal(await restoration().restoreEmail(ANN.accountId, email.blobId), many)
    assert.deepEqual(new Set((await items(1_000)).map(({ email: { status } }) => status)), new Set(['archived']))
    assert.equal((await emailIds(1_000)).length, many)
  })

  test('keeps the record when there is no room, no content or no account', async () => {
    const { email, item } = await destroyed()
    await request(item.id)
    const tenantId = world.ids.next()
    await world.store.transact(tx => tx.usage.assign(ANN.accountId, tenantId))
    const attempts: [string, MailRecipient | null][] = [
      ['mail/over-quota', { ...ANN, tenant: { tenantId, quotaBytes: email.size - 1 } }],
      ['mail/over-quota', { ...ANN, quotaBytes: email.size - 1 }],
      ['mail/over-quota', { ...ANN, emailsMax: 0 }],
      ['mail/account-gone', null],
    ]
    for (const [code, given] of attempts) {
      limits = given
      await assert.rejects(restoration().restoreEmail(ANN.accountId, email.blobId), { code })
      assert.deepEqual([(await items()).map(({ id }) => id), await emailIds()], [[item.id], []])
    }
    limits = ANN
    await world.store.transact(tx => tx.blobs.release(ANN.accountId, ARCHIVED_ITEM, [{ id: item.id, hash: email.blobId }]))
    await assert.rejects(restoration().restoreEmail(ANN.accountId, email.blobId), { code: 'blob/missing' })
    assert.equal((await items()).length, 1)
  })

  test('a restoration that breaks off leaves the record, and its repeat restores once', async () => {
    const { email, item } = await destroyed()
    await request(item.id)
    for (const when of ['before', 'after'] as const) {
      const broken: Store = { ...world.store, async transact(work) {
        if (when === 'after') await world.store.transact(work)
        else await world.store.transact(async tx => { await work(tx); throw new RotaError('store/unavailable', 'planted') })
        throw new RotaError('store/unavailable', 'planted')
      } }
      await assert.rejects(restoration(broken).restoreEmail(ANN.accountId, email.blobId), { code: 'store/unavailable' })
      assert.equal((await items()).length + (await emailIds()).length, 1)
    }
    await restoration().restoreEmail(ANN.accountId, email.blobId)
    assert.deepEqual([(await items()).length, (await emailIds()).length], [0, 1])
  })

  /** Of the account, as `x:ArchivedItem/set` queues one. */
  const queueRestoration = ({ email }: { readonly email: ArchivedEmail }): Promise<Id> => world.store.transact(async tx => {
    const id = world.ids.next()
    await tx.tasks.insert([{
      id, variant: 'RestoreArchivedItem', lane: 'restore', bucket: 0, band: 0, due: world.clock.now(), orderingKey: id, dedupeKey: null,
      accountId: email.accountId, domainId: null, payload: { blobId: email.blobId },
    }])
    return id
  })
  const giveUp = (id: Id): Promise<unknown> => world.store.transact(async ({ tasks }) => {
    const [row] = await tasks.get([id])
    assert(row)
    return tasks.edit(id, row.version, { state: { status: 'Failed', due: DUE_NEVER, attempt: 1, firstFailedAt: 1, failedAt: 1, failureReason: 'no room' } })
  })

  test('what has expired goes, first things first, and leaves its content to the next purge; what a task may still restore stays', async () => {
    const { email, item } = await destroyed('first')
    const wanted = await destroyed('wanted')
    const later = await destroyed('later')
    await request(wanted.item.id)
    const task = await queueRestoration(wanted.item)
    const purge = (ms: number, limit = 10): Promise<number> =>
      world.store.transact(tx => purgeArchive(tx, Date.parse(item.email.archivedUntil) + ms, limit))
    const left = async (): Promise<Id[]> => (await items()).map(({ id }) => id)
    assert.equal(await purge(-1_000), 0)
    assert.equal(await purge(0), 1)
    assert.equal(await purgeShardOf(world.store, email.blobId, world.clock.now()), 1)
    assert.equal(await world.store.read(tx => tx.blobs.get(email.blobId)), null)
    assert.deepEqual(await left(), [wanted.item.id, later.item.id])
    assert.equal(await purge(60 * DAY_MS), 2)
    assert.deepEqual(await left(), [wanted.item.id])
    assert.ok(await world.store.read(tx => tx.blobs.get(wanted.email.blobId)))
    assert.equal(await purge(60 * DAY_MS), 0, 'it does not stand in the way of others')
    await giveUp(task)
    assert.equal(await purge(61 * DAY_MS), 1)
    assert.deepEqual(await left(), [])
  })

  test('what is kept longer outlives a restoration that has failed, and what was restored leaves no expiry behind', async () => {
    const { item, email } = await destroyed()
    await request(item.id)
    await giveUp(await queueRestoration(item))
    const expiresMs = Date.parse(item.email.archivedUntil)
    await world.store.transact(async tx => {
      const [stored] = await tx.objects.get(ARCHIVED_ITEM, [item.id])
      assert(stored)
      const next = { ...stored.body, archivedUntil: new Date(expiresMs + DAY_MS).toISOString().replace('.000', '') }
      await tx.objects.update(ARCHIVED_ITEM, item.id, stored.version, next, archivedItemEntries(next), [])
      await moveExpiry(tx, item.id, next, stored.body)
    })
    assert.equal(await world.store.transact(tx => purgeArchive(tx, expiresMs, 10)), 0)
    assert.equal(await restoration().restoreEmail(ANN.accountId, email.blobId), 1)
    assert.deepEqual(await world.store.read(tx => tx.keys.list('archived-item/', 10)), [])
  })

  test('a key that tells of a record that is gone does not keep others from going', async () => {
    const { item } = await destroyed()
    const gone = { ...item.email, archivedUntil: '2020-01-01T00:00:00Z' }
    await world.store.transact(tx => moveExpiry(tx, world.ids.next(), gone, null))
    const purge = (): Promise<number> => world.store.transact(tx => purgeArchive(tx, Date.parse(item.email.archivedUntil), 1))
    assert.deepEqual([await purge(), await purge(), await purge()], [1, 1, 0])
    assert.deepEqual(await items(), [])
  })

  test('goes with its account, in parts, and keeps what others have', async () => {
    await destroyed('one')
    await destroyed('two')
    await world.delivery.deliver({ recipients: [ANN, BOB], content: plainMail('for both') })
    const [id = ''] = await emailIds()
    const [both] = await world.emails(ANN, [id])
    await destroy(id)
    const remove = (limit: number): Promise<number> => world.store.transact(tx => removeArchiveOf(tx, ANN.accountId, limit))
    assert.deepEqual([await remove(2), await remove(2), await remove(2)], [2, 1, 0])
    assert.deepEqual([await items(), await world.store.read(tx => tx.keys.list('archived-item/', 10))], [[], []])
    assert.ok(await world.store.read(tx => tx.blobs.get(both?.record.blobId ?? '')))
  })
})
