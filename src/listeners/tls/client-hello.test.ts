import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { seededRandom } from '../../base/random.ts'
import { HELLO_BYTES_MAX, readClientHello } from './client-hello.ts'

/** What a client of node:tls sends first. */
function helloOf(ALPNProtocols: string[], servername = 'mx.example.org'): Promise<Buffer> {
  return new Promise(resolve => {
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        resolve(chunk)
        done()
      },
    })
    connect({ socket: wire, servername, ALPNProtocols }).on('error', () => {})
  })
}

test('reads the protocols that a client offers', async () => {
  for (const protocols of [[], ['acme-tls/1'], ['h2', 'http/1.1'], ['acme-tls/1', 'http/1.1']]) {
    assert.deepEqual(readClientHello(await helloOf(protocols)), { kind: 'read', protocols })
  }
  const followed = Buffer.concat([await helloOf(['acme-tls/1']), Buffer.from('more')])
  assert.deepEqual(readClientHello(followed), { kind: 'read', protocols: ['acme-tls/1'] })
})

test('waits for the whole record', async () => {
  const hello = await helloOf(['acme-tls/1'])
  for (let length = 0; length < hello.length; length++) assert.equal(readClientHello(hello.subarray(0, length)).kind, 'more', String(length))
})

test('takes nothing for a hello that is none, and waits for none that is too long', () => {
  for (const other of [Buffer.from('GET / HTTP/1.1'), Buffer.of(22, 3, 1, 0, 1, 2), Buffer.of(22, 3, 1, 0, 2, 1, 0), Buffer.of(22, 3, 1, 0xff, 0xff), Buffer.of(21)]) {
    assert.deepEqual(readClientHello(other), { kind: 'read', protocols: [] })
  }
  assert.equal(readClientHello(Buffer.concat([Buffer.of(22, 3, 1, 0x40, 0), Buffer.alloc(HELLO_BYTES_MAX)])).kind, 'read')
})

test('whatever the bytes are, it only reads', async () => {
  const seed = 4_711
  const random = seededRandom(seed)
  const hello = await helloOf(['acme-tls/1'])
  for (let nth = 0; nth < 3_000; nth++) {
    const spoilt = Buffer.from(hello)
    for (let count = 0; count < 3; count++) spoilt[5 + Math.floor(random.next() * (spoilt.length - 5))] = Math.floor(random.next() * 256)
    assert.equal(readClientHello(spoilt).kind, 'read', `seed ${seed}, ${nth}`)
  }
})
