import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { RotaError } from '../../errors.ts'
import type { Fetched } from './rules-source.ts'
import { RULES_MAX, RulesUpdate } from './rules-update.ts'
import { readRules, tagsOf } from './rules.ts'

const NONE = { from: null, replyTo: null, text: null, html: null, attachments: [] }
const file = (name: string | null, type: string) => ({ ...NONE, attachments: [{ name, type, disposition: 'attachment', cid: null, content: new Uint8Array() }] })
const from = (email: string) => ({ ...NONE, from: [{ name: null, email }] })
const SIGNAL = new AbortController().signal

describe('rules', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })
  const rules = () => test.store.read(readRules)

  it('find bad files, files that say to be of another type, and blocked domains', async () => {
    await test.create('SpamFileExtension', { extension: 'exe', isBad: true })
    await test.create('SpamFileExtension', { extension: 'pdf', contentTypes: { 'application/pdf': true } })
    await test.create('MemoryLookupKey', { namespace: 'blocked-domains', key: 'spam.example' })
    const known = await rules()
    const found = (message: Parameters<typeof tagsOf>[0]) => tagsOf(message, known)
    assert.deepEqual(found(file('Invoice.PDF.EXE ', 'application/pdf')), ['BAD_ATTACHMENT'])
    assert.deepEqual(found(file('invoice.pdf', 'text/html')), ['ATTACHMENT_TYPE_MISMATCH'])
    assert.deepEqual(found(file('invoice.pdf', 'application/pdf')), [])
    assert.deepEqual(found(file('invoice.pdf', 'application/octet-stream')), [], 'of any file')
    assert.deepEqual(found(file(null, 'application/pdf')), [])
    for (const email of ['a@spam.example', 'a@mail.Spam.example']) assert.deepEqual(found(from(email)), ['BLOCKED_DOMAIN'], email)
    for (const email of ['a@notspam.example', 'a@example', 'a@spam.example.org', 'no address']) assert.deepEqual(found(from(email)), [], email)
    assert.deepEqual(found({ ...NONE, html: '<a href="https://www.spam.example/x">here</a>' }), ['BLOCKED_DOMAIN'])
  })

  it('say other scores, of tags that there are', async () => {
    await test.create('SpamTag', { '@type': 'Score', tag: 'BAD_ATTACHMENT', score: 9 })
    assert.deepEqual([...(await rules()).scores], [['BAD_ATTACHMENT', 9]])
    assert.equal((await test.refused('SpamTag', { '@type': 'Score', tag: 'BAD_ATTACHMENT', score: 1 }))['type'], 'primaryKeyViolation')
    assert.match(String((await test.refused('SpamTag', { '@type': 'Score', tag: 'OTHER', score: 1 }))['description']), /must be one of CLASSIFIED_SPAM/)
    assert.match(String((await test.refused('MemoryLookupKey', { namespace: 'other', key: 'a.example' }))['description']), /must be blocked-domains/)
    for (const key of ['A.example', 'a..b', '@a', '']) assert.ok(await test.refused('MemoryLookupKey', { namespace: 'blocked-domains', key }), key)
    assert.match(String((await test.refused('SpamFileExtension', { extension: '.exe' }))['description']), /without a dot/)
    for (const url of ['http://a.example/', 'ftp://a.example/', 'https://me:secret@a.example/']) {
      assert.ok(!JSON.stringify(await test.refusedUpdate('SpamSettings', 'singleton', { spamFilterRulesUrl: url })).includes('secret'), url)
    }
  })

  describe('that are fetched', () => {
    let fetched: Fetched | RotaError
    let asked: (string | null)[] = []
    beforeEach(async () => {
      asked = []
      await test.update('SpamSettings', 'singleton', { spamFilterRulesUrl: 'https://rules.example/list' })
    })
    const update = (content?: unknown, etag: string | null = null) => {
      if (content !== undefined) fetched = { kind: 'content', content: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)), etag }
      const fetch = async (_url: string, known: string | null) => {
        asked.push(known)
        if (fetched instanceof RotaError) throw fetched
        return fetched
      }
      return new RulesUpdate({ store: test.store, ids: test.ids, clock: test.clock, fetch }).run(SIGNAL)
    }
    const LIST = {
      SpamTag: [{ '@type': 'Score', tag: 'BAD_ATTACHMENT', score: 6 }, { '@type': 'Discard', tag: 'X' }],
      'x:SpamFileExtension': { a: { extension: 'scr', isBad: true }, b: { extension: 'zip', isArchive: true }, c: { extension: 'scr', isBad: true } },
      MemoryLookupKey: [{ namespace: 'blocked-domains', key: 'spam.example' }, 'other'],
      SpamRule: [{ name: 'x' }],
    }

    it('are added, and what people have made stays as it is', async () => {
      const id = await test.create('SpamTag', { '@type': 'Score', tag: 'BAD_ATTACHMENT', score: 1 })
      assert.equal(await update(LIST), 'added 2, were there 1, of no use to this version 4')
      assert.equal(await update(LIST), 'added 0, were there 3, of no use to this version 4')
      assert.equal((await test.get('SpamTag', id))['score'], 1)
      const { extensions, blockedDomains } = await rules()
      assert.deepEqual([[...extensions.keys()], [...blockedDomains]], [['scr'], ['spam.example']])
      assert.equal((await test.refused('SpamFileExtension', { extension: 'scr' }))['type'], 'primaryKeyViolation', 'as if it had come through the API')
    })

    it('stand in the audit log, each that was added, by the server', async () => {
      await test.create('SpamTag', { '@type': 'Score', tag: 'BAD_ATTACHMENT', score: 1 })
      const logged = () => test.store.read(async ({ audit }) => audit.get(await audit.query({}, { ascending: true, limit: 100 })))
      const before = (await logged()).length
      await update(LIST)
      await update(LIST)
      const added = (await logged()).slice(before).map(({ action, actorName, objectName, after }) => [action, actorName, objectName, JSON.parse(after ?? '')])
      assert.deepEqual(added, [
        ['Create', 'The server', 'SpamFileExtension', { contentTypes: {}, extension: 'scr', isBad: true }],
        ['Create', 'The server', 'MemoryLookupKey', { namespace: 'blocked-domains', key: 'spam.example' }],
      ])
    })

    it('are asked for with the version that was added last, of the same address', async () => {
      await update(LIST, '"1"')
      fetched = { kind: 'unchanged' }
      assert.match(await update(), /nothing has changed/)
      await test.update('SpamSettings', 'singleton', { spamFilterRulesUrl: 'https://rules.example/other' })
      await update()
      assert.deepEqual(asked, [null, '"1"', null])
    })

    it('are refused as a whole when they are no rules', async () => {
      for (const wrong of ['', '{', 'null', '[]', '"x"', { SpamTag: 'x' }, { SpamTag: null }, '\uD800'.repeat(3), `${'['.repeat(100_000)}`]) {
        await assert.rejects(update(wrong), { code: 'spam/bad-rules' }, JSON.stringify(wrong).slice(0, 50))
      }
      await assert.rejects(update({ ofAnotherVersion: Array.from({ length: RULES_MAX + 1 }, () => 0) }), { code: 'spam/bad-rules' })
      for (const strange of [{ __proto__: null, constructor: [1] }, JSON.parse('{"__proto__":[{"extension":"x"}],"SpamTag":[{"__proto__":{}}]}'), {}]) {
        assert.match(await update(strange), /^added 0, were there 0/)
      }
      await assert.rejects(update(undefined).then(() => { fetched = new RotaError('spam/fetch-failed', 'no way there') }).then(() => update()), { code: 'spam/fetch-failed' })
      await test.update('SpamSettings', 'singleton', { spamFilterRulesUrl: null })
      await assert.rejects(update({}), { code: 'spam/no-rules-url' })
    })
  })
})
