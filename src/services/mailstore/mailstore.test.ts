import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { purgeShardOf } from '../../../test/support/blobs.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { MailRecipient } from '../directory/directory.ts'
import { idOf, partBlobId } from './mailstore.ts'

let world: MailWorld
before(async () => { world = await mailWorld() })
after(() => world.close())

/** A fresh account for each test. */
let accounts = 0
const somebody = (quotaBytes: number | null = null): MailRecipient => ({ accountId: `000000000${String(++accounts).padStart(4, '0')}`, quotaBytes })

const remove = (owner: MailRecipient, id: string) => world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
  const [email] = await world.mailStore.emails(tx, owner.accountId, [id])
  assert(email)
  await account.remove([email])
}))

describe('mailboxes', () => {
  test('are made with the first message, the same in every account', async () => {
    const owner = somebody()
    assert.deepEqual(await world.store.read(tx => world.mailStore.mailboxes(tx, owner.accountId)), [])
    await world.deliver(plainMail('x'), owner)
    const mailboxes = await world.store.read(tx => world.mailStore.mailboxes(tx, owner.accountId))
    assert.deepEqual(mailboxes.map(({ record }) => record.role), ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash'])
    assert.equal(mailboxes[0]?.id, idOf('inbox'))
  })

  test('count messages and threads, all and unread', async () => {
    const owner = somebody()
    const first = await world.deliver(plainMail('one', { subject: 'Plan', messageId: 'p1@x' }), owner)
    await world.deliver(plainMail('two', { subject: 'Re: Plan', messageId: 'p2@x', inReplyTo: 'p1@x' }), owner)
    await world.deliver(plainMail('three', { subject: 'Other' }), owner)
    const counts = async () => {
      const { totalEmails, unreadEmails, totalThreads, unreadThreads } = await world.mailbox(owner, 'inbox')
      return [totalEmails, unreadEmails, totalThreads, unreadThreads]
    }
    assert.deepEqual(await counts(), [3, 3, 2, 2])
    const read = (id: string) => world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
      const [email] = await world.mailStore.emails(tx, owner.accountId, [id])
      assert(email)
      await account.change(id, email.record, { keywords: { $seen: true } })
    }))
    await read(first)
    assert.deepEqual(await counts(), [3, 2, 2, 2])
    await remove(owner, first)
    assert.deepEqual(await counts(), [2, 2, 2, 2])
  })

  test('follow a message that is moved', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('x'), owner)
    await world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
      const [email] = await world.mailStore.emails(tx, owner.accountId, [id])
      assert(email)
      await account.change(id, email.record, { mailboxIds: { [idOf('archive')]: true } })
    }))
    assert.equal((await world.mailbox(owner, 'inbox')).totalEmails, 0)
    assert.equal((await world.mailbox(owner, 'inbox')).totalThreads, 0)
    assert.equal((await world.mailbox(owner, 'archive')).unreadThreads, 1)
  })
})

describe('threads', () => {
  const threadOf = async (owner: MailRecipient, id: string) => (await world.emails(owner, [id]))[0]?.record.threadId

  test('join an answer to its question, in whichever order they arrive', async () => {
    const owner = somebody()
    const answer = await world.deliver(plainMail('b', { subject: 'Re: Plan', messageId: 'b@x', references: '<a@x>' }), owner)
    const question = await world.deliver(plainMail('a', { subject: 'Plan', messageId: 'a@x' }), owner)
    assert.equal(await threadOf(owner, question), await threadOf(owner, answer))
    const [thread] = await world.store.read(async tx => world.mailStore.threads(tx, owner.accountId, [await threadOf(owner, answer) ?? '']))
    assert.deepEqual(thread?.emailIds, [answer, question])
  })

  test('keep other subjects, other ids and other accounts apart', async () => {
    const owner = somebody()
    const plan = await world.deliver(plainMail('a', { subject: 'Plan', messageId: 'a@x' }), owner)
    const renamed = await world.deliver(plainMail('b', { subject: 'Was: Plan', messageId: 'b@x', inReplyTo: 'a@x' }), owner)
    const same = await world.deliver(plainMail('c', { subject: 'Plan', messageId: 'c@x' }), owner)
    const other = somebody()
    const elsewhere = await world.deliver(plainMail('d', { subject: 'Plan', messageId: 'd@x', inReplyTo: 'a@x' }), other)
    const threads = new Set([await threadOf(owner, plan), await threadOf(owner, renamed), await threadOf(owner, same), await threadOf(other, elsewhere)])
    assert.equal(threads.size, 4)
  })

  test('end with their last message', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('x'), owner)
    const threadId = await threadOf(owner, id) ?? ''
    await remove(owner, id)
    assert.deepEqual(await world.store.read(tx => world.mailStore.threads(tx, owner.accountId, [threadId])), [])
  })
})

