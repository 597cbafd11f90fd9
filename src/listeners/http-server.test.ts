import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import { HTTP_LIMITS, httpProtocol } from './http-server.ts'
import type { HttpLimits } from './http-server.ts'
import type { ProtocolServer } from './protocol-server.ts'

const SETTINGS = { listener: 'http', tls: 'none', secure: null, tlsTimeoutMs: 1_000, noDelay: true } as const

async function withServer(
  handler: RequestListener, limits: Partial<HttpLimits>, work: (open: () => Socket, server: ProtocolServer) => Promise<void>,
): Promise<void> {
  const server = httpProtocol(handler, { ...HTTP_LIMITS, ...limits }).create(SETTINGS)
  const listener = createServer(socket => { server.accept(socket) })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  try {
    await work(() => connect(port, '127.0.0.1').setEncoding('latin1'), server)
  } finally {
    server.drain()
    listener.close()
    await once(listener, 'close')
    server.close()
  }
}

async function rest(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', chunk => { text += String(chunk) })
  await once(socket, 'close')
  return text
}

test('a client that sends its headers slowly is told and closed', async () => {
  await withServer((_, response) => { response.end() }, { headersMsMax: 60 }, async open => {
    const slow = open()
    slow.write('GET / HTTP/1.1\r\nHost')
    assert.match(await rest(slow), /^HTTP\/1\.1 408 /)
  })
})

test('a body that takes too long and headers that are too large are refused', async () => {
  await withServer((request, response) => { request.resume().on('end', () => response.end()) }, { headersMsMax: 60, requestMsMax: 90 }, async open => {
    const slow = open()
    slow.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
    assert.match(await rest(slow), /^HTTP\/1\.1 408 /)
    const large = open()
    large.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`)
    assert.match(await rest(large), /^HTTP\/1\.1 431 /)
  })
})

test('a connection that is kept open is closed when it stays idle', async () => {
  await withServer((_, response) => { response.end('hi') }, { idleMsMax: 50 }, async open => {
    const socket = open()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.match(await rest(socket), /hi$/)
  })
})

test('a response that has begun when the server drains is finished, then its connection is closed', async () => {
  const begun = Promise.withResolvers<() => void>()
  const handler: RequestListener = (_, response) => {
    response.write('first ')
    begun.resolve(() => { response.end('last') })
  }
  await withServer(handler, {}, async (open, server) => {
    const socket = open()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const finish = await begun.promise
    server.drain()
    finish()
    assert.match(await rest(socket), /^HTTP\/1\.1 200 [^]*first [^]*last/)
  })
})
