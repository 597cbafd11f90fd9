import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeReply, encodeQuery, encodeUpdate, recordsOf } from './message.ts'
import { decodeName, encodeName, isPlainName, isWithin } from './name.ts'
import { addressOf, mx, sameRecords, targetOf, textOf, txt } from './record.ts'
import { sign, verify } from './tsig.ts'
import type { TsigKey } from './tsig.ts'

test('names come back as they went, and jumps of compression are followed', () => {
  assert.deepEqual(decodeName(encodeName('Mail.Example.ORG.'), 0), { name: 'mail.example.org', end: 18 })
  assert.deepEqual(decodeName(encodeName(''), 0), { name: '', end: 1 })
  const message = Buffer.concat([encodeName('example.org'), Buffer.from([4]), Buffer.from('mail'), Buffer.from([0xc0, 0])])
  assert.deepEqual(decodeName(message, 13), { name: 'mail.example.org', end: 20 })
})

test('a name that is none is said to be none: circles, ends, too many octets', () => {
  for (const octets of [[0xc0, 0], [0xc0], [5, 65], [64, 1], [], [0x80, 0]]) assert.equal(decodeName(Buffer.from(octets), 0), null, octets.join())
  assert.equal(decodeName(Buffer.concat(Array.from({ length: 10 }, () => Buffer.alloc(31, 30)).concat(Buffer.from([0]))), 0), null)
  const dotted = Buffer.from([3, 97, 46, 98, 0])
  assert.equal(decodeName(dotted, 0)?.name, 'a\\046b', 'a dot inside of a label is no boundary')
  for (const name of ['a..b', 'a b', '-'.repeat(64), Array.from({ length: 64 }, () => 'abc').join('.'), 'ü.example']) assert.equal(isPlainName(name), false, name)
  assert.ok(isPlainName('_dmarc.example.org.') && isWithin('a.example.org', 'EXAMPLE.org.') && !isWithin('badexample.org', 'example.org'))
})

test('texts of any length are cut and joined', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), text => textOf(txt(text)) === text.toWellFormed()))
})

test('an update asks for what was there and says what shall be (RFC 2136 §2)', () => {
  const update = encodeUpdate(7, 'example.org', { owner: 'a.example.org', type: 'TXT', ttlS: 60, records: [txt('new')], before: [txt('old')] })
  // id 7, opcode 5, one zone, one prerequisite, two updates, nothing else
  assert.deepEqual([...update.subarray(0, 12)], [0, 7, 0x28, 0, 0, 1, 0, 1, 0, 2, 0, 0])
  const text = update.toString('latin1')
  assert.ok(text.indexOf('\x03old') < text.indexOf('\x03new'))
  const first = encodeUpdate(7, 'example.org', { owner: 'a.example.org', type: 'TXT', ttlS: 60, records: [txt('new')], before: [] })
  assert.deepEqual([...first.subarray(4, 12)], [0, 1, 0, 1, 0, 1, 0, 0], 'that there is none, and no deletion')
})

test('compressed names in records are made whole', () => {
  const query = encodeQuery(1, 'example.org', 'MX')
  query.writeUInt16BE(0x8400, 2)
  query.writeUInt16BE(1, 6)
  const answer = Buffer.from([0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 9, 0, 9, 0, 10, 4, 109, 97, 105, 108, 0xc0, 12])
  const reply = decodeReply(Buffer.concat([query, answer]))
  const found = recordsOf(reply?.answer ?? [], 'Example.org', 'MX')
  assert.ok(sameRecords(found.map(({ type, rdata }) => ({ type, rdata })), [mx(10, 'mail.example.org')]))
  assert.equal(targetOf({ type: 'NS', rdata: encodeName('ns.example.org') }), 'ns.example.org')
  assert.equal(addressOf({ type: 'A', rdata: Buffer.from([127, 0, 0, 1]) }), '127.0.0.1')
  assert.equal(addressOf({ type: 'AAAA', rdata: Buffer.alloc(15) }), null)
})

const KEY: TsigKey = { name: 'k.example', algorithm: 'hmac-sha512', secret: Buffer.from('s') }
const NOW = Date.UTC(2026, 0, 1)

test('whatever octets come, they are a reply or none, and are never believed', () => {
  const { mac, message } = sign(encodeQuery(1, 'example.org', 'TXT'), KEY, NOW)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), octets => {
    decodeReply(Buffer.from(octets))
    return verify(Buffer.from(octets), mac, KEY, NOW).kind === 'forged'
  }))
  fc.assert(fc.property(fc.nat(message.length - 1), fc.integer({ min: 1, max: 255 }), (place, by) => {
    const changed = Buffer.from(message)
    changed[2] = (changed[2] ?? 0) | 0x80
    changed[place] = (changed[place] ?? 0) ^ by
    return verify(changed, mac, KEY, NOW).kind !== 'verified'
  }))
})

test('a reply is of the question that it answers, of the key, and of its time (RFC 8945 §5.3)', () => {
  const question = sign(encodeQuery(1, 'example.org', 'TXT'), KEY, NOW)
  const plain = encodeQuery(1, 'example.org', 'TXT')
  plain.writeUInt16BE(0x8400, 2)
  const reply = (key: TsigKey, mac: Buffer, now = NOW) => sign(plain, key, now, Buffer.concat([Buffer.from([0, mac.length]), mac])).message
  assert.deepEqual(verify(reply(KEY, question.mac), question.mac, KEY, NOW), { kind: 'verified' })
  for (const wrong of [
    reply(KEY, Buffer.alloc(64)), reply({ ...KEY, secret: Buffer.from('t') }, question.mac), reply({ ...KEY, name: 'other' }, question.mac),
    reply({ ...KEY, algorithm: 'hmac-sha256' }, question.mac), reply(KEY, question.mac, NOW - 400_000), plain,
  ]) assert.equal(verify(wrong, question.mac, KEY, NOW).kind, 'forged')
})
