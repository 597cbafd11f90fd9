import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { readProxyHeader, V1_BYTES_MAX, V2_BYTES_MAX } from './header.ts'

const SIGNATURE = '0d0a0d0a000d0a515549540a'
const v2 = (command: number, family: number, content: Buffer): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length)
  return Buffer.concat([Buffer.from(SIGNATURE, 'hex'), Buffer.of(command, family), length, content])
}
const ports = (source: number, destination: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16BE(source)
  bytes.writeUInt16BE(destination, 2)
  return bytes
}
const read = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'))
const sourceOf = (bytes: Buffer) => {
  const header = readProxyHeader(bytes)
  assert.equal(header.kind, 'header')
  return header.kind === 'header' ? header.source : undefined
}

suite('a version 1 header', () => {
  test('names the client', () => {
    assert.deepEqual(read('PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nEHLO x\r\n'), {
      kind: 'header', length: 45, source: { address: '192.0.2.7', port: 56_324 },
    })
    assert.deepEqual(read('PROXY TCP6 2001:DB8:0:0::1 2001:db8::2 0 65535\r\n'), {
      kind: 'header', length: 48, source: { address: '2001:db8::1', port: 0 },
    })
    for (const mapped of ['::ffff:192.0.2.7', '::ffff:c000:207']) {
      assert.deepEqual(sourceOf(Buffer.from(`PROXY TCP6 ${mapped} ::1 1 2\r\n`)), { address: '192.0.2.7', port: 1 }, mapped)
    }
  })

  test('leaves the address as it is when the proxy knows none', () => {
    assert.deepEqual(read('PROXY UNKNOWN\r\n'), { kind: 'header', length: 15, source: null })
    assert.deepEqual(read('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\nGET'), { kind: 'header', length: 35, source: null })
  })

  test('is refused when anything in it is wrong', () => {
    for (const text of [
      'PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n', 'PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n',
      'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n', 'PROXY TCP6 192.0.2.7 192.0.2.8 1 2\r\n',
      'PROXY TCP4 192.0.2.07 198.51.100.1 1 2\r\n', 'PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n',
      'PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n', 'PROXY TCP4 192.0.2.7 198.51.100.1 -1 2\r\n',
      'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n', 'PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n',
      'PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n', 'PROXY \r\n', 'PROXYTCP4', 'proxy TCP4', 'EHLO x\r\n', 'GET / HTTP/1.1\r\n',
      `PROXY ${'x'.repeat(V1_BYTES_MAX)}`, `PROXY UNKNOWN ${'x'.repeat(V1_BYTES_MAX)}\r\n`,
      'PROXY TCP4 192.0.2.7 198.51.100.1 1 2\nEHLO x\r\n',
    ]) assert.equal(read(text).kind, 'bad', text)
  })

  test('may be as long as the longest that the specification knows, and no longer', () => {
    const longest = `PROXY UNKNOWN ${'f'.repeat(V1_BYTES_MAX - 16)}\r\n`
    assert.equal(longest.length, V1_BYTES_MAX)
    assert.equal(read(longest).kind, 'header')
    assert.equal(read(longest.slice(0, -1)).kind, 'more')
    assert.equal(read(`PROXY UNKNOWN ${'f'.repeat(V1_BYTES_MAX - 15)}\r\n`).kind, 'bad')
  })
})

suite('a version 2 header', () => {
  const four = Buffer.concat([Buffer.of(192, 0, 2, 7, 198, 51, 100, 1), ports(56_324, 443)])
  const six = Buffer.concat([Buffer.from('20010db8000000000000000000000001', 'hex'), Buffer.alloc(16), ports(7, 8)])

  test('names the client, whatever fields follow the addresses', () => {
    assert.deepEqual(sourceOf(v2(0x21, 0x11, four)), { address: '192.0.2.7', port: 56_324 })
    assert.deepEqual(sourceOf(v2(0x21, 0x21, six)), { address: '2001:db8::1', port: 7 })
    const extended = v2(0x21, 0x11, Buffer.concat([four, Buffer.alloc(100, 0xee)]))
    assert.deepEqual(readProxyHeader(Buffer.concat([extended, Buffer.from('EHLO')])), {
      kind: 'header', length: extended.length, source: { address: '192.0.2.7', port: 56_324 },
    })
    const mapped = Buffer.concat([Buffer.from('00000000000000000000ffffc0000207', 'hex'), Buffer.alloc(16), ports(1, 2)])
    assert.deepEqual(sourceOf(v2(0x21, 0x21, mapped)), { address: '192.0.2.7', port: 1 })
  })

  test('leaves the address as it is for LOCAL, and for families that are not TCP', () => {
    assert.equal(sourceOf(v2(0x20, 0x11, four)), null)
    assert.equal(sourceOf(v2(0x20, 0x00, Buffer.alloc(0))), null)
    for (const family of [0x00, 0x12, 0x22, 0x31, 0x32, 0xff]) {
      assert.equal(sourceOf(v2(0x21, family, Buffer.alloc(216))), null, String(family))
    }
  })

  test('is refused when anything in it is wrong', () => {
    for (const [why, bytes] of Object.entries({
      version: v2(0x11, 0x11, four), command: v2(0x22, 0x11, four),
      'too short for IPv4': v2(0x21, 0x11, four.subarray(0, 11)), 'too short for IPv6': v2(0x21, 0x21, six.subarray(0, 35)),
      'too long': v2(0x21, 0x11, Buffer.alloc(V2_BYTES_MAX - 15)), 'far too long': v2(0x20, 0x11, Buffer.alloc(65_535)).subarray(0, 16),
    })) assert.equal(readProxyHeader(bytes).kind, 'bad', why)
    assert.equal(readProxyHeader(v2(0x21, 0x11, Buffer.alloc(V2_BYTES_MAX - 16))).kind, 'header')
  })
})

suite('any header', () => {
  const whole = fc.oneof(
    fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([address, port]) => ({
      bytes: Buffer.from(`PROXY TCP4 ${address} 198.51.100.1 ${port} 25\r\n`), address, port,
    })),
    fc.tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat(65_535), fc.uint8Array({ maxLength: 200 })).map(([address, port, more]) => ({
      bytes: v2(0x21, 0x11, Buffer.concat([address, Buffer.alloc(4), ports(port, 25), more])), address: address.join('.'), port,
    })),
  )

  test('is understood when all of it is there, not before, and with anything behind it', () => {
    fc.assert(fc.property(whole, fc.uint8Array({ maxLength: 50 }), fc.nat(), ({ bytes, address, port }, behind, cut) => {
      assert.deepEqual(readProxyHeader(Buffer.concat([bytes, behind])), {
        kind: 'header', length: bytes.length, source: { address, port },
      })
      assert.deepEqual(readProxyHeader(bytes.subarray(0, cut % bytes.length)), { kind: 'more' })
    }))
  })

  test('comes to a verdict within its limit, whatever bytes there are', () => {
    const begun = fc.constantFrom(Buffer.alloc(0), Buffer.from('PROXY '), Buffer.from(SIGNATURE, 'hex'), v2(0x21, 0x11, Buffer.alloc(0)).subarray(0, 14))
    fc.assert(fc.property(begun, fc.uint8Array({ minLength: V2_BYTES_MAX, maxLength: 700 }), (begin, rest) => {
      const header = readProxyHeader(Buffer.concat([begin, rest]))
      assert.notEqual(header.kind, 'more')
      if (header.kind === 'header') assert.ok(header.length <= V2_BYTES_MAX)
    }))
  })
})
