/** A message's whole life on each store, and what two deliveries at once must not lose. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import type { MailRecipient } from '../../src/services/directory/directory.ts'
import { EVERY_STORE } from '../support/every-store.ts'
import type { Opened } from '../support/every-store.ts'
import { mailCalls } from '../support/mail-calls.ts'
import type { Call } from '../support/mail-calls.ts'
import { BROKEN, deepMail, EIGHT_BIT, EMPTY, ENCODED_WORDS, HTML_ONLY, ISO_2022_JP, LATIN1, MULTIPART, plainMail } from '../support/mail-samples.ts'
import { ANN, BOB, mailWorld } from '../support/mail-world.ts'
import type { MailWorld } from '../support/mail-world.ts'

const AT_ONCE = 16
const SAMPLES = [MULTIPART, LATIN1, ISO_2022_JP, ENCODED_WORDS, HTML_ONLY, BROKEN, EIGHT_BIT, EMPTY, deepMail(300)]

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`mail on ${name}`, { skip }, () => {
    let world: MailWorld
    let call: Call
    let opened: Opened
    before(async () => {
      opened = await prepare()
      world = await mailWorld(opened.open)
      call = mailCalls(world)
    })
    after(async () => {
      await world.close()
      await opened.remove()
    })

    const idsOf = async (filter: JsonObject, as: MailRecipient) => (await call('Email/query', { accountId: as.accountId, filter }, { as }))['ids']

    test('arrives, is found, is destroyed and forgotten', async () => {
      const id = await world.deliver(plainMail('The bicycles are repaired.', { subject: 'Workshop' }), ANN)
      assert.deepEqual(await idsOf({ text: 'bicycle' }, ANN), [])
      await world.runSearchTasks()
      assert.deepEqual(await idsOf({ text: 'bicycle' }, ANN), [id])
      assert.deepEqual(await idsOf({ text: 'bicycle workshop', inMailbox: '0000000000001' }, ANN), [id])
      assert.deepEqual(await idsOf({ text: 'bicycle' }, BOB), [])
      await call('Email/set', { accountId: ANN.accountId, destroy: [id] }, { as: ANN })
      await world.runSearchTasks()
      assert.deepEqual(await world.tasks(), [])
      assert.equal(await world.store.read(tx => tx.search.has({ accountId: ANN.accountId, collection: 'Email', id })), false)
      assert.deepEqual(await world.store.read(tx => world.mailStore.usage(tx, ANN.accountId)), { octets: 0, emails: 0 })
      const [inbox] = (await call('Mailbox/get', { accountId: ANN.accountId }, { as: ANN }))['list'] as readonly JsonObject[]
      assert.deepEqual([inbox?.['totalEmails'], inbox?.['totalThreads'], inbox?.['unreadThreads']], [0, 0, 0])
    })

    test('of every kind is stored byte for byte and indexed', async () => {
      for (const content of SAMPLES) {
        const id = await world.deliver(content, BOB)
        const [email] = await world.emails(BOB, [id])
        const stored = await world.store.read(tx => world.mailStore.download(tx, BOB.accountId, email?.record.blobId ?? ''))
        assert.deepEqual(Buffer.from(stored ?? []), Buffer.from(content))
      }
      const outcomes = await world.runSearchTasks()
      assert.deepEqual(new Set(outcomes.map(outcome => outcome.kind)), new Set(['done']))
      for (const text of ['figures-2025.pdf', 'koln', '会議', 'café', 'bicycles', 'torn', 'żółw', 'somewhere']) {
        assert.equal((await idsOf({ text }, BOB) as string[]).length, 1, text)
      }
    })

    test('that arrives at once for the same people loses no count and no thread', async () => {
      const ones: readonly MailRecipient[] = ['one', 'two'].map(account => ({ accountId: `0000000000${account}`, quotaBytes: null }))
      const content = plainMail('x', { subject: 'Plan', messageId: 'same@x' })
      const recipients = [ones, ones.toReversed()]
      const results = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => world.delivery.deliver({ recipients: recipients[index % 2] ?? [], content })))
      assert.ok(results.flat().every(result => result.kind === 'delivered'))
      for (const one of ones) {
        assert.deepEqual(await world.store.read(tx => world.mailStore.usage(tx, one.accountId)), { octets: AT_ONCE * content.byteLength, emails: AT_ONCE })
        const inbox = await world.mailbox(one, 'inbox')
        assert.deepEqual([inbox.totalEmails, inbox.totalThreads], [AT_ONCE, 1])
      }
    })

    test('never goes over a quota, however much of it arrives at once', async () => {
      const content = plainMail('x')
      const small: MailRecipient = { accountId: '00000000smal1', quotaBytes: content.byteLength * 3 }
      const results = await Promise.all(Array.from({ length: AT_ONCE }, () => world.delivery.deliver({ recipients: [small], content })))
      assert.equal(results.flat().filter(result => result.kind === 'delivered').length, 3)
      assert.equal((await world.mailbox(small, 'inbox')).totalEmails, 3)
    })
  })
}
