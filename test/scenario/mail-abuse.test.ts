/** Clients that are broken or hostile: the server keeps its head, and nothing is stored that was not sent whole. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { LineClient } from '../support/line-client.ts'
import { bodyOf, idle, RecordingSink, startMail } from '../support/listeners.ts'
import type { Running } from '../support/listeners.ts'

type MailArguments = Parameters<typeof startMail>

async function withMail(
  work: (mail: Running, sink: RecordingSink) => Promise<void>, fields: MailArguments[1] = {}, options: MailArguments[2] = {},
): Promise<void> {
  const sink = new RecordingSink()
  const mail = await startMail(sink, fields, options)
  try {
    await work(mail, sink)
  } finally {
    await mail.stop()
  }
}

async function hello(mail: Running, kind: 'smtp' | 'lmtp'): Promise<LineClient> {
  const client = await LineClient.open(mail.port(kind))
  assert.match(await client.reply(), /^220 /)
  assert.match(await client.command(kind === 'smtp' ? 'EHLO client.example' : 'LHLO client.example'), /^250-/)
  return client
}

async function inData(mail: Running, kind: 'smtp' | 'lmtp'): Promise<LineClient> {
  const client = await hello(mail, kind)
  await toData(client)
  return client
}

async function toData(client: LineClient): Promise<void> {
  await client.command('MAIL FROM:<sender@client.example>')
  await client.command('RCPT TO:<alice@example.org>')
  assert.match(await client.command('DATA'), /^354 /)
}

/** The server still does what it is for. */
async function serves(mail: Running, sink: RecordingSink): Promise<void> {
  const client = await inData(mail, 'lmtp')
  assert.match(await client.command('still here\r\n.'), /^250 /)
  assert.equal(bodyOf(sink.messages.pop()), 'still here\r\n')
  client.destroy()
}

test('only CRLF . CRLF ends a message: what looks like an end elsewhere is text (SMTP smuggling)', async () => {
  await withMail(async (mail, sink) => {
    const smuggled = 'MAIL FROM:<admin@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nevil\r\n'
    for (const kind of ['smtp', 'lmtp'] as const) {
      const client = await hello(mail, kind)
      for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\n.\r', '\r\n\0.\r\n', '\r\n.\0\r\n']) {
        await toData(client)
        client.write(`first${end}${smuggled}`)
        assert.match(await client.command('.'), /^250 /, JSON.stringify(end))
        assert.match(await client.command('NOOP'), /^250 2\.0\.0 OK/, 'one reply, no other command was seen')
        const message = sink.messages.pop()
        assert.equal(bodyOf(message), `first${end}${smuggled}`)
        assert.deepEqual(message?.recipients, ['alice@example.org'])
        assert.equal(sink.messages.length, 0)
      }
      client.destroy()
    }
  })
})

test('a command line of 1 MB is refused and its connection closed', async () => {
  await withMail(async (mail, sink) => {
    for (const [kind, line] of [['smtp', `EHLO ${'x'.repeat(1_000_000)}`], ['lmtp', 'x'.repeat(1_000_000)]] as const) {
      const client = await hello(mail, kind)
      client.write(`${line}\r\n`)
      assert.match(await client.reply(), /^421 \S+ .*too long/)
      assert.equal(await client.rest(), '')
    }
    await serves(mail, sink)
  })
})

test('a text line of 1 MB, NUL bytes and every other byte are kept as they came', async () => {
  await withMail(async (mail, sink) => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const body = Buffer.concat([Buffer.from(`Subject: \0x\r\n\r\n${'y'.repeat(1_000_000)}\r\n`), bytes, Buffer.from('\r\n')])
    const client = await inData(mail, 'lmtp')
    client.write(body)
    assert.match(await client.command('.'), /^250 /)
    assert.equal(bodyOf(sink.messages[0]), body.toString('latin1'))
    client.destroy()
  })
})

