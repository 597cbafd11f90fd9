/** Upload, import and download as a mail client does them, byte by byte, against a whole node. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import type { RawReply } from '../support/raw-http.ts'
import { ADMIN_PASSWORD, eventually } from '../support/server.ts'
import { basic, header, json, member, rows, Wire } from './wire.ts'

const LOGIN = basic('admin', ADMIN_PASSWORD)
const USING = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail', 'urn:stalwart:jmap']
const MAIL = [
  'From: Ann <ann@example.net>', 'To: admin@example.org', 'Subject: Moved from elsewhere', 'Date: Fri, 21 Nov 2025 10:00:00 +0100',
  '', 'A mailbox full of periwinkles.', '',
].join('\r\n')

suite('Upload and import', () => {
  let node: NodeProcess
  let wire: Wire
  let accountId: string
  let session: JsonObject
  before(async () => {
    node = await NodeProcess.start()
    wire = new Wire(node.port('http'), LOGIN, '/jmap/', USING)
    session = json(await wire.get('/jmap/session'))
    accountId = String(member(session, 'primaryAccounts')['urn:ietf:params:jmap:mail'])
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  /** The path of the session's URL, which has the origin of the caller in front. */
  const uploadPath = (): string => new URL(String(session['uploadUrl']).replace('{accountId}', accountId)).pathname
  const upload = (text: string, type = 'message/rfc822'): Promise<RawReply> => wire.post(uploadPath(), text, { 'Content-Type': type })
  const inbox = async (): Promise<string> =>
    String(rows(await wire.call('Mailbox/get', { accountId })).find(({ role }) => role === 'inbox')?.['id'])

  test('the session has the limits and the place', () => {
    const core = member(session, 'capabilities', 'urn:ietf:params:jmap:core')
    assert.deepEqual([core['maxSizeUpload'], core['maxConcurrentUpload']], [50_000_000, 4])
    assert.equal(uploadPath(), `/jmap/upload/${accountId}/`)
  })

  test('what was uploaded is downloaded, imported, found, and counted', async () => {
    const reply = await upload(MAIL)
    assert.equal(reply.status, 201, reply.body)
    const { blobId, ...rest } = json(reply)
    assert.deepEqual(rest, { accountId, type: 'message/rfc822', size: MAIL.length })
    assert.equal((await wire.get(`/jmap/download/${accountId}/${String(blobId)}/mail.eml`)).body, MAIL)

    const mailboxIds = { [await inbox()]: true }
    const { responses: [[, imported] = assert.fail()], createdIds } = await wire.jmap([
      ['Email/import', { accountId, emails: { m: { blobId: blobId ?? '', mailboxIds, keywords: { $flagged: true } } } }, 'a'],
    ], { createdIds: {} })
    const { id } = member(imported, 'created', 'm')
    assert.deepEqual(createdIds, { m: id })
    const got = await wire.call('Email/get', { accountId, ids: [id ?? ''], properties: ['subject', 'keywords', 'size'] })
    assert.deepEqual(rows(got), [{ id, subject: 'Moved from elsewhere', keywords: { $flagged: true }, size: MAIL.length }])
    await eventually(async () => {
      const { ids } = await wire.call('Email/query', { accountId, filter: { text: 'periwinkles' } })
      return Array.isArray(ids) && ids[0] === id
    }, 'the message is found')
    const [account] = rows(await wire.call('x:Account/get', { ids: [accountId], properties: ['usedDiskQuota'] }))
    assert.equal(account?.['usedDiskQuota'], MAIL.length)
  })

  test('one request may destroy the last message of a content and import it again', async () => {
    const { blobId } = json(await upload(MAIL.replace('elsewhere', 'here')))
    const mailboxIds = { [await inbox()]: true }
    const emails = { m: { blobId: blobId ?? '', mailboxIds } }
    const { id } = member(await wire.call('Email/import', { accountId, emails }), 'created', 'm')
    const { responses: [, [, again] = assert.fail()] } = await wire.jmap([
      ['Email/set', { accountId, destroy: [id ?? ''] }, 'a'], ['Email/import', { accountId, emails }, 'b'],
    ])
    assert.equal(member(again, 'created', 'm')['blobId'], blobId)
  })

  test('an import within a full account says so for each message, and a larger quota lets it in', async () => {
    const { blobId } = json(await upload(MAIL.replace('elsewhere', 'a full place')))
    const emails = { m: { blobId: blobId ?? '', mailboxIds: { [await inbox()]: true } } }
    const limit = (bytes: number | null) => wire.call('x:Account/set', { update: { [accountId]: { 'quotas/maxDiskQuota': bytes } } })
    await limit(10)
    assert.equal(member(await wire.call('Email/import', { accountId, emails }), 'notCreated', 'm')['type'], 'overQuota')
    await limit(null)
    assert.ok(member(await wire.call('Email/import', { accountId, emails }), 'created', 'm')['id'])
  })

  test('refusals are problems: no login, no such account, a file that is too large', async () => {
    const stranger = await new Wire(node.port('http'), null).post(uploadPath(), MAIL)
    const elsewhere = await wire.post('/jmap/upload/0000000000000/', MAIL)
    const tooLarge = await wire.post(uploadPath(), 'x'.repeat(50_000_001))
    assert.deepEqual([json(tooLarge)['type'], json(tooLarge)['limit']], ['urn:ietf:params:jmap:error:limit', 'maxSizeUpload'])
    for (const [reply, status] of [[stranger, 401], [elsewhere, 404], [tooLarge, 413]] as const) {
      assert.equal(reply.status, status)
      assert.equal(header(reply, 'content-type'), 'application/problem+json')
      assert.equal(json(reply)['status'], status)
    }
  })

  test('purgeBlob is a task for each shard, and what is new stays', async () => {
    const { blobId } = json(await upload('not used yet', 'text/plain'))
    const { created } = await wire.call('x:Task/set', { create: { p: { '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob' } } })
    const { id } = member(created, 'p')
    await eventually(async () => rows(await wire.call('x:Task/get', { ids: [id ?? ''] })).length === 0, 'all shards are done')
    assert.equal((await wire.get(`/jmap/download/${accountId}/${String(blobId)}/x.txt`)).body, 'not used yet')
  })

  test('a shard that there is not is refused by name', async () => {
    for (const [given, text] of [
      [{ maintenanceType: 'purgeBlob', shardIndex: 256 }, /^shardIndex.*from 0 to 255/], [{ maintenanceType: 'purgeData', shardIndex: 1 }, /^shardIndex.*purgeBlob alone/],
    ] as const) {
      const reply = await wire.call('x:Task/set', { create: { p: { '@type': 'StoreMaintenance', ...given } } })
      assert.match(String(member(reply, 'notCreated', 'p')['description']), text)
    }
  })
})
