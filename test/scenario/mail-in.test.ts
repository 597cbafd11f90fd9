/** Mail from real clients through real sockets: the SMTP and LMTP that a relay meets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTransport } from 'nodemailer'
import { RotaError } from '../../src/errors.ts'
import { LineClient } from '../support/line-client.ts'
import { bodyOf, RecordingSink, startMail } from '../support/listeners.ts'
import type { Running } from '../support/listeners.ts'

type Kind = 'smtp' | 'lmtp'

async function withMail(
  work: (mail: Running, sink: RecordingSink) => Promise<void>,
  fields: Parameters<typeof startMail>[1] = {}, options: Parameters<typeof startMail>[2] = {},
): Promise<void> {
  const sink = new RecordingSink()
  const mail = await startMail(sink, fields, options)
  try {
    await work(mail, sink)
  } finally {
    await mail.stop()
  }
}

async function greeted(mail: Running, kind: Kind): Promise<LineClient> {
  const client = await LineClient.open(mail.port(kind))
  assert.match(await client.reply(), kind === 'smtp' ? /^220 mx\.example\.org ESMTP/ : /^220 mx\.example\.org LMTP/)
  await client.command(kind === 'smtp' ? 'EHLO client.example' : 'LHLO client.example')
  return client
}

async function toData(client: LineClient, ...recipients: string[]): Promise<void> {
  assert.match(await client.command('MAIL FROM:<sender@client.example>'), /^250 2\.1\.0 /)
  for (const recipient of recipients) assert.match(await client.command(`RCPT TO:<${recipient}>`), /^250 2\.1\.5 /)
  assert.match(await client.command('DATA'), /^354 /)
}

test('nodemailer delivers over SMTP with STARTTLS and the self-made certificate', async () => {
  await withMail(async (mail, sink) => {
    const transport = createTransport({
      host: '127.0.0.1', port: mail.port('smtp'), requireTLS: true,
      tls: { ca: mail.certificate.current().cert, servername: 'mx.example.org' },
    })
    const to = ['alice@example.org', 'bob@example.org']
    const sent = await transport.sendMail({ from: 'sender@client.example', to, subject: 'Lunch', text: 'At one?' })
    assert.match(sent.response, /^250 2\.6\.0 /)
    assert.deepEqual(sink.messages[0]?.recipients, ['alice@example.org', 'bob@example.org'])
    assert.equal(sink.messages[0]?.mailFrom, 'sender@client.example')
    const text = Buffer.from(sink.messages[0]?.content ?? []).toString()
    assert.match(text, /^Return-Path: <sender@client\.example>\r\nReceived: from \S+ \(\[127\.0\.0\.1\]\)\r\n/)
    assert.match(text, /\r\n\tby mx\.example\.org with ESMTPS \(TLSv1\.3 TLS_/)
    assert.match(text, /\r\nSubject: Lunch\r\n/)
    transport.close()
  }, { useTls: true })
})

test('nodemailer delivers over LMTP, and over SMTP with implicit TLS', async () => {
  await withMail(async (mail, sink) => {
    const lmtp = createTransport({ host: '127.0.0.1', port: mail.port('lmtp'), lmtp: true, ignoreTLS: true })
    await lmtp.sendMail({ from: 'sender@client.example', to: 'alice@example.org', text: 'one' })
    lmtp.close()
    assert.match(Buffer.from(sink.messages[0]?.content ?? []).toString(), /with LMTP id \S+\r\n\tfor <alice@example\.org>;\r\n/)
  })
  await withMail(async (mail, sink) => {
    const smtps = createTransport({
      host: '127.0.0.1', port: mail.port('smtp'), secure: true, tls: { ca: mail.certificate.current().cert, servername: 'localhost' },
    })
    await smtps.sendMail({ from: 'sender@client.example', to: 'alice@example.org', text: 'two' })
    smtps.close()
    assert.match(sink.body(), /two/)
    assert.match(Buffer.from(sink.messages[0]?.content ?? []).toString(), /with ESMTPS \(TLS/)
  }, { useTls: true, tlsImplicit: true })
})

test('the extensions that are offered: no AUTH; STARTTLS only where there is TLS', async () => {
  for (const useTls of [false, true]) {
    await withMail(async mail => {
      const client = await LineClient.open(mail.port('smtp'))
      await client.reply()
      const features = (await client.command('EHLO client.example')).split('\n').slice(1).map(line => line.slice(4)).sort()
      const expected = ['8BITMIME', 'ENHANCEDSTATUSCODES', 'PIPELINING', 'SIZE 50000000', 'SMTPUTF8', ...(useTls ? ['STARTTLS'] : [])]
      assert.deepEqual(features, expected)
      for (const command of ['AUTH PLAIN AGEAYg==', 'XCLIENT ADDR=192.0.2.1', 'WIZ x', ...(useTls ? [] : ['STARTTLS'])]) {
        assert.match(await client.command(command), /^500 5\.5\.2 /, command)
      }
      client.destroy()
    }, { useTls })
  }
})

test('recipients are checked at RCPT: nobody else\'s mail is relayed', async () => {
  await withMail(async (mail, sink) => {
    const client = await greeted(mail, 'smtp')
    await client.command('MAIL FROM:<>')
    assert.match(await client.command('RCPT TO:<nobody@example.org>'), /^550 5\.1\.1 /)
    assert.match(await client.command('RCPT TO:<alice@other.example>'), /^550 5\.1\.1 /)
    assert.match(await client.command('DATA'), /^503 /)
    assert.match(await client.command('RCPT TO:<Alice@EXAMPLE.org>'), /^250 2\.1\.5 /)
    await client.command('DATA')
    assert.match(await client.command('Subject: bounce\r\n\r\ntext\r\n.'), /^250 2\.6\.0 /)
    assert.equal(sink.messages[0]?.mailFrom, '', 'the null sender is a sender')
    assert.match(Buffer.from(sink.messages[0]?.content ?? []).toString(), /^Return-Path: <>\r\n/)
    assert.equal(sink.body(), 'Subject: bounce\r\n\r\ntext\r\n')
    client.destroy()
  })
})

test('the 101st recipient is told to wait, the hundred get the message', async () => {
  await withMail(async (mail, sink) => {
    const client = await greeted(mail, 'lmtp')
    await client.command('MAIL FROM:<sender@client.example>')
    for (let index = 0; index < 100; index++) assert.match(await client.command(`RCPT TO:<user${index}@example.org>`), /^250 /)
    assert.match(await client.command('RCPT TO:<user100@example.org>'), /^452 4\.5\.3 /)
    await client.command('DATA')
    client.write('text\r\n.\r\n')
    for (let index = 0; index < 100; index++) assert.match(await client.reply(), /^250 2\.6\.0 /)
    assert.equal(sink.messages[0]?.recipients.length, 100)
    client.destroy()
  })
})

test('LMTP answers for each recipient; an address given twice has two replies and one copy', async () => {
  await withMail(async (mail, sink) => {
    sink.refuse = recipient => recipient.startsWith('bob')
      ? { kind: 'refused', code: 452, enhanced: '4.2.2', text: 'mailbox full', temporary: true } : null
    const client = await greeted(mail, 'lmtp')
    await toData(client, 'alice@example.org', 'bob@example.org', 'ALICE@example.org')
    client.write('text\r\n.\r\n')
    assert.match(await client.reply(), /^250 2\.6\.0 /)
    assert.equal(await client.reply(), '452 4.2.2 mailbox full')
    assert.match(await client.reply(), /^250 2\.6\.0 /)
    assert.deepEqual(sink.messages[0]?.recipients, ['alice@example.org', 'bob@example.org'])
    assert.match(await client.command('NOOP'), /^250 2\.0\.0 /, 'no reply too many')
    client.destroy()
  })
})

test('SMTP has one reply: success only when everybody has the message', async () => {
  await withMail(async (mail, sink) => {
    const client = await greeted(mail, 'smtp')
    sink.refuse = () => ({ kind: 'refused', code: 452, enhanced: '4.2.2', text: 'mailbox full', temporary: true })
    await toData(client, 'alice@example.org', 'bob@example.org')
    assert.equal(await client.command('text\r\n.'), '452 4.2.2 mailbox full')
    sink.refuse = recipient => recipient.startsWith('bob')
      ? { kind: 'refused', code: 452, enhanced: '4.2.2', text: 'mailbox full', temporary: true } : null
    await toData(client, 'alice@example.org', 'bob@example.org')
    assert.equal(await client.command('text\r\n.'), '554 5.3.0 delivered to 1 of 2, not to <bob@example.org> mailbox full')
    client.destroy()
  })
})

test('the sink hears the declared size with each recipient', async () => {
  await withMail(async (mail, sink) => {
    const asked: number[] = []
    sink.recipient = (address, octets) => {
      asked.push(octets)
      return Promise.resolve(address)
    }
    for (const parameter of ['', ' SIZE=1234']) {
      const client = await greeted(mail, 'smtp')
      await client.command(`MAIL FROM:<sender@client.example>${parameter}`)
      assert.match(await client.command('RCPT TO:<alice@example.org>'), /^250 /)
      client.destroy()
    }
    assert.deepEqual(asked, [0, 1234])
  })
})

test('what goes wrong inside is temporary and says no more than needed', async () => {
  const failures = [
    [new RotaError('store/unavailable', 'connect ECONNREFUSED 10.0.0.1'), '451 4.3.0 cannot be done now, try again later'],
    [new RotaError('store/full', 'database or disk is full'), '452 4.3.1 no space left for mail, try again later'],
    [new RotaError('mail/over-quota', 'quota'), '452 4.2.2 the mailbox is full, try again later'],
    [new RotaError('mail/never-fits', 'quota'), '552 5.2.3 the message is larger than the mailbox may be'],
    [new TypeError('undefined is not a function'), '451 4.3.0 cannot be done now, try again later'],
  ] as const
  await withMail(async (mail, sink) => {
    for (const [error, reply] of failures) {
      for (const kind of ['smtp', 'lmtp'] as const) {
        sink.deliver = () => Promise.reject(error)
        const client = await greeted(mail, kind)
        await toData(client, 'alice@example.org', 'bob@example.org')
        client.write('text\r\n.\r\n')
        assert.equal(await client.reply(), reply)
        if (kind === 'lmtp') assert.equal(await client.reply(), reply)
        sink.recipient = () => Promise.reject(error)
        await client.command('MAIL FROM:<sender@client.example>')
        assert.equal(await client.command('RCPT TO:<alice@example.org>'), reply)
        sink.recipient = address => Promise.resolve(address)
        client.destroy()
      }
    }
  })
})

test('a message over the limit is refused: at MAIL when the client says its size, else after the dot', async () => {
  await withMail(async (mail, sink) => {
    for (const kind of ['smtp', 'lmtp'] as const) {
      const client = await greeted(mail, kind)
      assert.match(await client.command('MAIL FROM:<a@client.example> SIZE=100001'), /^552 5\.3\.4 /)
      await toData(client, 'alice@example.org', 'bob@example.org')
      client.write(`${'x'.repeat(998)}\r\n`.repeat(101))
      client.write('.\r\n')
      for (const _ of kind === 'lmtp' ? [1, 2] : [1]) assert.match(await client.reply(), /^552 5\.3\.4 /)
      await toData(client, 'alice@example.org')
      client.write(`${'x'.repeat(998)}\r\n`.repeat(100))
      assert.match(await client.command('.'), /^250 2\.6\.0 /, 'the limit itself fits')
      assert.equal(bodyOf(sink.messages.pop()).length, 100_000)
      assert.equal(sink.messages.length, 0)
      client.destroy()
    }
  }, {}, { limits: { messageBytesMax: 100_000 } })
})

test('mail beyond what the node holds at once is put off, and taken when there is room again', async () => {
  await withMail(async (mail, sink) => {
    const [one, two] = [await greeted(mail, 'smtp'), await greeted(mail, 'smtp')]
    let release: () => void = () => {}
    const delivering = new Promise<void>(begun => {
      sink.deliver = async ({ recipients }) => {
        begun()
        await new Promise<void>(resolve => { release = resolve })
        return recipients.map(() => ({ kind: 'delivered', id: '0000000000001' }))
      }
    })
    await toData(one, 'alice@example.org')
    one.write(`${'x'.repeat(60_000)}\r\n.\r\n`)
    await delivering
    await toData(two, 'alice@example.org')
    assert.match(await two.command(`${'y'.repeat(60_000)}\r\n.`), /^452 4\.3\.1 /)
    release()
    assert.match(await one.reply(), /^250 /)
    sink.deliver = ({ recipients }) => Promise.resolve(recipients.map(() => ({ kind: 'delivered', id: '0000000000002' })))
    await toData(two, 'alice@example.org')
    assert.match(await two.command(`${'y'.repeat(60_000)}\r\n.`), /^250 /)
    one.destroy()
    two.destroy()
  }, {}, { limits: { intakeBytesMax: 100_000 } })
})

test('addresses in UTF-8 need SMTPUTF8; domains arrive in their one form', async () => {
  await withMail(async (mail, sink) => {
    const seen: string[] = []
    sink.recipient = address => {
      seen.push(address)
      return Promise.resolve(address)
    }
    const client = await greeted(mail, 'smtp')
    assert.match(await client.command('MAIL FROM:<jörg@client.example>'), /^553 5\.6\.7 /)
    assert.match(await client.command('MAIL FROM:<a@xn--bcher-kva.example>'), /^250 /)
    assert.match(await client.command('RCPT TO:<jörg@example.org>'), /^553 5\.6\.7 /)
    assert.match(await client.command('RCPT TO:<joe@xn--bcher-kva.example>'), /^250 /)
    await client.command('RSET')
    assert.match(await client.command('MAIL FROM:<jörg@bücher.example> SMTPUTF8'), /^250 /)
    assert.match(await client.command('RCPT TO:<jörg@bücher.example>'), /^250 /)
    await client.command('DATA')
    assert.match(await client.command('text\r\n.'), /^250 /)
    assert.deepEqual(seen, ['joe@xn--bcher-kva.example', 'jörg@xn--bcher-kva.example'])
    const text = Buffer.from(sink.messages[0]?.content ?? []).toString()
    assert.match(text, /^Return-Path: <jörg@xn--bcher-kva\.example>\r\n[^]* with UTF8SMTP id/)
    client.destroy()
  })
})

test('dots at the start of lines arrive as the client meant them, however the bytes are cut', async () => {
  const sent = '..first\r\n...\r\n..\r\nplain.\r\n.. \r\n'
  const meant = '.first\r\n..\r\n.\r\nplain.\r\n. \r\n'
  await withMail(async (mail, sink) => {
    const client = await greeted(mail, 'lmtp')
    for (const step of [1, 2, 3, 5, 1_000]) {
      await toData(client, 'alice@example.org')
      const wire = `${sent}.\r\n`
      for (let at = 0; at < wire.length; at += step) {
        client.write(wire.slice(at, at + step))
        await new Promise<void>(resolve => { setImmediate(resolve) })
      }
      assert.match(await client.reply(), /^250 /)
      assert.equal(bodyOf(sink.messages.pop()), meant, `in steps of ${step}`)
    }
    client.destroy()
  })
})