test('NUL and other control characters in commands are refused, unused', async () => {
  await withMail(async (mail, sink) => {
    const client = await hello(mail, 'smtp')
    for (const command of ['MAIL FROM:<a\0b@client.example>', 'MAIL FROM:<a@client.example> SIZE=1\0', 'EHLO client\0.example']) {
      assert.match(await client.command(command), /^501 /, JSON.stringify(command))
    }
    await client.command('MAIL FROM:<a@client.example>')
    assert.match(await client.command('RCPT TO:<alice\0@example.org>'), /^501 /)
    assert.match(await client.command('RCPT TO:<alice@example.org\r>'), /^501 /)
    assert.equal(sink.lookups, 0)
    client.destroy()
    await serves(mail, sink)
  })
})

test('nothing is left of a message whose connection is cut in the middle of DATA', async () => {
  await withMail(async (mail, sink) => {
    for (const kind of ['lmtp', 'smtp'] as const) {
      for (const cut of ['destroy', 'end'] as const) {
        for (const part of ['', 'Subject: half', 'Subject: half\r\n\r\ntext\r\n', 'text\r\n.', 'text\r\n.\r', 'z'.repeat(300_000)]) {
          const client = await inData(mail, kind)
          client.write(part)
          client[cut]()
          await client.rest()
          await idle(mail.manager)
        }
      }
    }
    assert.deepEqual(sink.messages, [])
    await serves(mail, sink)
  })
})

test('commands that were pipelined in clear behind STARTTLS are forgotten', async () => {
  await withMail(async (mail, sink) => {
    const client = await hello(mail, 'smtp')
    const injected = 'RSET\r\n'.repeat(500) + 'EHLO evil.example\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<alice@example.org>\r\n'
    client.write(`STARTTLS\r\n${injected}`)
    assert.match(await client.reply(), /^220 /)
    await client.startTls({ ca: mail.certificate.current().cert, servername: 'mx.example.org' })
    assert.match(await client.command('DATA'), /^503 /, 'no greeting, no sender, no recipient from before')
    assert.match(await client.command('EHLO client.example'), /^250-/)
    assert.match(await client.command('RCPT TO:<bob@example.org>'), /^503 /)
    assert.match(await client.command('STARTTLS'), /^503 /)
    assert.equal(sink.lookups, 0)
    client.destroy()
    await idle(mail.manager)
  }, { useTls: true })
})

test('what was said before STARTTLS is forgotten too (RFC 3207 §4.2)', async () => {
  await withMail(async (mail, sink) => {
    const client = await inData(mail, 'lmtp')
    await client.command('text\r\n.')
    await client.command('MAIL FROM:<sender@client.example>')
    await client.command('RCPT TO:<alice@example.org>')
    await client.command('STARTTLS')
    await client.startTls({ ca: mail.certificate.current().cert, servername: 'mx.example.org' })
    assert.match(await client.command('DATA'), /^503 /)
    assert.equal(sink.messages.length, 1)
    client.destroy()
  }, { useTls: true })
})

test('a client that begins STARTTLS and says no more is dropped in time', async () => {
  const clock = new VirtualClock()
  await withMail(async mail => {
    const client = await hello(mail, 'smtp')
    assert.match(await client.command('STARTTLS'), /^220 /)
    await clock.advance(9_999)
    assert.equal(mail.manager.state().find(({ name }) => name === 'smtp')?.addresses[0]?.connections, 1)
    await clock.advance(1)
    assert.equal(await client.rest(), '')
    await idle(mail.manager)
  }, { useTls: true, tlsTimeout: 10_000 }, { clock })
})

test('a message that takes too long is given up', async () => {
  const clock = new VirtualClock()
  await withMail(async (mail, sink) => {
    const client = await inData(mail, 'lmtp')
    client.write('Subject: slow\r\n')
    await clock.advance(60_000)
    assert.match(await client.reply(), /^421 4\.4\.2 /)
    assert.equal(await client.rest(), '')
    assert.deepEqual(sink.messages, [])
  }, {}, { clock, limits: { dataMsMax: 60_000 } })
})

