/** The handler on raw sockets: what careful clients never send, and what the handler must not wait for. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { BASIC, withHttp } from '../../../test/support/http-world.ts'
import type { HttpWorld } from '../../../test/support/http-world.ts'
import type { JsonObject } from '../../base/json.ts'
import { selfMadeCertificate } from '../tls/self-made.ts'

const HEAD = `POST /jmap HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC}\r\nContent-Type: application/json\r\n`
const withLength = (body: string) => `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`
const echo = (id: string) => withLength(`{"using":[],"methodCalls":[["Core/echo",{},"${id}"]]}`)

/** A method that waits until it is let go. */
function gate() {
  const [reached, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const wait = async (): Promise<JsonObject> => {
    reached.resolve()
    await open.promise
    return { waited: true }
  }
  return { wait, reached: reached.promise, open: open.resolve }
}

test('pipelined requests are answered in order', async () => {
  await withHttp(async ({ open }) => {
    const client = await open()
    client.write(echo('one') + echo('two') + echo('three'))
    for (const id of ['one', 'two', 'three']) assert.match((await client.reply()).body, new RegExp(`"${id}"`))
  })
})

test('a body may come in pieces, chunked, or not at all', async () => {
  await withHttp(async ({ open }) => {
    const client = await open()
    for (const byte of echo('slow')) client.write(byte)
    assert.match((await client.reply()).body, /"slow"/)
    const body = '{"using":[],"methodCalls":[["Core/echo",{},"chunked"]]}'
    client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
    for (const part of [body.slice(0, 9), body.slice(9)]) {
      client.write(`${part.length.toString(16)}\r\n${part}\r\n`)
    }
    client.write('0\r\n\r\n')
    assert.match((await client.reply()).body, /"chunked"/)
    client.write(`${HEAD}\r\n`)
    // Neither a length nor an encoding: there is no body (RFC 9112 §6.3).
    const empty = await client.reply()
    assert.deepEqual([empty.status, /notJSON/.test(empty.body)], [400, true])
  })
})

test('who is asked and who asks is said once', async () => {
  await withHttp(async ({ open, lines }) => {
    for (const [name, again] of [['Host', 'Host: y'], ['Host', 'HOST: x'], ['Authorization', `Authorization: ${BASIC}`]]) {
      const client = await open()
      client.write(`GET /jmap/session HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC}\r\n${again}\r\n\r\n`)
      const { status, body } = await client.reply()
      assert.equal(status, 400)
      assert.match(body, new RegExp(`"detail":"${name} was sent more than once`))
    }
    assert.deepEqual(lines.filter(({ level }) => level !== 'debug'), [])
  })
})

test('a stranger is refused before his body is read', async () => {
  await withHttp(async ({ open }) => {
    const client = await open()
    const head = 'POST /jmap HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
    client.write(`${head}Content-Length: 5000000\r\n\r\n{`)
    assert.equal((await client.reply()).status, 401)
    client.destroy()
    const endless = await open()
    endless.write(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`)
    assert.match(await endless.rest(), /^HTTP\/1\.1 401 .*connection: close/is)
  })
})

test('a body that says it is far too large is refused at once', async () => {
  await withHttp(async ({ open }) => {
    const client = await open()
    client.write(`${HEAD}Content-Length: 1000000000\r\n\r\n`)
    const text = await client.rest()
    assert.match(text, /^HTTP\/1\.1 400 .*connection: close/is)
    assert.match(text, /"limit":"maxSizeRequest"/)
  })
})

test('a body that is a little too large is thrown away, and the connection goes on', async () => {
  await withHttp(async ({ open }) => {
    const client = await open()
    client.write(withLength('x'.repeat(1_500)))
    const refused = await client.reply()
    assert.deepEqual([refused.status, /maxSizeRequest/.test(refused.body)], [400, true])
    client.write(echo('next'))
    assert.match((await client.reply()).body, /"next"/)
  }, { jmap: { requestBytesMax: 1_000 } })
})

test('a chunked body without end is cut off', async () => {
  await withHttp(async ({ open }) => {
    const client = await open()
    client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
    for (let part = 0; part < 30; part++) client.write(`64\r\n${'x'.repeat(100)}\r\n`)
    assert.match(await client.rest(), /^HTTP\/1\.1 400 .*maxSizeRequest/s)
  }, { jmap: { requestBytesMax: 1_000 } })
})

test('a client that goes away in the middle of its body is no fault', async () => {
  await withHttp(async ({ open, logged, lines, jmap }) => {
    const client = await open()
    client.write(`${HEAD}Content-Length: 100\r\n\r\n{"using"`)
    client.destroy()
    await logged('the client went away in the middle of a request')
    assert.equal((await jmap([])).status, 200)
    assert.deepEqual(lines.filter(({ level }) => level !== 'debug'), [])
  })
})

test('a client that goes away before its reply leaves its place to others', async () => {
  const { wait, reached, open: letGo } = gate()
  const going = async ({ open, jmap }: HttpWorld) => {
    const client = await open()
    client.write(withLength('{"using":[],"methodCalls":[["wait",{},"a"]]}'))
    await reached
    client.destroy()
    letGo()
    // Only one request an account is allowed here: were the place not given back, no retry would ever get it.
    let status = 400
    for (let attempt = 0; attempt < 100 && status === 400; attempt++) status = (await jmap([])).status
    assert.equal(status, 200)
  }
  await withHttp(going, { methods: { wait }, jmap: { requestsPerAccountMax: 1 } })
})

test('more requests of one account than may run at once are refused, and say why', async () => {
  const { wait, reached, open: letGo } = gate()
  const crowded = async ({ jmap }: HttpWorld) => {
    const running = jmap([['wait', {}, 'a']])
    await reached
    const refused = await jmap([])
    assert.equal(refused.status, 400)
    const problem = await refused.json() as JsonObject
    assert.deepEqual(
      [problem['type'], problem['limit']], ['urn:ietf:params:jmap:error:limit', 'maxConcurrentRequests'])
    letGo()
    assert.equal((await running).status, 200)
    assert.equal((await jmap([])).status, 200)
  }
  await withHttp(crowded, { methods: { wait }, jmap: { requestsPerAccountMax: 1 } })
})

test('closing lets requests in flight finish, tells their clients to go, and takes no new ones', async () => {
  const { wait, reached, open: letGo } = gate()
  await withHttp(async ({ open, http }) => {
    const [client, other] = [await open(), await open()]
    client.write(withLength('{"using":[],"methodCalls":[["wait",{},"a"]]}'))
    await reached
    let closed = false
    const closing = http.close().then(() => { closed = true })
    other.write(echo('late'))
    const late = await other.reply()
    assert.deepEqual([late.status, /connection: close/.test(late.head), closed], [503, true, false])
    letGo()
    const last = await client.reply()
    assert.deepEqual([last.status, /connection: close/.test(last.head)], [200, true])
    assert.match(last.body, /"waited":true/)
    await closing
  }, { methods: { wait } })
})

test('over TLS the session leads to https', async () => {
  const { key, cert } = await selfMadeCertificate('mx.example.org', Date.UTC(2026, 0, 1))
  await withHttp(async ({ http }) => {
    const server = createServer({ key, cert }, http.handler).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const request = get({ port, host: '127.0.0.1', path: '/jmap/session', rejectUnauthorized: false, agent: false })
    const [response] = await once(request, 'response') as [IncomingMessage]
    const session = JSON.parse(Buffer.concat(await response.toArray()).toString()) as JsonObject
    assert.equal(session['apiUrl'], `https://127.0.0.1:${port}/jmap/`)
    const closed = once(server, 'close')
    server.close()
    await closed
  })
})