describe('removing a message', () => {
  test('takes its document, its blob link and its storage, leaves the content claimed, and queues the end of its index entry', async () => {
    const owner = somebody()
    const id = await world.deliver(MULTIPART, owner)
    const [email] = await world.emails(owner, [id])
    assert(email)
    const { blobId } = email.record
    assert.equal((await world.store.read(tx => world.mailStore.usage(tx, owner.accountId))).octets, MULTIPART.byteLength)
    await remove(owner, id)
    assert.deepEqual(await world.emails(owner, [id]), [])
    assert.equal(await world.store.read(tx => tx.blobs.readable(blobId, owner.accountId)), true)
    assert.equal(await purgeShardOf(world.store, blobId, world.clock.now()), 1)
    assert.deepEqual(await world.store.read(tx => world.mailStore.usage(tx, owner.accountId)), { octets: 0, emails: 0 })
    const tasks = (await world.tasks()).filter(task => task.accountId === owner.accountId)
    assert.deepEqual(tasks.map(task => [task.variant, task.payload['documentId']]), [['IndexDocument', id], ['UnindexDocument', id]])
  })

  test('leaves nothing changed when the transaction fails', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('x'), owner)
    await assert.rejects(world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
      const [email] = await world.mailStore.emails(tx, owner.accountId, [id])
      assert(email)
      await account.remove([email])
      throw new Error('no')
    })), /no/)
    assert.equal((await world.emails(owner, [id])).length, 1)
    assert.equal((await world.mailbox(owner, 'inbox')).totalEmails, 1)
  })
})

describe('used storage', () => {
  test('is exact when many messages arrive at once', async () => {
    const owner = somebody()
    const message = plainMail('x', { subject: 'Plan', messageId: 'same@x' })
    await Promise.all(Array.from({ length: 20 }, () => world.deliver(message, owner)))
    assert.deepEqual(await world.store.read(tx => world.mailStore.usage(tx, owner.accountId)), { octets: 20 * message.byteLength, emails: 20 })
    assert.equal((await world.mailbox(owner, 'inbox')).totalThreads, 1)
  })
})

describe('downloads', () => {
  test('give a message or a part of it to its owner only', async () => {
    const owner = somebody()
    const [email] = await world.emails(owner, [await world.deliver(MULTIPART, owner)])
    assert(email)
    const { blobId } = email.record
    const get = (accountId: string, wanted: string) => world.store.read(tx => world.mailStore.download(tx, accountId, wanted))
    assert.deepEqual(Buffer.from(await get(owner.accountId, blobId) ?? []), Buffer.from(MULTIPART))
    assert.equal(Buffer.from(await get(owner.accountId, partBlobId(blobId, '1')) ?? []).toString(), '%PDF-1.4\n')
    for (const wanted of [partBlobId(blobId, '9'), `${blobId}1`, 'nothing', '']) assert.equal(await get(owner.accountId, wanted), null, wanted)
    assert.equal(await get(ANN.accountId, blobId), null)
    assert.equal(await get(BOB.accountId, partBlobId(blobId, '1')), null)
  })

  test('say that content is missing', async () => {
    const owner = somebody()
    const [email] = await world.emails(owner, [await world.deliver(plainMail('x'), owner)])
    assert(email)
    await assert.rejects(world.store.read(tx => world.mailStore.message(tx, { ...email.record, blobId: 'x'.repeat(43) })), { code: 'blob/missing' })
  })
})
