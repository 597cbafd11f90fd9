import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { BROKEN, deepMail, EMPTY, MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import { RotaError } from '../../errors.ts'
import type { MailRecipient } from '../directory/directory.ts'
import { Delivery } from './delivery.ts'

let world: MailWorld
beforeEach(async () => { world = await mailWorld() })
afterEach(() => world.close())

test('an address is asked of the directory', async () => {
  assert.deepEqual(await world.delivery.recipient('ann@example.org', 0), ANN)
  assert.equal(await world.delivery.recipient('nobody@example.org', 0), null)
})

test('one message for two accounts: one blob, two documents, two tasks', async () => {
  const results = await world.delivery.deliver({ recipients: [BOB, ANN], content: MULTIPART })
  const [bobs, anns] = results
  assert(bobs?.kind === 'delivered' && anns?.kind === 'delivered')
  const [bobsEmail] = await world.emails(BOB, [bobs.id])
  const [annsEmail] = await world.emails(ANN, [anns.id])
  assert(bobsEmail && annsEmail)
  assert.equal(bobsEmail.record.blobId, annsEmail.record.blobId)
  assert.equal(bobsEmail.record.subject, 'Quarterly figures')
  assert.equal(bobsEmail.record.receivedAt, world.clock.now())
  assert.equal((await world.mailbox(BOB, 'inbox')).totalEmails, 1)
  const tasks = await world.tasks()
  assert.deepEqual(tasks.map(task => task.payload), [
    { accountId: BOB.accountId, documentId: bobs.id, documentType: 'email' },
    { accountId: ANN.accountId, documentId: anns.id, documentType: 'email' },
  ].toSorted((left, right) => left.accountId < right.accountId ? -1 : 1))
  assert.deepEqual(tasks.map(task => [task.variant, task.band, task.status]), [['IndexDocument', 0, 'Pending'], ['IndexDocument', 0, 'Pending']])
})

test('two addresses of one account get one copy', async () => {
  const [first, second] = await world.delivery.deliver({ recipients: [BOB, { ...BOB }], content: plainMail('x') })
  assert.deepEqual(first, second)
  assert.equal((await world.mailbox(BOB, 'inbox')).totalEmails, 1)
})

test('a full mailbox is refused, the other recipients are served', async () => {
  const content = plainMail('x')
  const small = { ...BOB, quotaBytes: content.byteLength }
  const first = await world.delivery.deliver({ recipients: [small], content })
  assert.equal(first[0]?.kind, 'delivered')
  const [bobs, anns] = await world.delivery.deliver({ recipients: [small, ANN], content })
  assert.deepEqual(bobs, { kind: 'refused', code: 452, enhanced: '4.2.2', text: 'the mailbox is full, try again later', temporary: true })
  assert.equal(anns?.kind, 'delivered')
  assert.equal((await world.mailbox(BOB, 'inbox')).totalEmails, 1)
  assert.equal((await world.tasks()).length, 2)
})

test('a message that the mailbox or its tenant could not hold if it were empty is refused for good', async () => {
  const content = plainMail('x')
  const [size, tenantId] = [content.byteLength, world.ids.next()]
  const refused = { kind: 'refused', code: 552, enhanced: '5.2.3', text: 'the message is larger than the mailbox may be', temporary: false }
  const smaller = [{ ...BOB, quotaBytes: size - 1 }, { ...BOB, tenant: { tenantId, quotaBytes: size - 1 } }]
  for (const bob of smaller) {
    const [bobs, anns] = await world.delivery.deliver({ recipients: [bob, ANN], content })
    assert.deepEqual([bobs, anns?.kind], [refused, 'delivered'])
  }
})

test('who has no room is refused at RCPT, by the declared size or when not a byte is left', async () => {
  const content = plainMail('x')
  const size = content.byteLength
  const tenantId = world.ids.next()
  await world.store.transact(async tx => { await world.mailStore.countFor(tx, BOB.accountId, tenantId) })
  await world.deliver(content)
  let bob: MailRecipient = BOB
  const delivery = new Delivery({ ...world, directory: { recipient: () => Promise.resolve(bob) } })
  const ask = async (limits: Partial<MailRecipient>, octets: number): Promise<string> => {
    bob = { ...BOB, ...limits }
    return delivery.recipient('bob@example.com', octets).then(() => 'taken', (error: unknown) => error instanceof RotaError ? error.code : 'surprise')
  }
  for (const limit of [(quotaBytes: number) => ({ quotaBytes }), (quotaBytes: number) => ({ tenant: { tenantId, quotaBytes } })]) {
    assert.deepEqual([await ask(limit(size), 0), await ask(limit(size + 1), 0)], ['mail/over-quota', 'taken'])
    assert.deepEqual([await ask(limit(size + 9), 10), await ask(limit(size + 10), 10)], ['mail/over-quota', 'taken'])
    assert.equal(await ask(limit(size + 10), size + 11), 'mail/never-fits')
  }
  assert.deepEqual([await ask({ emailsMax: 1 }, 0), await ask({ emailsMax: 2 }, 0), await ask({}, 50_000_000)], ['mail/over-quota', 'taken', 'taken'])
})

test('a mailbox takes as many messages as it may hold, and another one when one is gone', async () => {
  const two = { ...BOB, emailsMax: 2 }
  const deliver = async () => (await world.delivery.deliver({ recipients: [two], content: plainMail('x') }))[0]
  const [first] = [await deliver(), await deliver()]
  const refused = await deliver()
  assert(refused?.kind === 'refused' && first?.kind === 'delivered')
  assert.equal(refused.code, 452)
  const [email] = await world.emails(BOB, [first.id])
  assert(email)
  await world.store.transact(tx => world.mailStore.update(tx, BOB.accountId, account => account.remove([email])))
  assert.equal((await deliver())?.kind, 'delivered')
})

test('what is left of a tenant goes to the first of its recipients; who is refused for himself takes nothing of it', async () => {
  const content = plainMail('x')
  const tenant = { tenantId: world.ids.next(), quotaBytes: content.byteLength }
  for (const { accountId } of [ANN, BOB]) {
    await world.store.transact(async tx => { await world.mailStore.countFor(tx, accountId, tenant.tenantId) })
  }
  const [small, bob] = [{ ...ANN, tenant, quotaBytes: 0 }, { ...BOB, tenant }]
  const results = await world.delivery.deliver({ recipients: [small, bob], content })
  assert.deepEqual(results.map(result => result.kind), ['refused', 'delivered'])
  const [anns, bobs] = await world.delivery.deliver({ recipients: [{ ...small, quotaBytes: null }, bob], content })
  const refused = { kind: 'refused', code: 452, enhanced: '4.2.2', text: 'the tenant of the mailbox has no room left, try again later', temporary: true }
  assert.deepEqual([anns, bobs], [refused, refused])
  assert.equal((await world.store.read(tx => world.mailStore.usedBytes(tx, [tenant.tenantId]))).get(tenant.tenantId), content.byteLength)
})

test('a tenant that others fill again and again is asked for later, and nothing is kept', async () => {
  const content = plainMail('x')
  const tenant = { tenantId: world.ids.next(), quotaBytes: content.byteLength }
  await world.store.transact(async tx => { await world.mailStore.countFor(tx, BOB.accountId, tenant.tenantId) })
  let runs = 0
  const crowded = new Delivery({
    ...world,
    directory: { recipient: () => Promise.resolve(null) },
    store: {
      read: work => world.store.read(work),
      transact: work => world.store.transact(tx => {
        runs += 1
        // Empty when it is looked at; somebody else has been there when it is added to.
        const add: typeof tx.usage.add = async (id, more) =>
          tx.usage.add(id, id === tenant.tenantId ? { octets: more.octets + 1, emails: 2 } : more)
        return work({ ...tx, usage: { ...tx.usage, add } })
      }),
    },
  })
  await assert.rejects(crowded.deliver({ recipients: [{ ...BOB, tenant }], content }), { code: 'store/conflict' })
  assert.equal(runs, 5)
  assert.deepEqual(await world.tasks(), [])
})

test('when every mailbox is full nothing is kept, not even the content', async () => {
  const full = { ...BOB, quotaBytes: 0 }
  const content = plainMail('nobody has room')
  await world.delivery.deliver({ recipients: [full], content })
  assert.equal((await world.tasks()).length, 0)
  const hash = await world.store.transact(tx => tx.blobs.put(plainMail('something else')))
  assert.equal(await world.store.read(tx => tx.blobs.readable(hash, BOB.accountId)), false)
  assert.equal((await world.store.read(tx => world.mailStore.usage(tx, BOB.accountId))).emails, 0)
})

for (const code of ['store/full', 'store/unavailable'] as const) {
  test(`${code} in the middle of a delivery leaves nothing of it`, async () => {
    const failing = new Delivery({
      ...world,
      directory: { recipient: () => Promise.resolve(null) },
      store: {
        read: work => world.store.read(work),
        transact: work => world.store.transact(async tx => {
          await work(tx)
          throw new RotaError(code, 'planted')
        }),
      },
    })
    await assert.rejects(failing.deliver({ recipients: [ANN, BOB], content: MULTIPART }), { code })
    assert.deepEqual(await world.tasks(), [])
    assert.deepEqual(await world.store.read(tx => world.mailStore.mailboxes(tx, BOB.accountId)), [])
  })
}

test('messages that nobody can read are delivered all the same', async () => {
  for (const content of [BROKEN, EMPTY, deepMail(400)]) {
    const [result] = await world.delivery.deliver({ recipients: [BOB], content })
    assert.equal(result?.kind, 'delivered')
  }
  assert.equal((await world.mailbox(BOB, 'inbox')).totalEmails, 3)
})
