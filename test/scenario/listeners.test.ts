/** The listener manager on real sockets: what is bound, what is not and why, and how connections outlive a change. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { httpProtocol } from '../../src/listeners/http-server.ts'
import { mailProtocols } from '../../src/listeners/mail/mail-server.ts'
import type { ListenerManagerOptions } from '../../src/listeners/manager.ts'
import type { NetworkListener } from '../../src/listeners/network-listener.ts'
import { selfMadeCertificate } from '../../src/listeners/tls/self-made.ts'
import { LineClient } from '../support/line-client.ts'
import { idle, listener, mailOptions, RecordingSink, recordingLog, startListeners, until } from '../support/listeners.ts'
import type { Running } from '../support/listeners.ts'

const hi = httpProtocol((_, response) => { response.end('hi') })

async function withListeners(
  listeners: readonly NetworkListener[], options: Partial<ListenerManagerOptions>,
  work: (running: Running, sink: RecordingSink) => Promise<void>,
): Promise<void> {
  const sink = new RecordingSink()
  const running = await startListeners(listeners, { protocols: { http: hi, ...mailProtocols(mailOptions(sink)) }, ...options })
  try {
    await work(running, sink)
  } finally {
    await running.manager.stop()
  }
}

const smtp = (fields: Partial<NetworkListener> = {}) => listener({ name: 'smtp', ...fields })
const lmtp = (fields: Partial<NetworkListener> = {}) => listener({ name: 'lmtp', protocol: 'lmtp', ...fields })
const web = (fields: Partial<NetworkListener> = {}) => listener({ name: 'http', protocol: 'http', ...fields })
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

async function occupied(): Promise<{ port: number; server: Server }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, server }
}

async function refused(port: number): Promise<void> {
  await assert.rejects(LineClient.open(port), { code: 'ECONNREFUSED' })
}

/** The protocol that a handshake agrees on, or the code of its failure. */
async function handshake(port: number, options: ConnectionOptions): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, servername: 'mx.example.org', ...options })
  try {
    await once(socket, 'secureConnect')
    return `${socket.getProtocol()} ${socket.getCipher().standardName}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? ''
  } finally {
    socket.destroy()
  }
}

test('a port that is in use is named, the rest is up, and it is taken when it is free', async () => {
  const clock = new VirtualClock()
  const log = recordingLog()
  const { port, server } = await occupied()
  const listeners = [smtp({ bind: { [`127.0.0.1:${port}`]: true, '127.0.0.1:0': true } }), lmtp()]
  await withListeners(listeners, { clock, log }, async ({ manager, port: portOf }) => {
    const address = () => manager.state().find(({ name }) => name === 'smtp')?.addresses.find(each => each.port === port)
    const error = `listener 'smtp' cannot bind 127.0.0.1:${port}: the port is in use by another program`
    const since = clock.now()
    assert.deepEqual(address(), { address: '127.0.0.1', port, state: 'failed', error, since, connections: 0 })
    for (const name of ['smtp', 'lmtp']) (await LineClient.open(portOf(name))).destroy()
    await clock.advance(3_500)
    assert.equal(address()?.since, since, 'it has been failed all the time')
    assert.equal(log.lines.filter(line => line.level === 'error').length, 1, 'the same failure is said once')
    server.close()
    await once(server, 'close')
    await clock.advance(3_499)
    assert.equal(address()?.state, 'failed', 'tried after 1, 3 and 7 s')
    const up = until(manager, () => address()?.state === 'up')
    await clock.advance(1)
    await up
    assert.equal(address()?.error, null)
    assert.ok((address()?.since ?? 0) > since)
    const client = await LineClient.open(port)
    client.destroy()
  })
  await refused(port)
})

test('what stopped while it was failing is not tried again', async () => {
  const clock = new VirtualClock()
  const { port, server } = await occupied()
  await withListeners([smtp({ bind: { [`127.0.0.1:${port}`]: true } })], { clock }, async ({ manager }) => {
    await manager.apply([])
    assert.deepEqual(manager.state(), [])
    server.close()
    await once(server, 'close')
    await clock.advance(60_000)
    await refused(port)
  })
})

test('a protocol without a server, an override and a name that matches nothing are reported', async () => {
  const log = recordingLog()
  const binds = new Map([['http', { host: '127.0.0.1', port: 0 }], ['ghost', { host: '127.0.0.1', port: 0 }]])
  const imap = listener({ name: 'imap', protocol: 'imap', bind: { '127.0.0.1:0': true } })
  await withListeners([imap, web({ bind: { '192.0.2.1:80': true } })], { log, binds }, async ({ manager, port }) => {
    const [first] = manager.state()[1]?.addresses ?? []
    assert.equal(first?.state, 'unsupported')
    assert.equal(first.error, 'this version of Rota has no imap server')
    assert.deepEqual(manager.unmatchedBinds, ['ghost'])
    assert.ok(port('http') > 0, 'bound where this node wants it')
    await manager.apply([imap])
    const said = log.lines.filter(({ level }) => level !== 'info')
    assert.equal(said.length, 3, JSON.stringify(said))
    assert.deepEqual(manager.unmatchedBinds, ['http', 'ghost'])
  })
})

test('an address that this machine does not have fails alone', async () => {
  await withListeners([smtp({ bind: { '192.0.2.1:2525': true, '127.0.0.1:0': true } })], {}, async ({ manager }) => {
    const addresses = manager.state()[0]?.addresses ?? []
    assert.deepEqual(addresses.map(({ state }) => state).sort(), ['failed', 'up'])
    assert.match(addresses.find(({ state }) => state === 'failed')?.error ?? '', /cannot bind 192\.0\.2\.1:2525: no interface of this machine/)
  })
})

test('a bind that changes leaves the other addresses and their connections alone', async () => {
  const { port: spare, server } = await occupied()
  server.close()
  await once(server, 'close')
  await withListeners([smtp({ bind: { '127.0.0.1:0': true, [`127.0.0.1:${spare}`]: true } })], {}, async ({ manager }) => {
    const kept = manager.state()[0]?.addresses.find(({ port }) => port !== spare)?.port ?? 0
    const [stays, goes] = [await LineClient.open(kept), await LineClient.open(spare)]
    for (const client of [stays, goes]) assert.match(await client.reply(), /^220 /)
    await manager.apply([smtp({ bind: { '127.0.0.1:0': true } })])
    await refused(spare)
    assert.match(await goes.reply(), /^421 4\.3\.2 /, 'it was idle')
    assert.equal(manager.state()[0]?.addresses[0]?.port, kept)
    assert.match(await stays.command('EHLO client.example'), /^250-/)
    stays.destroy()
  })
})

test('a removed listener accepts no more; who is in a transaction finishes it', async () => {
  await withListeners([smtp(), lmtp()], {}, async ({ manager, port }, sink) => {
    const [smtpPort, client] = [port('smtp'), await LineClient.open(port('smtp'))]
    await client.reply()
    const commands = ['EHLO c.example', 'MAIL FROM:<s@c.example>', 'RCPT TO:<alice@example.org>']
    for (const command of commands) await client.command(command)
    await manager.apply([lmtp()])
    await refused(smtpPort)
    assert.equal(manager.state().find(({ name }) => name === 'smtp')?.addresses[0]?.state, 'draining')
    assert.match(await client.command('RCPT TO:<bob@example.org>'), /^250 /)
    assert.match(await client.command('DATA'), /^354 /)
    assert.match(await client.command('text\r\n.'), /^250 2\.6\.0 /)
    assert.match(await client.reply(), /^421 4\.3\.2 /)
    assert.equal(await client.rest(), '')
    assert.equal(sink.messages[0]?.recipients.length, 2)
    await until(manager, state => state.every(({ name }) => name !== 'smtp'))
  })
})

test('what will not finish is cut after the limit', async () => {
  const clock = new VirtualClock()
  await withListeners([lmtp()], { clock, drainMsMax: 30_000 }, async ({ manager, port }, sink) => {
    const client = await LineClient.open(port('lmtp'))
    await client.reply()
    const commands = ['LHLO c.example', 'MAIL FROM:<s@c.example>', 'RCPT TO:<alice@example.org>', 'DATA']
    for (const command of commands) await client.command(command)
    client.write('half')
    const stopped = manager.stop()
    await clock.advance(29_999)
    assert.equal(manager.state()[0]?.addresses[0]?.connections, 1)
    await clock.advance(1)
    await stopped
    assert.equal(await client.rest(), '')
    assert.deepEqual(sink.messages, [])
    assert.deepEqual(manager.state(), [])
  })
})

test('who is in a hurry need not wait for what drains', async () => {
  await withListeners([lmtp()], { clock: new VirtualClock() }, async ({ manager, port }) => {
    const client = await LineClient.open(port('lmtp'))
    await client.reply()
    for (const command of ['LHLO c.example', 'MAIL FROM:<s@c.example>']) await client.command(command)
    manager.hurry()
    assert.match(await client.command('NOOP'), /^250 /, 'nothing drains yet')
    const stopped = manager.stop()
    manager.hurry()
    await stopped
    assert.equal(await client.rest(), '')
  })
})

test('HTTP: the running request gets its answer, idle connections are closed at once', async () => {
  const asked = Promise.withResolvers<() => void>()
  const slow = httpProtocol((request, response) => {
    if (request.url === '/') response.end('hi')
    else asked.resolve(() => { response.end('done') })
  })
  const running = await startListeners([web()], { protocols: { http: slow } })
  const port = running.port('http')
  const [busy, idling, streaming] = [await LineClient.open(port), await LineClient.open(port), await LineClient.open(port)]
  busy.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
  const answer = await asked.promise
  idling.write(GET)
  assert.equal(await idling.line(), 'HTTP/1.1 200 OK')
  const stopped = running.manager.stop()
  assert.match(await idling.rest(), /hi$/)
  assert.equal(await streaming.rest(), '', 'one that never asked anything')
  await refused(port)
  answer()
  const text = await busy.rest()
  assert.match(text, /^HTTP\/1\.1 200 OK\r\nConnection: close\r\n[^]*done$/)
  await stopped
})

test('maxConnections counts over all addresses; one too many is told and closed, and room is given back', async () => {
  const bind = { '127.0.0.1:0': true, '127.0.0.1:00': true }
  await withListeners([lmtp({ maxConnections: 2, bind }), web({ maxConnections: 1 })], {}, async ({ manager, port }) => {
    const ports = manager.state().find(({ name }) => name === 'lmtp')?.addresses.map(address => address.port) ?? []
    assert.equal(new Set(ports).size, 2)
    const [one, two] = [await LineClient.open(ports[0] ?? 0), await LineClient.open(ports[1] ?? 0)]
    for (const client of [one, two]) assert.match(await client.reply(), /^220 /)
    const third = await LineClient.open(port('lmtp'))
    assert.match(await third.reply(), /^421 4\.3\.2 too many connections/)
    assert.equal(await third.rest(), '')
    const [reader, refusedReader] = [await LineClient.open(port('http')), await LineClient.open(port('http'))]
    assert.match(await refusedReader.rest(), /^HTTP\/1\.1 503 /)
    reader.write(GET)
    assert.equal(await reader.line(), 'HTTP/1.1 200 OK')
    for (const client of [one, two, reader]) client.destroy()
    await idle(manager)
    const again = await LineClient.open(port('lmtp'))
    assert.match(await again.reply(), /^220 /)
    await manager.apply([lmtp({ maxConnections: 1 })])
    const more = await LineClient.open(port('lmtp'))
    assert.match(await more.reply(), /^421 /, 'a new limit counts at once')
    assert.match(await again.command('NOOP'), /^250 /, 'and cuts nobody')
    again.destroy()
  })
})

test('one source may have half of the connections, and nobody else is shut out by it', async () => {
  await withListeners([lmtp({ maxConnections: 130 })], {}, async ({ port }) => {
    const greedy = await Promise.all(Array.from({ length: 65 }, () => LineClient.open(port('lmtp'))))
    for (const client of greedy) assert.match(await client.reply(), /^220 /)
    const more = await LineClient.open(port('lmtp'))
    assert.match(await more.reply(), /^421 4\.3\.2 too many connections/)
    const other = await LineClient.open(port('lmtp'), '', '127.0.0.2')
    assert.match(await other.reply(), /^220 /)
    for (const client of [...greedy, other]) client.destroy()
  })
})

const AES = ['tls13-aes-256-gcm-sha384', 'tls13-aes-128-gcm-sha256']

test('TLS versions and cipher suites that are disabled are refused', async () => {
  const tls = { useTls: true, tlsImplicit: true }
  const { cert: ca } = await selfMadeCertificate('x', Date.now())
  await withListeners([
    web({ name: 'new', ...tls, tlsDisableProtocols: { tls12: true } }),
    web({ name: 'old', ...tls, tlsDisableProtocols: { tls13: true } }),
    web({ name: 'picky', ...tls, tlsDisableCipherSuites: Object.fromEntries(AES.map(suite => [suite, true])) }),
    web({ name: 'theirs', ...tls, tlsIgnoreClientOrder: false }),
  ], {}, async ({ port, certificate }) => {
    const trusted = { ca: certificate.current().cert }
    assert.match(await handshake(port('new'), { ...trusted, maxVersion: 'TLSv1.2' }), /^E(RR_SSL|PROTO)/)
    assert.match(await handshake(port('new'), trusted), /^TLSv1\.3 /)
    assert.match(await handshake(port('old'), { ...trusted, minVersion: 'TLSv1.3' }), /^E(RR_SSL|PROTO)/)
    assert.match(await handshake(port('old'), trusted), /^TLSv1\.2 /)
    const ancient = { ...trusted, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    assert.match(await handshake(port('old'), ancient), /^E(RR_SSL|PROTO)/)
    assert.equal(await handshake(port('picky'), trusted), 'TLSv1.3 TLS_CHACHA20_POLY1305_SHA256')
    const order = { ...trusted, ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384' }
    assert.equal(await handshake(port('new'), order), 'TLSv1.3 TLS_AES_256_GCM_SHA384')
    assert.equal(await handshake(port('theirs'), order), 'TLSv1.3 TLS_AES_128_GCM_SHA256')
    assert.equal(await handshake(port('new'), { ca }), 'DEPTH_ZERO_SELF_SIGNED_CERT', 'only who trusts it')
  })
})

test('new TLS settings and a new certificate count for the next handshake; the socket and its connections stay', async () => {
  const settings = { useTls: true, tlsImplicit: true, bind: { '127.0.0.1:0': true } }
  await withListeners([web(settings), smtp({ useTls: true })], {}, async ({ manager, port, certificate }) => {
    const [httpPort, trusted] = [port('http'), { ca: certificate.current().cert, servername: 'mx.example.org' }]
    const client = await LineClient.openTls(httpPort, trusted)
    assert.match(await handshake(httpPort, { ...trusted, maxVersion: 'TLSv1.2' }), /^TLSv1\.2 /)
    await manager.apply([web({ ...settings, tlsDisableProtocols: { tls12: true } }), smtp({ useTls: true })])
    assert.equal(port('http'), httpPort)
    assert.match(await handshake(httpPort, { ...trusted, maxVersion: 'TLSv1.2' }), /^E(RR_SSL|PROTO)/)
    assert.equal(await client.rest(), '', 'an idle connection of the old settings is closed')

    const mail = await LineClient.open(port('smtp'))
    const reader = await LineClient.openTls(httpPort, trusted)
    await mail.reply()
    certificate.replace(await selfMadeCertificate('mx.example.org', Date.now()))
    assert.equal(await handshake(httpPort, trusted), 'DEPTH_ZERO_SELF_SIGNED_CERT')
    const renewed = { ca: certificate.current().cert, servername: 'mx.example.org' }
    assert.match(await handshake(httpPort, renewed), /^TLSv1\.3 /)
    await mail.command('EHLO client.example')
    await mail.command('STARTTLS')
    await mail.startTls(renewed)
    assert.match(await mail.command('EHLO client.example'), /^250-/)
    reader.write(GET)
    assert.equal(await reader.line(), 'HTTP/1.1 200 OK', 'who was there before goes on')
    mail.destroy()
    reader.destroy()
    await idle(manager)
    await manager.apply([])
    assert.equal(certificate.watched, 0)
  })
})

test('a client that does not begin or not finish the handshake is dropped', async () => {
  await withListeners([web({ useTls: true, tlsImplicit: true, tlsTimeout: 100 })], {}, async ({ manager, port }) => {
    const silent = await LineClient.open(port('http'))
    assert.equal(await silent.rest(), '')
    const plain = await LineClient.open(port('http'))
    plain.write(GET)
    await plain.rest()
    await idle(manager)
  })
})

test('a new backlog binds anew on the same port, and definitions that follow each other are all worked', async () => {
  const { port: spare, server } = await occupied()
  server.close()
  await once(server, 'close')
  const at = (fields: Partial<NetworkListener>) => smtp({ bind: { [`127.0.0.1:${spare}`]: true }, ...fields })
  await withListeners([at({})], {}, async ({ manager }) => {
    await Promise.all([
      manager.apply([at({ socketBacklog: 5 })]), manager.apply([]), manager.apply([at({ socketBacklog: 6 })]),
      manager.apply([at({ id: 'other', socketBacklog: 6 })]), manager.apply([at({ id: 'other', socketBacklog: 7 })]),
    ])
    await until(manager, state => state.length === 1 && state[0]?.addresses.length === 1)
    assert.deepEqual(manager.state().map(({ id, addresses }) => [id, addresses[0]?.state]), [['other', 'up']])
    const client = await LineClient.open(spare)
    assert.match(await client.reply(), /^220 /)
    client.destroy()
  })
})

test('stop while the first sockets open leaves nothing behind', async () => {
  await withListeners([], {}, async ({ manager }) => {
    const applied = manager.apply([smtp(), lmtp()])
    const stopped = manager.stop()
    await Promise.all([applied, stopped])
    assert.deepEqual(manager.state(), [])
    await manager.apply([smtp()])
    assert.deepEqual(manager.state(), [], 'a stopped manager starts nothing')
  })
})
