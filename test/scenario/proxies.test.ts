/** Clients behind a proxy, over real sockets: who they are is what the PROXY header says, where the proxy is trusted. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { httpProtocol } from '../../src/listeners/http-server.ts'
import { mailProtocols } from '../../src/listeners/mail/mail-server.ts'
import type { ListenerManagerOptions } from '../../src/listeners/manager.ts'
import type { NetworkListener } from '../../src/listeners/network-listener.ts'
import { PROXY_HEADER_MS_MAX } from '../../src/listeners/proxy/proxied-socket.ts'
import { create, list, part } from '../support/api-call.ts'
import { LineClient } from '../support/line-client.ts'
import { idle, listener, mailOptions, RecordingSink, recordingLog, startListeners } from '../support/listeners.ts'
import type { Running } from '../support/listeners.ts'
import { ADMIN_PASSWORD, eventually, startServer } from '../support/server.ts'

const TRUSTED = { overrideProxyTrustedNetworks: { '127.0.0.0/8': true } } as const
const FROM_V1 = 'PROXY TCP4 203.0.113.9 198.51.100.1 40000 25\r\n'
const FROM_V2 = Buffer.concat([
  Buffer.from('0d0a0d0a000d0a515549540a2111001c', 'hex'), Buffer.of(203, 0, 113, 9, 198, 51, 100, 1, 156, 64, 0, 25),
  // A field of 13 bytes that nobody here knows.
  Buffer.of(0xe0, 0, 13), Buffer.alloc(13, 0x0a),
])
const LOCAL_V2 = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')
const TLS = { rejectUnauthorized: false, servername: 'mx.example.org' }
const GET = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

/** Answers with whom it takes for the client. */
const whoAmI = httpProtocol((request, response) => {
  response.end(`<${request.socket.remoteAddress} ${request.socket.remotePort} ${request.socket.remoteFamily}>`)
})
const web = (fields: Partial<NetworkListener> = {}) => listener({ name: 'http', protocol: 'http', ...fields })

async function withListeners(
  listeners: readonly NetworkListener[], work: (running: Running, sink: RecordingSink) => Promise<void>,
  options: Partial<ListenerManagerOptions> = {},
): Promise<void> {
  const sink = new RecordingSink()
  const protocols = { http: whoAmI, ...mailProtocols(mailOptions(sink)) }
  const running = await startListeners(listeners, { protocols, ...options })
  try {
    await work(running, sink)
  } finally {
    await running.manager.stop()
  }
}

suite('HTTP behind a proxy', () => {
  test('is answered as the client that the header names, version 1 and 2, in one segment or many', async () => {
    await withListeners([web(TRUSTED)], async ({ port }) => {
      for (const header of [Buffer.from(FROM_V1), FROM_V2]) {
        const together = await LineClient.open(port('http'))
        together.write(Buffer.concat([header, Buffer.from(GET)]))
        assert.match(await together.rest(), /<203\.0\.113\.9 40000 IPv4>$/)
        const slow = await LineClient.open(port('http'))
        for (const byte of Buffer.concat([header, Buffer.from(GET)])) {
          slow.write(Buffer.of(byte))
          await new Promise<void>(resolve => { setImmediate(resolve) })
        }
        assert.match(await slow.rest(), /<203\.0\.113\.9 40000 IPv4>$/)
      }
    })
  })

  test('stays the same client for every request of the connection', async () => {
    await withListeners([web(TRUSTED)], async ({ port }) => {
      const client = await LineClient.open(port('http'), 'PROXY TCP6 2001:db8::7 ::1 1 2\r\n')
      client.write(GET.replace('close', 'keep-alive'))
      for (let line = await client.line(); line !== ''; line = await client.line()) assert.notEqual(line, null)
      client.write(GET)
      assert.equal((await client.rest()).match(/<2001:db8::7 1 IPv6>/g)?.length, 2)
    })
  })

  test('comes before TLS', async () => {
    await withListeners([web({ ...TRUSTED, useTls: true, tlsImplicit: true })], async ({ port, manager }) => {
      for (const header of [FROM_V1, FROM_V2]) {
        const client = await LineClient.open(port('http'))
        client.write(header)
        await client.startTls(TLS)
        client.write(GET)
        assert.match(await client.rest(), /<203\.0\.113\.9 40000 IPv4>$/)
      }
      await idle(manager)
    })
  })

  test('is the proxy itself where the header says so', async () => {
    await withListeners([web(TRUSTED)], async ({ port }) => {
      for (const header of [LOCAL_V2, Buffer.from('PROXY UNKNOWN\r\n')]) {
        const client = await LineClient.open(port('http'))
        client.write(Buffer.concat([header, Buffer.from(GET)]))
        assert.match(await client.rest(), /<127\.0\.0\.1 \d+ IPv4>$/)
      }
    })
  })
})

