/** Real sockets: what a client does, and the trace that it leaves. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { LineClient } from '../../../test/support/line-client.ts'
import { idle, mailOptions, RecordingSink, startMail } from '../../../test/support/listeners.ts'
import type { Running } from '../../../test/support/listeners.ts'
import { systemClock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import { isJsonObject } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import type { Trace } from '../../services/ports.ts'
import type { MailTraces } from './conversation.ts'

const ALICE = 'alice@example.org'
const BOB = 'bob@example.org'
const SENDER = 'sender@client.example'
/** Nothing of it may be kept. */
const TEXT = 'Subject: Confidential herons\r\n\r\nNobody may read this.'
const SECRET = 'correct horse battery'

class Recorder implements MailTraces<string> {
  readonly traces: Omit<Trace, 'id'>[] = []
  #recorded: () => void = () => {}

  record(trace: Omit<Trace, 'id'>): void {
    this.traces.push(trace)
    this.#recorded()
  }

  accountId(recipient: string): Id { return `account of ${recipient}` }

  /** When that many were recorded. */
  async after(count: number): Promise<readonly Omit<Trace, 'id'>[]> {
    while (this.traces.length < count) await new Promise<void>(resolve => { this.#recorded = resolve })
    return this.traces
  }
}

/** Events with their values; those of the connection are looked at once. */
function told({ events }: Pick<Trace, 'events'>): [string, JsonObject][] {
  return events.flatMap(({ event, values }): [string, JsonObject][] =>
    event === 'smtp.connection-start' || event === 'smtp.ehlo' ? [] : [[String(event), isJsonObject(values) ? values : {}]])
}

describe('the trace of a message', () => {
  let recorder: Recorder
  let sink: RecordingSink
  let mail: Running
  const clients: LineClient[] = []
  beforeEach(async () => {
    recorder = new Recorder()
    sink = new RecordingSink()
    mail = await startMail(sink, {}, { traces: recorder, limits: { messageBytesMax: 5_000 } })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    await mail.stop()
  })

  async function greeted(kind: 'smtp' | 'lmtp'): Promise<LineClient> {
    const client = await LineClient.open(mail.port(kind))
    clients.push(client)
    await client.reply()
    await client.command(kind === 'smtp' ? 'EHLO client.example' : 'LHLO client.example')
    return client
  }

  async function toData(client: LineClient, ...recipients: readonly string[]): Promise<void> {
    await client.command(`MAIL FROM:<${SENDER}>`)
    for (const recipient of recipients) await client.command(`RCPT TO:<${recipient}>`)
    assert.match(await client.command('DATA'), /^354 /)
  }

  for (const kind of ['smtp', 'lmtp'] as const) {
    test(`over ${kind} says who came from where, who was accepted, and in which mailbox it is`, async () => {
      const before = systemClock.now()
      const client = await greeted(kind)
      await toData(client, ALICE, 'BOB@Example.org')
      client.write(`${TEXT}\r\n.\r\n`)
      await client.reply()
      const [trace, ...more] = await recorder.after(1)
      assert.ok(trace && more.length === 0)
      assert.deepEqual([trace.from, trace.recipients], [SENDER, [ALICE, BOB]])
      const [start, ehlo] = trace.events
      assert.deepEqual([start?.['event'], ehlo], ['smtp.connection-start', { event: 'smtp.ehlo', at: ehlo?.['at'], values: { domain: 'client.example' } }])
      const { remoteIp, remotePort, listenerId } = isJsonObject(start?.['values']) ? start['values'] : {}
      assert.deepEqual([remoteIp, typeof remotePort, listenerId], ['127.0.0.1', 'number', kind])
      assert.deepEqual(told(trace), [
        ['smtp.mail-from', { from: SENDER }], ['smtp.rcpt-to', { to: ALICE }], ['smtp.rcpt-to', { to: BOB }],
        ['smtp.data', { size: trace.size }],
        ['delivery.delivered', { to: ALICE, accountId: `account of ${ALICE}`, documentId: '0000000000001' }],
        ['delivery.delivered', { to: BOB, accountId: `account of ${BOB}`, documentId: '0000000000001' }],
      ])
      assert.equal(trace.size, sink.messages[0]?.content.length)
      const times = trace.events.map(({ at }) => Number(at))
      assert.deepEqual(times, times.toSorted((one, other) => one - other))
      assert.ok((times[0] ?? 0) >= before && (times.at(-1) ?? Infinity) <= systemClock.now())
    })
  }

  test('has nothing of its text, and no password that a client offers', async () => {
    const client = await greeted('smtp')
    for (const offer of [`AUTH PLAIN ${btoa(`\0alice\0${SECRET}`)}`, `AUTH LOGIN ${btoa(SECRET)}`, SECRET]) assert.match(await client.command(offer), /^5/)
    await toData(client, ALICE)
    client.write(`${TEXT}\r\n.\r\n`)
    await client.reply()
    const [trace] = await recorder.after(1)
    const kept = JSON.stringify(trace)
    for (const word of ['herons', 'Confidential', 'Nobody', SECRET, btoa(SECRET), btoa(`\0alice\0${SECRET}`)]) assert.ok(!kept.includes(word), word)
  })

  test('says to whom it was refused and why, also when nobody else was named', async () => {
    const client = await greeted('smtp')
    await client.command(`MAIL FROM:<${SENDER}>`)
    await client.command('RCPT TO:<nobody@example.org>')
    assert.match(await client.command('RSET'), /^250/)
    const [trace] = await recorder.after(1)
    assert.deepEqual([trace?.recipients, trace?.size], [['nobody@example.org'], 0])
    assert.deepEqual(told(trace ?? { events: [] }).slice(1), [
      ['smtp.rcpt-to-rejected', { to: 'nobody@example.org', code: 550, reason: '5.1.1 no such mailbox here' }], ['smtp.abandoned', {}],
    ])
  })

  test('says of a mailbox that is full before the message, of one that becomes full, and of one that took it', async () => {
    sink.recipient = address => address === ALICE ? Promise.reject(new RotaError('mail/over-quota', 'planted')) : Promise.resolve(address)
    sink.refuse = recipient => recipient === BOB ? { kind: 'refused', code: 452, enhanced: '4.2.2', text: 'the mailbox is full', temporary: true } : null
    const client = await greeted('lmtp')
    await toData(client, ALICE, BOB, 'user1@example.org')
    client.write(`${TEXT}\r\n.\r\n`)
    await client.reply()
    await client.reply()
    const [trace] = await recorder.after(1)
    const events = told(trace ?? { events: [] })
    assert.deepEqual(events[1], ['smtp.rcpt-to-rejected', { to: ALICE, code: 452, reason: '4.2.2 the mailbox is full, try again later' }])
    assert.deepEqual(events.slice(-2), [
      ['delivery.rejected', { to: BOB, code: 452, reason: '4.2.2 the mailbox is full' }],
      ['delivery.delivered', { to: 'user1@example.org', accountId: 'account of user1@example.org', documentId: '0000000000001' }],
    ])
  })

  test('says that it was too large, or that the store did not answer', async () => {
    const client = await greeted('smtp')
    await toData(client, ALICE)
    client.write(`${'x'.repeat(70)}\r\n`.repeat(100) + '.\r\n')
    assert.match(await client.reply(), /^552/)
    sink.deliver = () => Promise.reject(new RotaError('store/unavailable', 'planted'))
    await toData(client, ALICE)
    client.write(`${TEXT}\r\n.\r\n`)
    assert.match(await client.reply(), /^4/)
    const [large, lost] = await recorder.after(2)
    const [last, code] = [told(large ?? { events: [] }).at(-1), told(lost ?? { events: [] }).at(-1)?.[1]['code']]
    assert.deepEqual(last, ['smtp.message-rejected', { code: 552, reason: '5.3.4 the limit is 5000 bytes' }])
    assert.equal(Math.floor(Number(code) / 100), 4)
  })

  test('ends when the client goes: before the message, and in the middle of it', async () => {
    const before = await greeted('smtp')
    await before.command(`MAIL FROM:<${SENDER}>`)
    await before.command(`RCPT TO:<${ALICE}>`)
    before.destroy()
    await recorder.after(1)
    const within = await greeted('smtp')
    await toData(within, BOB)
    within.write('Subject: half of it\r\n')
    within.destroy()
    const [gone, broken] = await recorder.after(2)
    assert.deepEqual(told(gone ?? { events: [] }).at(-1), ['smtp.abandoned', {}])
    assert.deepEqual(told(broken ?? { events: [] }).at(-1), ['smtp.message-rejected', { code: 421, reason: '4.4.2 the connection was lost' }])
    await idle(mail.manager)
    assert.equal(recorder.traces.length, 2, 'once each')
    assert.deepEqual(sink.messages, [])
  })

  test('is one for each message of a connection, and none where no recipient was named', async () => {
    const client = await greeted('smtp')
    await client.command(`MAIL FROM:<${SENDER}>`)
    await client.command('RSET')
    for (const to of [ALICE, BOB]) {
      await toData(client, to)
      client.write(`${TEXT}\r\n.\r\n`)
      await client.reply()
    }
    await client.command('MAIL FROM:<>')
    await client.command(`RCPT TO:<${ALICE}>`)
    await client.command('EHLO again.example')
    await client.command('QUIT')
    const traces = await recorder.after(3)
    await idle(mail.manager)
    assert.deepEqual(traces.map(({ from, recipients }) => [from, ...recipients]), [[SENDER, ALICE], [SENDER, BOB], ['', ALICE]])
  })

  test('stays small, whatever the client sends', async () => {
    const client = await greeted('smtp')
    await client.command(`EHLO ${'h'.repeat(3_000)}.example`)
    await client.command(`MAIL FROM:<${SENDER}>`)
    const named = Array.from({ length: 95 }, (_, nth) => `user${nth}@example.org`)
    for (const to of named) assert.match(await client.command(`RCPT TO:<${to}>`), /^250/)
    const long = `${'n'.repeat(3_000)}@example.org`
    const refused = [long, ...Array.from({ length: 70 }, (_, nth) => `nobody${nth}@example.org`)]
    for (const to of [...named.slice(0, 5), ...refused]) await client.command(`RCPT TO:<${to}>`)
    client.destroy()
    const [trace] = await recorder.after(1)
    assert.ok(trace)
    assert.equal(trace.recipients.length, 150)
    assert.deepEqual(trace.recipients.slice(0, 95), named)
    assert.ok(trace.events.length <= 160, String(trace.events.length))
    const texts = trace.events.flatMap(({ values }) => Object.values(isJsonObject(values) ? values : {})).concat(trace.recipients)
    assert.deepEqual(texts.filter(text => String(text).length > 320), [])
  })

  test('is not asked for where nobody wants it', async () => {
    const { traces } = mailOptions(sink)
    assert.equal(traces, undefined)
    const untraced = await startMail(sink)
    const client = await LineClient.open(untraced.port('smtp'))
    clients.push(client)
    await client.reply()
    await client.command('EHLO client.example')
    await toData(client, ALICE)
    client.write(`${TEXT}\r\n.\r\n`)
    assert.match(await client.reply(), /^250/)
    await untraced.stop()
  })
})
