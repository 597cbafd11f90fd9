import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { encodeQuery } from './message.ts'
import { Rfc2136 } from './rfc2136.ts'
import { txt } from './record.ts'
import { sign } from './tsig.ts'
import type { TsigKey } from './tsig.ts'

const KEY: TsigKey = { name: 'k', algorithm: 'hmac-sha256', secret: Buffer.from('secret') }
const OWNER = 'a.example.test'
const { signal } = new AbortController()
const open: (Socket | Server)[] = []
afterEach(() => { for (const each of open.splice(0)) each.close() })

/** A server that answers as it is told; null: not at all. */
async function udp(answer: (request: Buffer, nth: number) => readonly Buffer[]): Promise<{ port: number; asked: () => number }> {
  const socket = createSocket('udp4')
  open.push(socket)
  let asked = 0
  socket.on('message', (request, { port, address }) => {
    for (const reply of answer(request, ++asked)) socket.send(reply, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, asked: () => asked }
}

const at = (port: number, timeoutMs = 300) =>
  new Rfc2136({ host: '127.0.0.1', port, protocol: 'udp', zone: 'example.test', key: KEY, timeoutMs, clock: systemClock })

/** The question as an answer, with these flags and without what it was signed with. */
function replyTo(request: Buffer, flags: number): Buffer {
  const reply = encodeQuery(request.readUInt16BE(0), OWNER, 'TXT')
  reply.writeUInt16BE(flags, 2)
  return reply
}
const AUTHORITATIVE = 0x8400

/** As who has the key signs the reply to a signed message: its MAC stands before what is signed. */
function signedReply(request: Buffer, flags: number, key = KEY): Buffer {
  const mac = request.subarray(request.length - 6 - 32, request.length - 6)
  const reply = replyTo(request, flags)
  const length = Buffer.from([0, mac.length])
  const { message } = sign(reply, key, systemClock.now(), Buffer.concat([length, mac]))
  return message
}

test('an address that this machine cannot send to is unreachable', async () => {
  const broadcast = new Rfc2136({ host: '255.255.255.255', port: 53, protocol: 'udp', zone: 'example.test', key: KEY, timeoutMs: 300, clock: systemClock })
  const end = await broadcast.read(OWNER, 'TXT', signal)
  assert.deepEqual(end.kind === 'failure' && [end.cause, end.permanent], ['unreachable', false])
})

test('nobody is asked for a name that is longer than names may be', async () => {
  const server = await udp(() => [])
  const owner = `_dmarc.${'a.'.repeat(124)}test`
  const records = [txt('x')]
  const ends = [
    await at(server.port).read(owner, 'TXT', signal),
    await new Rfc2136({ host: '127.0.0.1', port: server.port, protocol: 'udp', zone: 'test', key: KEY, timeoutMs: 300, clock: systemClock })
      .replace(owner, 'TXT', { ttlS: 60, records, before: [] }, signal),
  ]
  assert.deepEqual(ends.map(end => end.kind === 'failure' && [end.cause, end.permanent]), [['badName', true], ['badName', true]])
  assert.equal(server.asked(), 0)
})

test('a server that says nothing is asked three times, and then it is silent', async () => {
  const server = await udp(() => [])
  const end = await at(server.port).read(OWNER, 'TXT', signal)
  assert.deepEqual(end.kind === 'failure' && [end.cause, end.permanent], ['silent', false])
  assert.equal(server.asked(), 3)
})

test('a lost packet is sent again, and answers of others do not end the waiting', async () => {
  const server = await udp((request, nth) => nth === 1 ? [] : [
    Buffer.from('noise'), replyTo(request, AUTHORITATIVE), signedReply(request, AUTHORITATIVE, { ...KEY, secret: Buffer.from('other') }), signedReply(request, AUTHORITATIVE),
  ])
  assert.deepEqual(await at(server.port).read(OWNER, 'TXT', signal), { kind: 'rrset', ttlS: 0, records: [] })
})

test('an answer that nobody has signed is none, however often it comes', async () => {
  const server = await udp(request => [replyTo(request, AUTHORITATIVE)])
  const end = await at(server.port).read(OWNER, 'TXT', signal)
  assert.deepEqual(end.kind === 'failure' && [end.cause, end.permanent], ['forged', false])
  assert.match(end.kind === 'failure' ? end.text : '', /is not signed/)
})

test('an answer of somebody who is not the authority says nothing of what is there', async () => {
  const server = await udp(request => [signedReply(request, 0x8000)])
  const end = await at(server.port).read(OWNER, 'TXT', signal)
  assert.equal(end.kind === 'failure' && end.cause, 'notAuthoritative')
})

test('error codes of an update are told apart', async () => {
  for (const [rcode, cause, permanent] of [
    [1, 'malformed', true], [2, 'serverFailure', false], [4, 'notImplemented', true], [5, 'refused', true], [8, 'changed', false], [10, 'notZone', true], [15, 'malformed', true],
  ] as const) {
    const server = await udp(request => [signedReply(request, AUTHORITATIVE | rcode)])
    const end = await at(server.port).replace(OWNER, 'TXT', { ttlS: 1, records: [txt('x')], before: [] }, signal)
    assert.deepEqual(end.kind === 'failure' && [end.cause, end.permanent], [cause, permanent])
  }
})

test('a cut answer is asked for again over TCP; what closes or talks on without an end is not waited for', async () => {
  const server = createServer(socket => { socket.on('error', () => {}).end() })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const cut = createSocket('udp4')
  open.push(cut)
  cut.on('message', (request, from) => { cut.send(replyTo(request, 0x8600), from.port, from.address) })
  cut.bind(port, '127.0.0.1')
  await once(cut, 'listening')
  const end = await at(port).read(OWNER, 'TXT', signal)
  assert.deepEqual(end.kind === 'failure' && [end.cause, end.text.includes('closed')], ['unreachable', true])
})

test('nobody listens', async () => {
  const server = await udp(() => [])
  open.splice(0).forEach(each => each.close())
  const end = await at(server.port, 5_000).read(OWNER, 'TXT', signal)
  assert.deepEqual(end.kind === 'failure' && end.cause, 'unreachable')
})

test('an abort ends the waiting, as an error', async () => {
  const control = new AbortController()
  const server = await udp(() => {
    control.abort()
    return []
  })
  await assert.rejects(at(server.port, 60_000).read(OWNER, 'TXT', control.signal), { name: 'AbortError' })
})