suite('mail behind a proxy', () => {
  test('is traced to the client that the header names, through STARTTLS too', async () => {
    const fields = { ...TRUSTED, useTls: true }
    await withListeners([listener(fields), listener({ ...fields, name: 'lmtp', protocol: 'lmtp' })], async ({ port }, sink) => {
      for (const [name, hello] of [['smtp', 'EHLO'], ['lmtp', 'LHLO']] as const) {
        const client = await LineClient.open(port(name))
        client.write(FROM_V2)
        assert.match(await client.reply(), /^220 /)
        await client.command(`${hello} client.example`)
        await client.command('STARTTLS')
        await client.startTls(TLS)
        for (const command of [`${hello} client.example`, 'MAIL FROM:<a@example.net>', 'RCPT TO:<alice@example.org>', 'DATA']) {
          assert.match(await client.command(command), /^[23]/, command)
        }
        assert.match(await client.command('Subject: hi\r\n\r\nhi\r\n.'), /^250 /)
        client.destroy()
        assert.match(String(sink.messages.at(-1)?.content), /Received: from client\.example \(\[203\.0\.113\.9\]\)/)
      }
    })
  })
})

suite('a header that is missing, wrong or not trusted', () => {
  test('ends the connection without an answer, and an operator is told', async () => {
    const log = recordingLog()
    await withListeners([listener(TRUSTED), web(TRUSTED)], async ({ port, manager }) => {
      for (const [name, text] of [['smtp', 'EHLO client.example\r\n'], ['http', GET], ['http', 'PROXY TCP4 x y 1 2\r\n']] as const) {
        const client = await LineClient.open(port(name), text)
        assert.equal(await client.rest(), '')
      }
      const probe = await LineClient.open(port('smtp'))
      probe.end()
      assert.equal(await probe.rest(), '')
      await idle(manager)
      const said = log.lines.filter(({ level }) => level === 'warn')
      assert.equal(said.length, 3, 'a probe that says nothing is none of them')
      assert.deepEqual(said[0]?.fields, { listener: 'smtp', proxy: '127.0.0.1', error: 'it does not begin with a PROXY header' })
    }, { log })
  })

  test('is not waited for for long', async () => {
    const clock = new VirtualClock()
    await withListeners([listener(TRUSTED)], async ({ port, manager }) => {
      const client = await LineClient.open(port('smtp'), 'PROXY TCP4')
      while (manager.state()[0]?.addresses[0]?.connections === 0) {
        await new Promise<void>(resolve => { setImmediate(resolve) })
      }
      await clock.advance(PROXY_HEADER_MS_MAX)
      assert.equal(await client.rest(), '')
    }, { clock })
  })

  test('is bad input from everybody else', async () => {
    const elsewhere = { overrideProxyTrustedNetworks: { '10.0.0.0/8': true, '::1': true } } as const
    await withListeners([listener(elsewhere), web(elsewhere)], async ({ port }) => {
      const http = await LineClient.open(port('http'), FROM_V1 + GET)
      assert.match(await http.rest(), /^HTTP\/1\.1 400 /)
      const mail = await LineClient.open(port('smtp'))
      assert.match(await mail.reply(), /^220 /)
      assert.match(await mail.command(FROM_V1.trimEnd()), /^500 /)
      mail.destroy()
      const plain = await LineClient.open(port('http'), GET)
      assert.match(await plain.rest(), /<127\.0\.0\.1 /)
    })
  })

  test('counts from the moment at which a network is trusted', async () => {
    await withListeners([web()], async ({ port, manager }) => {
      const before = port('http')
      await manager.apply([web(TRUSTED)])
      assert.equal(port('http'), before, 'the socket stays')
      const client = await LineClient.open(before, FROM_V1 + GET)
      assert.match(await client.rest(), /<203\.0\.113\.9 /)
    })
  })
})

test('on a whole node: the audit log names the client, and a key works from its networks alone', async () => {
  await using node = await startServer()
  const proxied: JsonObject = {
    name: 'proxied', protocol: 'http', bind: { '127.0.0.1:0': true }, useTls: false,
    overrideProxyTrustedNetworks: { '127.0.0.1': true },
  }
  await create(node, 'NetworkListener', proxied)
  const port = await eventually(() => Promise.resolve(node.server.listeners
    .find(({ name }) => name === 'proxied')?.addresses.find(({ state }) => state === 'up')?.port), 'the listener is up')
  const ask = async (source: string, authorization: string, calls: readonly unknown[]): Promise<string> => {
    const body = JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls: calls })
    const client = await LineClient.open(port, `PROXY TCP4 ${source} 198.51.100.1 40000 443\r\n`)
    client.write(`POST /jmap HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`
      + `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
    return client.rest()
  }
  assert.match(await ask('203.0.113.9', `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`, [
    ['x:ClusterRole/set', { create: { r: { name: 'edge' } } }, '0'],
  ]), /"created":\{"r"/)
  const entries = await list(node, 'AuditEntry', { objectName: 'ClusterRole' })
  assert.deepEqual(entries.map(entry => entry['remote']), ['203.0.113.9'])
  const [made] = await node.call([['x:ApiKey/set', {
    create: { k: { description: 'proxied', allowedIps: { '203.0.113.0/24': true } } },
  }]])
  const key = `Bearer ${String(part(part(made ?? {}, 'created'), 'k')['secret'])}`
  assert.match(await ask('203.0.113.9', key, []), /^HTTP\/1\.1 200 /)
  assert.match(await ask('192.0.2.1', key, []), /^HTTP\/1\.1 401 /)
})
