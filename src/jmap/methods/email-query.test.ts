import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { mailCalls, refused } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { JsonObject } from '../../base/json.ts'
import { idOf } from '../../services/mailstore/mailstore.ts'

const INBOX = idOf('inbox')
const ARCHIVE = idOf('archive')

/** Four messages, one minute apart: a question, its answer (seen), a report with attachments, an archived note. */
let world: MailWorld
let call: Call
let question = ''
let answer = ''
let report = ''
let note = ''
before(async () => {
  world = await mailWorld()
  call = mailCalls(world)
  const arrive = async (content: Uint8Array) => {
    const id = await world.deliver(content)
    await world.clock.advance(60_000)
    return id
  }
  question = await arrive(plainMail('Who brings the bicycles to the lake?', { subject: 'Trip', messageId: 'q@x' }))
  answer = await arrive(plainMail('I bring two of them.', { subject: 'Re: Trip', messageId: 'a@x', inReplyTo: 'q@x', from: 'Zoe <zoe@example.org>' }))
  report = await arrive(MULTIPART)
  note = await arrive(plainMail('Bicycles must be repaired before the trip.', { subject: 'Note', cc: 'carl@example.com' }))
  await arrive(plainMail('bicycles of somebody else')).then(id => call('Email/set', { destroy: [id] }))
  await world.deliver(plainMail('bicycles'), ANN)
  await call('Email/set', { update: { [answer]: { 'keywords/$seen': true }, [note]: { mailboxIds: { [ARCHIVE]: true } } } })
  await world.runSearchTasks()
})
after(() => world.close())

async function query(filter: JsonObject | null, args: JsonObject = {}): Promise<string[]> {
  return (await call('Email/query', { filter, ...args }))['ids'] as string[]
}

describe('filters', () => {
  test('none: everything, newest first', async () => {
    assert.deepEqual(await query(null), [note, report, answer, question])
    assert.deepEqual(await query({}), [note, report, answer, question])
    assert.deepEqual(await query(null, { sort: [{ property: 'receivedAt', isAscending: true }] }), [question, answer, report, note])
    assert.deepEqual(await query(null, { sort: [{ property: 'receivedAt' }] }), [question, answer, report, note])
  })

  test('by mailbox', async () => {
    assert.deepEqual(await query({ inMailbox: INBOX }), [report, answer, question])
    assert.deepEqual(await query({ inMailbox: ARCHIVE }), [note])
    assert.deepEqual(await query({ inMailbox: 'nothing' }), [])
    assert.deepEqual(await query({ inMailboxOtherThan: [INBOX] }), [note])
  })

  test('by text, in one field or all', async () => {
    assert.deepEqual(await query({ text: 'bicycle' }), [note, question])
    assert.deepEqual(await query({ text: 'bicycles lake' }), [question])
    assert.deepEqual(await query({ subject: 'trip' }), [answer, question])
    assert.deepEqual(await query({ body: 'trip' }), [note])
    assert.deepEqual(await query({ from: 'zoe' }), [answer])
    assert.deepEqual(await query({ to: 'dora@example.com' }), [report])
    assert.deepEqual(await query({ cc: 'carl' }), [note])
    assert.deepEqual(await query({ text: 'bicycle', inMailbox: INBOX }), [question])
    assert.deepEqual(await query({ text: '  ' }), [note, report, answer, question])
  })

  test('by what the document says', async () => {
    assert.deepEqual(await query({ hasKeyword: '$SEEN' }), [answer])
    assert.deepEqual(await query({ notKeyword: '$seen', inMailbox: INBOX }), [report, question])
    assert.deepEqual(await query({ hasAttachment: true }), [report])
    assert.deepEqual(await query({ before: '2026-01-01T00:01:00Z' }), [question])
    assert.deepEqual(await query({ after: '2026-01-01T00:02:00.000Z' }), [note, report])
    assert.deepEqual(await query({ minSize: MULTIPART.byteLength }), [report])
    assert.deepEqual(await query({ maxSize: MULTIPART.byteLength }), [note, answer, question])
  })

  test('combined', async () => {
    const either = { operator: 'OR', conditions: [{ from: 'zoe' }, { hasAttachment: true }] }
    assert.deepEqual(await query(either), [report, answer])
    assert.deepEqual(await query({ operator: 'AND', conditions: [either, { text: 'figures' }] }), [report])
    assert.deepEqual(await query({ operator: 'NOT', conditions: [{ text: 'bicycle' }, { hasAttachment: true }] }), [answer])
    assert.deepEqual(await query({ operator: 'AND', conditions: [{ text: 'bicycle' }, { operator: 'NOT', conditions: [{ text: 'lake' }] }] }), [note])
    assert.deepEqual(await query({ operator: 'OR', conditions: [{ text: 'lake' }, { subject: 'note' }] }), [note, question])
    assert.deepEqual(await query({ operator: 'OR', conditions: [] }), [])
    assert.deepEqual(await query({ operator: 'AND', conditions: [] }), [note, report, answer, question])
  })

  test('that cannot be answered are refused', async () => {
    const deep = (depth: number): JsonObject => depth === 0 ? { text: 'x' } : { operator: 'NOT', conditions: [deep(depth - 1)] }
    const bad: JsonObject[] = [
      { header: ['X-Tag'] }, { bcc: 'x' }, { allInThreadHaveKeyword: '$seen' }, { nonsense: 1 }, { text: 7 }, { inMailbox: null },
      { before: 'yesterday' }, { minSize: -1 }, { hasAttachment: 'yes' }, { inMailboxOtherThan: 'x' }, { text: '!!' },
      { text: 'x'.repeat(2_000) }, { text: Array.from({ length: 400 }, (_, index) => `w${index}`).join(' ').slice(0, 999) },
      { operator: 'XOR', conditions: [] }, { operator: 'AND', conditions: 'x' }, { operator: 'AND', conditions: [7] }, deep(11),
      { operator: 'AND', conditions: Array.from({ length: 101 }, () => ({ hasAttachment: true })) },
      { __proto__: null, constructor: 'x' },
    ]
    for (const filter of bad) await refused(query(filter), 'unsupportedFilter')
    await refused(call('Email/query', { filter: 'x' }), 'invalidArguments', /filter/)
    for (const sort of [[{ property: 'size' }], [{ property: 'receivedAt', isAscending: 1 }], ['receivedAt'], [{ property: 'receivedAt' }, { property: 'from' }]]) {
      await refused(query(null, { sort }), 'unsupportedSort')
    }
  })
})

