import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { mailCalls, refused } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { MailImport } from '../../services/delivery/mail-import.ts'
import { EMAIL, idOf, partBlobId } from '../../services/mailstore/mailstore.ts'

const INBOX = idOf('inbox')
const ARCHIVE = idOf('archive')
const GROUP = { accountId: '00000000000gr', quotaBytes: null }
const TENANT = '00000000000te'
const MAIL = plainMail('bicycles')

let world: MailWorld
let call: Call
let blobId: string
beforeEach(async () => {
  world = await mailWorld()
  call = mailCalls(world)
  blobId = await upload(MAIL)
})
afterEach(() => world.close())

const upload = (content: Uint8Array, accountId = BOB.accountId): Promise<string> => world.uploads.store(accountId, BOB.accountId, content)
const wanted = (more: JsonObject = {}): JsonObject => ({ blobId, mailboxIds: { [INBOX]: true }, ...more })
async function importOne(given: Json): Promise<{ readonly created: JsonObject | undefined; readonly refusal: JsonObject | undefined }> {
  const reply = await call('Email/import', { emails: { one: given } })
  const [created, notCreated] = [reply['created'] as JsonObject, reply['notCreated'] as JsonObject]
  return { created: created['one'] as JsonObject | undefined, refusal: notCreated['one'] as JsonObject | undefined }
}
const used = () => world.store.read(tx => world.mailStore.usage(tx, BOB.accountId))
const stored = async () => (await world.store.read(tx => tx.documents.list(BOB.accountId, EMAIL, 10))).length

describe('an import', () => {
  test('makes a message of what was uploaded, with its mailboxes, keywords and date, and queues its indexing', async () => {
    const reply = await call('Email/import', { emails: { a: wanted({ mailboxIds: { [INBOX]: true, [ARCHIVE]: true }, keywords: { $Seen: true }, receivedAt: '2020-02-03T04:05:06Z' }) } })
    const { a } = reply['created'] as Record<string, JsonObject>
    assert(a)
    assert.notEqual(reply['newState'], reply['oldState'])
    assert.deepEqual(Object.keys(a).toSorted(), ['blobId', 'id', 'size', 'threadId'])
    assert.deepEqual([a['blobId'], a['size'], reply['notCreated']], [blobId, MAIL.byteLength, {}])
    const { list: [email] } = await call('Email/get', { ids: [a['id'] ?? ''] }) as unknown as { readonly list: readonly JsonObject[] }
    assert.deepEqual(
      [email?.['mailboxIds'], email?.['keywords'], email?.['receivedAt'], email?.['threadId'], email?.['blobId']],
      [{ [INBOX]: true, [ARCHIVE]: true }, { $seen: true }, '2020-02-03T04:05:06Z', a['threadId'], blobId],
    )
    assert.deepEqual((await world.tasks()).map(task => [task.variant, task.payload['documentId'], task.band]), [['IndexDocument', a['id'], 0]])
    assert.deepEqual(await used(), { octets: MAIL.byteLength, emails: 1 })
  })

  test('is found by its words', async () => {
    await importOne(wanted())
    await world.runSearchTasks()
    assert.equal(((await call('Email/query', { filter: { text: 'bicycles' } }))['ids'] as string[]).length, 1)
  })

  test('is dated by the last server that received it, and by now when none did', async () => {
    const received = Buffer.concat([
      Buffer.from('Received: from a by b;\r\n Sat, 1 Feb 2020 10:00:00 +0200\r\nReceived: from x by a; Fri, 31 Jan 2020 10:00:00 +0000\r\n'), MAIL,
    ])
    for (const [content, date] of [[received, Date.UTC(2020, 1, 1, 8)], [MAIL, world.clock.now()]] as const) {
      const { created } = await importOne(wanted({ blobId: await upload(content) }))
      const [email] = await world.emails(BOB, [String(created?.['id'])])
      assert.equal(email?.record.receivedAt, date)
    }
  })

  test('takes a part of a message as a message, which then is content of its own', async () => {
    const [outer] = await world.emails(BOB, [await world.deliver(MULTIPART)])
    const part = outer?.record.parts.find(({ disposition }) => disposition === 'attachment')
    assert(outer && part)
    const { created } = await importOne(wanted({ blobId: partBlobId(outer.record.blobId, part.partId) }))
    assert.equal(created?.['size'], part.size)
    assert.equal(String(created['blobId']).length, 43)
    assert.ok(await world.store.read(tx => world.mailStore.download(tx, BOB.accountId, String(created['blobId']))))
  })

  test('works in the account of a group, for who uploaded it there', async () => {
    const shared = await upload(MAIL, GROUP.accountId)
    const emails = { one: wanted({ blobId: shared }) }
    const other = await call('Email/import', { accountId: GROUP.accountId, emails }, { as: ANN, groups: [GROUP] })
    assert.equal((other['notCreated'] as Record<string, JsonObject>)['one']?.['type'], 'invalidProperties')
    const own = await call('Email/import', { accountId: GROUP.accountId, emails }, { groups: [GROUP] })
    assert.ok((own['created'] as JsonObject)['one'])
    assert.equal((await world.mailbox(GROUP, 'inbox')).totalEmails, 1)
  })

  test('of one content twice is two messages', async () => {
    const reply = await call('Email/import', { emails: { a: wanted(), b: wanted() } })
    assert.equal(Object.keys(reply['created'] as object).length, 2)
    assert.deepEqual(await used(), { octets: 2 * MAIL.byteLength, emails: 2 })
  })
})

