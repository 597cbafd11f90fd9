/** TLS listeners, and certificate authorities that look behind them whether a host is served (RFC 8737). */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { after, before, suite, test } from 'node:test'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { systemClock } from '../../src/base/clock.ts'
import { httpProtocol } from '../../src/listeners/http-server.ts'
import { challengeCertificate } from '../../src/listeners/tls/self-made.ts'
import { LineClient } from '../support/line-client.ts'
import { idle, listener, startListeners, type Running } from '../support/listeners.ts'

const ANSWER = Buffer.alloc(32, 7)
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

suite('the door for certificate authorities', () => {
  let running: Running
  let port: number
  before(async () => {
    running = await startListeners([listener({ name: 'https', protocol: 'http', useTls: true, tlsImplicit: true })], {
      protocols: { http: httpProtocol((_request, response) => { response.end('hello') }) },
    })
    running.certificate.challenge = host => host === 'asked.example.org' ? challengeCertificate(host, ANSWER, systemClock.now()) : Promise.resolve(null)
    port = running.port('https')
  })
  after(() => running.stop())

  async function handshake(options: ConnectionOptions): Promise<{ readonly protocol: string | false; readonly certificate: X509Certificate }> {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
    try {
      await once(socket, 'secureConnect')
      const { raw } = socket.getPeerCertificate()
      return { protocol: socket.alpnProtocol ?? false, certificate: new X509Certificate(raw) }
    } finally {
      socket.destroy()
    }
  }

  test('shows an authority a certificate that was made for it, and ends', async () => {
    const { protocol, certificate } = await handshake({ servername: 'asked.example.org', ALPNProtocols: ['acme-tls/1'] })
    assert.equal(protocol, 'acme-tls/1')
    assert.equal(certificate.subjectAltName, 'DNS:asked.example.org')
    // id-pe-acmeIdentifier, critical, with the hash as an octet string in an octet string (RFC 8737 §3).
    const extension = Buffer.from([6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 31, 1, 1, 0xff, 4, 34, 4, 32, ...ANSWER])
    assert.ok(certificate.raw.includes(extension))
    const client = await LineClient.openTls(port, { servername: 'asked.example.org', ALPNProtocols: ['acme-tls/1'], rejectUnauthorized: false })
    assert.equal(await client.rest(), '')
    await idle(running.manager)
  })

  test('is shut for hosts that no authority was told of', async () => {
    for (const servername of ['other.example.org', undefined]) {
      await assert.rejects(handshake({ ...(servername === undefined ? {} : { servername }), ALPNProtocols: ['acme-tls/1'] }))
    }
    await idle(running.manager)
  })

  test('is not seen by anybody else, at the same time and for the same host', async () => {
    for (const ALPNProtocols of [['http/1.1'], ['http/1.1', 'acme-tls/1'], undefined]) {
      const { certificate } = await handshake({ servername: 'asked.example.org', ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }) })
      assert.match(certificate.subjectAltName ?? '', /DNS:mx\.example\.org/)
    }
    const client = await LineClient.openTls(port, { ca: running.certificate.current().cert, servername: 'mx.example.org' })
    client.write(GET)
    assert.equal(await client.line(), 'HTTP/1.1 200 OK')
    client.destroy()
  })

  test('lets a hello through that comes byte by byte', async () => {
    const tcp = connect(port, '127.0.0.1').setNoDelay(true)
    const slow = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        for (const byte of chunk) tcp.write(Buffer.of(byte))
        done()
      },
    })
    tcp.on('data', chunk => { slow.push(chunk) })
    const client = connectTls({ socket: slow, servername: 'mx.example.org', ca: running.certificate.current().cert })
    await once(client, 'secureConnect')
    client.destroy()
    tcp.destroy()
    await idle(running.manager)
  })
})