test('a silent client is told so and closed', async () => {
  await withMail(async mail => {
    const client = await LineClient.open(mail.port('lmtp'))
    assert.match(await client.reply(), /^220 /)
    assert.match(await client.reply(), /^421 4\.4\.2 /)
    assert.equal(await client.rest(), '')
  }, {}, { limits: { idleMsMax: 60 } })
})

test('errors are counted, whatever they are, and forgiven with a message', async () => {
  await withMail(async (mail, sink) => {
    const client = await inData(mail, 'lmtp')
    await client.command('text\r\n.')
    await client.command('MAIL FROM:<sender@client.example>')
    for (let count = 0; count < 4; count++) assert.match(await client.command('RCPT TO:<nobody@example.org>'), /^550 /)
    await client.command('RCPT TO:<alice@example.org>')
    await client.command('DATA')
    assert.match(await client.command('text\r\n.'), /^250 /)
    for (let count = 0; count < 4; count++) assert.match(await client.command('RCPT TO'), /^501 /)
    client.write('RCPT TO\r\n')
    assert.match(await client.reply(), /^501 /)
    assert.match(await client.reply(), /^421 4\.7\.0 /)
    assert.equal(await client.rest(), '')
    assert.equal(sink.messages.length, 2)
  }, {}, { limits: { errorsMax: 5 } })
})

test('unknown commands, web pages and clients that talk before they are greeted are closed', async () => {
  await withMail(async (mail, sink) => {
    const unknown = await hello(mail, 'smtp')
    for (let count = 0; count < 9; count++) assert.match(await unknown.command('FROB'), /^500 /)
    assert.match(await unknown.command('FROB'), /^421 /)
    const page = await LineClient.open(mail.port('lmtp'))
    await page.reply()
    assert.match(await page.command('POST / HTTP/1.1'), /^421 /)
    const early = await LineClient.open(mail.port('smtp'), 'EHLO spam.example\r\n')
    assert.match(await early.reply(), /^421 /)
    for (const client of [unknown, page, early]) assert.equal(await client.rest(), '')
    await serves(mail, sink)
  })
})

test('a client may pipeline a whole transaction, and leave before the reply', async () => {
  await withMail(async (mail, sink) => {
    const client = await LineClient.open(mail.port('lmtp'))
    await client.reply()
    const recipients = 'RCPT TO:<alice@example.org>\r\nRCPT TO:<nobody@example.org>\r\n'
    client.write(`LHLO c\r\nMAIL FROM:<s@c.example>\r\n${recipients}DATA\r\ntext\r\n.\r\nQUIT\r\n`)
    const codes = []
    for (let reply = 0; reply < 7; reply++) codes.push((await client.reply()).slice(0, 3))
    assert.deepEqual(codes, ['250', '250', '250', '550', '354', '250', '221'])
    assert.equal(await client.rest(), '')
    const deliverAsUsual = sink.deliver.bind(sink)
    let deliver: () => void = () => {}
    const begun = new Promise<void>(resolve => {
      sink.deliver = async () => {
        resolve()
        await new Promise<void>(done => { deliver = done })
        return [{ kind: 'delivered', id: '0000000000001' }]
      }
    })
    const impatient = await inData(mail, 'smtp')
    impatient.write('text\r\n.\r\n')
    await begun
    impatient.destroy()
    await idle(mail.manager)
    deliver()
    sink.deliver = deliverAsUsual
    sink.messages.length = 0
    await serves(mail, sink)
  })
})

test('a message of nothing but dots costs no more than its size', async () => {
  await withMail(async (mail, sink) => {
    const client = await inData(mail, 'lmtp')
    const lines = 20_000
    client.write('..\r\n'.repeat(lines))
    assert.match(await client.command('.'), /^250 /)
    assert.equal(bodyOf(sink.messages[0]), '.\r\n'.repeat(lines))
    client.destroy()
  })
})