describe('is refused', () => {
  test('what cannot be a message, by the name of the property; the others of the call are imported', async () => {
    const anns = await world.uploads.store(ANN.accountId, ANN.accountId, plainMail('for Ann alone'))
    const wrong: Readonly<Record<string, readonly [Json, string | undefined]>> = {
      nothing: [null, undefined],
      list: [[], undefined],
      noBlob: [{ mailboxIds: { [INBOX]: true } }, 'blobId'],
      number: [wanted({ blobId: 7 }), 'blobId'],
      unknown: [wanted({ blobId: 'x'.repeat(43) }), 'blobId'],
      strange: [wanted({ blobId: 'NUL\0' }), 'blobId'],
      anothers: [wanted({ blobId: anns }), 'blobId'],
      noPart: [wanted({ blobId: `${blobId}_9` }), 'blobId'],
      nowhere: [{ blobId }, 'mailboxIds'],
      noMailbox: [wanted({ mailboxIds: {} }), 'mailboxIds'],
      strangeMailbox: [wanted({ mailboxIds: { x: true } }), 'mailboxIds'],
      falseMailbox: [wanted({ mailboxIds: { [INBOX]: false } }), 'mailboxIds'],
      keyword: [wanted({ keywords: { 'a b': true } }), 'keywords'],
      keywords: [wanted({ keywords: ['$seen'] }), 'keywords'],
      date: [wanted({ receivedAt: 'yesterday' }), 'receivedAt'],
      dateNumber: [wanted({ receivedAt: 5 }), 'receivedAt'],
      more: [wanted({ subject: 'x' }), 'subject'],
    }
    const emails = { ...Object.fromEntries(Object.entries(wrong).map(([name, [given]]) => [name, given])), right: wanted() }
    const reply = await call('Email/import', { emails })
    const notCreated = reply['notCreated'] as Record<string, JsonObject>
    for (const [name, [, property]] of Object.entries(wrong)) {
      assert.deepEqual([notCreated[name]?.['type'], notCreated[name]?.['properties']], ['invalidProperties', property === undefined ? [] : [property]], name)
      assert.ok(String(notCreated[name]?.['description']).length > 10)
    }
    assert.deepEqual(Object.keys(reply['created'] as object), ['right'])
    assert.deepEqual(await used(), { octets: MAIL.byteLength, emails: 1 })
  })

  test('a call without messages, with too many, from another state, or without the right', async () => {
    await refused(call('Email/import'), 'invalidArguments', /^emails must/)
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, nth) => [`m${nth}`, wanted()]))
    await refused(call('Email/import', { emails: many }), 'requestTooLarge')
    await refused(call('Email/import', { emails: { a: wanted() }, ifInState: 'old' }), 'stateMismatch')
    await refused(call('Email/import', { emails: {} }, { permissions: ['jmapEmailUpdate', 'jmapBlobUpload'] }), 'forbidden', /jmapEmailImport/)
    await refused(call('Email/import', { accountId: ANN.accountId, emails: {} }), 'accountNotFound')
    assert.equal(await stored(), 0)
  })

  test('what has no room, in the account or its tenant, in bytes or in messages; the rest of the call is imported', async () => {
    const size = MAIL.byteLength
    const tenant = { tenantId: TENANT, quotaBytes: size }
    for (const limits of [{ quotaBytes: size }, { quotaBytes: null, emailsMax: 1 }, { quotaBytes: null, tenant }]) {
      const account = { ...limits, accountId: world.ids.next() }
      world.limits.set(account.accountId, account)
      if (limits.tenant) await world.store.transact(tx => world.mailStore.countFor(tx, account.accountId, TENANT))
      const own = await world.uploads.store(account.accountId, account.accountId, MAIL)
      const reply = await call('Email/import', { emails: { a: wanted({ blobId: own }), b: wanted({ blobId: own }) } }, { as: account })
      assert.deepEqual(Object.keys(reply['created'] as object), ['a'])
      assert.equal((reply['notCreated'] as Record<string, JsonObject>)['b']?.['type'], 'overQuota')
      assert.deepEqual(await world.store.read(tx => world.mailStore.usage(tx, account.accountId)), { octets: size, emails: 1 })
      assert.equal((await world.tasks()).filter(task => task.accountId === account.accountId).length, 1)
    }
  })

  test('messages that are too large together, before any is stored', async () => {
    const large = await upload(Buffer.concat([MAIL, Buffer.alloc(40_000_000, 'x')]))
    const emails = Object.fromEntries(['a', 'b', 'c'].map(name => [name, wanted({ blobId: large })]))
    await refused(call('Email/import', { emails }), 'requestTooLarge', /100000000 bytes/)
    assert.equal(await stored(), 0)
  })
})

