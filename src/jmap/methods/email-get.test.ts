import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { deepMail, EMPTY, HTML_ONLY, MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { mailCalls, refused } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { JsonObject } from '../../base/json.ts'

let world: MailWorld
let call: Call
beforeEach(async () => {
  world = await mailWorld()
  call = mailCalls(world)
})
afterEach(() => world.close())

async function get(id: string, args: JsonObject = {}): Promise<JsonObject> {
  const [email] = (await call('Email/get', { ids: [id], ...args }))['list'] as readonly JsonObject[]
  assert(email)
  return email
}

test('the properties of a message when none are named', async () => {
  const id = await world.deliver(MULTIPART)
  const email = await get(id)
  const { blobId, threadId, ...rest } = email
  assert.ok(blobId && threadId)
  const part = { language: null, location: null, disposition: null, cid: null, name: null }
  const text = { ...part, partId: 't', blobId: `${blobId as string}_t`, size: 41, type: 'text/plain', charset: 'utf-8' }
  assert.deepEqual(rest, {
    id,
    mailboxIds: { '0000000000001': true },
    keywords: {},
    size: MULTIPART.byteLength,
    receivedAt: '2026-01-01T00:00:00Z',
    messageId: ['q3@example.org'],
    inReplyTo: null,
    references: null,
    sender: null,
    from: [{ name: 'Berg, Anna', email: 'anna@example.org' }],
    to: [{ name: null, email: 'bob@example.com' }, { name: 'Carl', email: 'carl@example.com' }, { name: null, email: 'dora@example.com' }],
    cc: null,
    bcc: null,
    replyTo: null,
    subject: 'Quarterly figures',
    sentAt: '2025-11-21T10:00:00+01:00',
    hasAttachment: true,
    preview: 'Please find the figures enclosed. Grüße',
    bodyValues: {},
    textBody: [text],
    htmlBody: [{ ...text, partId: 'h', blobId: `${blobId as string}_h`, size: 47, type: 'text/html' }],
    attachments: [
      { ...part, partId: '1', blobId: `${blobId as string}_1`, size: 9, type: 'application/pdf', charset: null, name: 'figures-2025.pdf', disposition: 'attachment' },
      { ...part, partId: '2', blobId: `${blobId as string}_2`, size: 8, type: 'image/png', charset: null, disposition: 'inline', cid: 'logo@example.org' },
    ],
  })
})

test('only what is asked for, and always the id', async () => {
  const id = await world.deliver(plainMail('x', { subject: 'Short' }))
  assert.deepEqual(await get(id, { properties: ['subject'] }), { id, subject: 'Short' })
  const parts = await get(id, { properties: ['textBody'], bodyProperties: ['partId', 'subParts'] })
  assert.deepEqual(parts, { id, textBody: [{ partId: 't', subParts: null }] })
  await refused(call('Email/get', { ids: [id], properties: ['bodyStructure'] }), 'invalidArguments', /bodyStructure/)
  await refused(call('Email/get', { ids: [id], bodyProperties: ['headers'] }), 'invalidArguments', /headers/)
})

test('body values are given when they are asked for', async () => {
  const id = await world.deliver(MULTIPART)
  const values = async (args: JsonObject) => (await get(id, { properties: ['bodyValues'], ...args }))['bodyValues']
  const text = { value: 'Please find the figures enclosed. Grüße\n', isEncodingProblem: false, isTruncated: false }
  const html = { value: '<p>Please find the <b>figures</b> enclosed.</p>', isEncodingProblem: false, isTruncated: false }
  assert.deepEqual(await values({}), {})
  const trimmed = (given: unknown) => Object.fromEntries(Object.entries(given as Record<string, { value: string }>).map(([partId, value]) => [partId, { ...value, value: value.value.trim() }]))
  assert.deepEqual(trimmed(await values({ fetchTextBodyValues: true })), { t: { ...text, value: text.value.trim() } })
  assert.deepEqual(trimmed(await values({ fetchHTMLBodyValues: true })), { h: html })
  assert.deepEqual(Object.keys(await values({ fetchAllBodyValues: true }) as object), ['t', 'h'])
})

test('a long body is cut between characters and outside of tags', async () => {
  const cut = async (content: Uint8Array, maxBodyValueBytes: number) => {
    const id = await world.deliver(content)
    const { bodyValues } = await get(id, { properties: ['bodyValues'], fetchAllBodyValues: true, maxBodyValueBytes })
    return Object.values(bodyValues as Record<string, JsonObject>)[0]
  }
  assert.deepEqual(await cut(plainMail('aéb'), 2), { value: 'a', isEncodingProblem: false, isTruncated: true })
  assert.deepEqual(await cut(plainMail('aéb'), 3), { value: 'aé', isEncodingProblem: false, isTruncated: true })
  assert.equal((await cut(plainMail('aéb'), 0))?.['isTruncated'], false)
  assert.deepEqual(await cut(HTML_ONLY, 10), { value: '<html>', isEncodingProblem: false, isTruncated: true })
  const id = await world.deliver(EMPTY)
  for (const maxBodyValueBytes of [-1, 1.5, 'x']) await refused(call('Email/get', { ids: [id], maxBodyValueBytes }), 'invalidArguments', /maxBodyValueBytes/)
})

test('header fields are read from the message', async () => {
  const id = await world.deliver(plainMail('x', { subject: 'Plan' }))
  const email = await get(id, { properties: ['header:Subject:asText', 'header:X-None', 'headers'] })
  assert.equal(email['header:Subject:asText'], 'Plan')
  assert.equal(email['header:X-None'], null)
  assert.deepEqual((email['headers'] as readonly JsonObject[])[0], { name: 'From', value: ' Ann <ann@example.org>' })
})

test('a message without text, and one that cannot be read, are given all the same', async () => {
  const empty = await get(await world.deliver(EMPTY))
  assert.deepEqual([empty['subject'], empty['from'], empty['textBody'], empty['attachments'], empty['preview']], [null, null, [], [], ''])
  const deep = await get(await world.deliver(deepMail(400)), { properties: ['bodyValues'], fetchAllBodyValues: true })
  assert.equal((deep['bodyValues'] as Record<string, JsonObject>)['t']?.['isEncodingProblem'], true)
})

test('messages come in the order of the ids; others are not found', async () => {
  const first = await world.deliver(plainMail('x'))
  const second = await world.deliver(plainMail('y'))
  const anns = await world.deliver(plainMail('z'), ANN)
  const reply = await call('Email/get', { ids: [second, anns, first], properties: ['id'] })
  assert.deepEqual(reply['list'], [{ id: second }, { id: first }])
  assert.deepEqual(reply['notFound'], [anns])
  assert.deepEqual((await call('Email/get', { ids: null, properties: ['id'] }))['list'], [{ id: first }, { id: second }])
  const before = reply['state']
  await world.deliver(plainMail('new'))
  assert.notEqual((await call('Email/get', { ids: [] }))['state'], before)
})

test('missing content fails the call, not the lists that do without it', async () => {
  const id = await world.deliver(plainMail('x'))
  const [email] = await world.emails(BOB, [id])
  assert(email)
  await world.store.transact(tx => tx.documents.put(BOB.accountId, 'Email', id, { ...email.record, blobId: 'x'.repeat(43) }, []))
  assert.equal((await get(id, { properties: ['subject'] }))['subject'], 'Hello')
  await assert.rejects(get(id, { fetchAllBodyValues: true }), { code: 'blob/missing' })
})