describe('pages', () => {
  const whole = () => [note, report, answer, question]

  for (const filter of [null, { maxSize: 1_000_000 }, { operator: 'OR', conditions: [{ text: 'bicycle' }, { text: 'figures' }, { text: 'bring' }] }]) {
    test(`by position, from the end and around an anchor: ${JSON.stringify(filter)}`, async () => {
      assert.deepEqual(await query(filter), whole())
      assert.deepEqual(await query(filter, { limit: 2 }), [note, report])
      assert.deepEqual(await query(filter, { position: 1, limit: 2 }), [report, answer])
      assert.deepEqual(await query(filter, { position: -1 }), [question])
      assert.deepEqual(await query(filter, { position: -9, limit: 1 }), [note])
      assert.deepEqual(await query(filter, { position: 9 }), [])
      assert.deepEqual(await query(filter, { limit: 0 }), [])
      assert.deepEqual(await query(filter, { anchor: report, limit: 2 }), [report, answer])
      assert.deepEqual(await query(filter, { anchor: report, anchorOffset: 1, limit: 1 }), [answer])
      assert.deepEqual(await query(filter, { anchor: answer, anchorOffset: -1, limit: 2 }), [report, answer])
      assert.deepEqual(await query(filter, { anchor: report, anchorOffset: -5, limit: 2 }), [note, report])
      const reply = await call('Email/query', { filter, calculateTotal: true, position: 1, limit: 1 })
      assert.deepEqual([reply['ids'], reply['total'], reply['position']], [[report], 4, 1])
      await refused(query(filter, { anchor: 'nothing' }), 'anchorNotFound')
    })
  }

  test('of threads show the newest message of each', async () => {
    assert.deepEqual(await query(null, { collapseThreads: true }), [note, report, answer])
    const reply = await call('Email/query', { collapseThreads: true, calculateTotal: true, filter: { subject: 'trip' } })
    assert.deepEqual([reply['ids'], reply['total']], [[answer], 1])
  })

  test('have a limit of their own, and say so', async () => {
    assert.equal((await call('Email/query', {}))['limit'], 500)
    assert.equal((await call('Email/query', { limit: 501 }))['limit'], 500)
    assert.equal((await call('Email/query', { limit: 5 }))['limit'], undefined)
    for (const args of [{ limit: -1 }, { position: 'x' }, { limit: 1.5 }, { calculateTotal: 'x' }]) await refused(query(null, args), 'invalidArguments')
  })
})

test('more messages than one batch come in order', async () => {
  const world = await mailWorld()
  const ids: string[] = []
  for (let index = 0; index < 1_100; index++) {
    ids.push(await world.deliver(plainMail('x')))
    if (index % 3 === 0) await world.clock.advance(1)
  }
  const reply = await mailCalls(world)('Email/query', { position: 900, calculateTotal: true, filter: { maxSize: 10_000 } })
  assert.deepEqual(reply['ids'], ids.toReversed().slice(900))
  assert.equal(reply['total'], 1_100)
  await world.close()
})

test('the state of a query changes with its answer', async () => {
  const state = async () => (await call('Email/query', { filter: { text: 'zeppelin' } }))['queryState']
  const empty = await state()
  assert.equal(await state(), empty)
  const id = await world.deliver(plainMail('zeppelin'))
  const waiting = await state()
  await world.runSearchTasks()
  assert.notEqual(await state(), waiting)
  await call('Email/set', { destroy: [id] })
  assert.deepEqual(await query({ text: 'zeppelin' }), [], 'gone at once, though it is still in the index')
  assert.equal((await world.emails(BOB, [id])).length, 0)
})