test('content that goes between reading and storing is no message', async () => {
  const message = await world.imports.read(BOB.accountId, BOB.accountId, blobId)
  assert(message)
  await world.store.transact(tx => tx.blobs.disown(BOB.accountId, 10))
  const placement = { mailboxIds: [INBOX], keywords: [], receivedAt: null }
  await assert.rejects(world.imports.update(BOB.accountId, (_tx, add) => add(message, placement)), { code: 'blob/missing' })
  // The method goes on with the others of its call, so nothing may be left of this one.
  await world.imports.update(BOB.accountId, async (_tx, add) => { await add(message, placement).catch(() => {}) })
  assert.deepEqual([await stored(), await used(), await world.tasks()], [0, { octets: 0, emails: 0 }, []])
})

test('a tenant that others fill between the look and the addition is never overfull: it is tried again, and then refused', async () => {
  const tenant = { tenantId: TENANT, quotaBytes: MAIL.byteLength }
  await world.store.transact(tx => world.mailStore.countFor(tx, BOB.accountId, TENANT))
  let runs = 0
  const crowded = new MailImport({
    ...world,
    directory: { recipientById: () => Promise.resolve({ ...BOB, tenant }) },
    store: {
      read: work => world.store.read(work),
      transact: work => world.store.transact(tx => {
        runs += 1
        const add: typeof tx.usage.add = (id, more) => tx.usage.add(id, id === TENANT ? { ...more, octets: more.octets + 1 } : more)
        return work({ ...tx, usage: { ...tx.usage, add } })
      }),
    },
  })
  const message = await crowded.read(BOB.accountId, BOB.accountId, blobId)
  assert(message)
  const placement = { mailboxIds: [INBOX], keywords: [], receivedAt: null }
  await assert.rejects(crowded.update(BOB.accountId, (_tx, add) => add(message, placement)), { code: 'store/conflict' })
  assert.deepEqual([runs, await stored(), await used(), await world.tasks()], [5, 0, { octets: 0, emails: 0 }, []])
})
