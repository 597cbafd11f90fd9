/**
 * HTTP as client libraries write it, and the envelope of a request as programs fill it: what one of them does and another
 * does not must make no difference.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { RawHttp, type RawReply } from '../support/raw-http.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'
import { basic, CLI_USING, CONSOLE_USING, header, json, member, rows, Wire } from './wire.ts'

const LOGIN = basic('admin', ADMIN_PASSWORD)
const ECHO = JSON.stringify({ using: CLI_USING, methodCalls: [['Core/echo', { text: 'Grüße' }, 'c0']] })

suite('HTTP', () => {
  let node: NodeProcess
  let wire: Wire
  before(async () => {
    node = await NodeProcess.start()
    wire = new Wire(node.port('http'), LOGIN)
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const echoed = (reply: RawReply): void => {
    assert.equal(reply.status, 200, reply.body)
    assert.deepEqual(json(reply)['methodResponses'], [['Core/echo', { text: 'Grüße' }, 'c0']])
  }
  const onOneConnection = async (work: (connection: RawHttp) => Promise<void>): Promise<void> => {
    const connection = await RawHttp.open(node.port('http'))
    try {
      await work(connection)
    } finally {
      connection.destroy()
    }
  }
  const head = (method: string, path: string, ...lines: readonly string[]): string =>
    `${[`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: ${LOGIN}`, ...lines].join('\r\n')}\r\n\r\n`
  const length = `Content-Length: ${Buffer.byteLength(ECHO)}`

  test('a request is taken with the slash at the end and without it', async () => {
    for (const path of ['/jmap', '/jmap/']) echoed(await wire.post(path, ECHO))
  })

  test('the well-known place leads to the session', async () => {
    const reply = await wire.get('/.well-known/jmap')
    assert.deepEqual([reply.status, header(reply, 'location')], [307, '/jmap/session'])
  })

  test('names of headers and of the scheme are written in any case', async () => {
    const anonymous = new Wire(node.port('http'), null)
    for (const scheme of ['basic', 'BASIC']) {
      const login = LOGIN.replace('Basic', scheme)
      echoed(await anonymous.post('/jmap', ECHO, { authorization: login, 'content-type': 'application/json' }))
      echoed(await anonymous.post('/jmap', ECHO, { AUTHORIZATION: login, 'CONTENT-TYPE': 'APPLICATION/JSON' }))
    }
  })

  test('the type may name its charset, and the client what it can unpack and read', async () => {
    const type = { 'Content-Type': 'application/json; charset=utf-8' }
    for (const encoding of ['identity', 'gzip, deflate, br, zstd', '*']) {
      echoed(await wire.post('/jmap', ECHO, { ...type, Accept: 'application/json', 'Accept-Encoding': encoding }))
    }
    const reply = await wire.get('/jmap/session', { 'Accept-Encoding': 'identity', Accept: 'application/json' })
    assert.equal(header(reply, 'content-encoding'), undefined)
    assert.match(String(json(reply)['username']), /^admin@/)
  })

  test('another type is told which one is right', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const reply = await wire.post('/jmap', ECHO, { 'Content-Type': type })
      assert.deepEqual([reply.status, json(reply)['type']], [400, 'urn:ietf:params:jmap:error:notJSON'])
      assert.match(String(json(reply)['detail']), /application\/json/)
    }
  })

  test('a connection is used again and again', async () => {
    await onOneConnection(async connection => {
      for (let at = 0; at < 5; at++) {
        connection.write(head('POST', '/jmap', 'Content-Type: application/json', length) + ECHO)
        echoed(await connection.reply())
        connection.write(head('GET', '/jmap/session'))
        assert.equal((await connection.reply()).status, 200)
      }
    })
  })

  test('so it is after a refusal, and by who does not wait for the reply', async () => {
    await onOneConnection(async connection => {
      const refused = head('POST', '/jmap', 'Content-Type: application/json', 'Content-Length: 1')
      connection.write(`${refused}{${head('POST', '/jmap', 'Content-Type: application/json', length)}${ECHO}`)
      assert.equal((await connection.reply()).status, 400)
      echoed(await connection.reply())
    })
  })

  test('a client that asks before it sends the body is told to go on', async () => {
    await onOneConnection(async connection => {
      connection.write(head('POST', '/jmap', 'Content-Type: application/json', length, 'Expect: 100-continue'))
      assert.equal((await connection.reply()).status, 100)
      connection.write(ECHO)
      echoed(await connection.reply())
    })
  })

  test('a body comes in pieces of unknown number', async () => {
    await onOneConnection(async connection => {
      connection.write(head('POST', '/jmap', 'Content-Type: application/json', 'Transfer-Encoding: chunked'))
      const bytes = Buffer.from(ECHO)
      for (const part of [bytes.subarray(0, 7), bytes.subarray(7)]) {
        connection.write(`${part.length.toString(16)}\r\n`)
        connection.write(part)
        connection.write('\r\n')
      }
      connection.write('0\r\n\r\n')
      echoed(await connection.reply())
    })
  })

  test('other methods do nothing, and leave a connection that works', async () => {
    for (const method of ['OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
      for (const path of ['/jmap', '/jmap/session', '/api/schema', '/api/account']) {
        const reply = await wire.request(method, path, {}, '')
        assert.ok(reply.status >= 400 && reply.status < 500, `${method} ${path}: ${reply.status}`)
        assert.equal(header(reply, 'content-type'), 'application/problem+json')
        assert.equal(header(reply, 'access-control-allow-origin'), undefined, 'no page of another origin may read this')
      }
    }
    await onOneConnection(async connection => {
      connection.write(head('HEAD', '/jmap/session'))
      connection.write(head('GET', '/api/account'))
      // The reply to HEAD tells the length of a body that does not come; the next reply follows its head.
      connection.write(head('GET', '/api/account', 'Connection: close'))
      const replies = (await connection.rest()).split(/(?=HTTP\/1\.1 )/)
      assert.deepEqual(replies.map(text => text.slice(0, 15)), ['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK'])
      assert.match(replies[0] ?? '', /\r\n\r\n$/, 'nothing after the head')
      assert.match(replies[1] ?? '', /"permissions"/)
    })
  })

  suite('the envelope', () => {
    const post = async (envelope: JsonObject): Promise<JsonObject> => {
      const reply = await wire.post('/jmap/', JSON.stringify(envelope))
      assert.equal(reply.status, 200, reply.body)
      return json(reply)
    }

    test('may hold members and capabilities that nobody here knows', async () => {
      const unknown = { clientVersion: '1.2.3', properties: {}, createdIds: null }
      const using = [...CONSOLE_USING, 'https://example.org/of-my-own']
      const reply = await post({ using, ...unknown, methodCalls: [['Core/echo', {}, 'c0']] })
      assert.deepEqual(Object.keys(reply).toSorted(), ['methodResponses', 'sessionState'], 'and brings no created ids unless asked')
      assert.deepEqual((await post({ using: [], methodCalls: [] }))['methodResponses'], [])
      assert.deepEqual((await post({ using: [], methodCalls: [], createdIds: {} }))['createdIds'], {})
    })

    test('carries the state of the session that its client has read', async () => {
      const session = json(await wire.get('/jmap/session'))
      assert.equal((await post({ using: [], methodCalls: [] }))['sessionState'], session['state'])
    })

    test('may give two calls the same id, and any text as one', async () => {
      const ids = ['c0', 'c0', '', '#', 'ü\u0000', 'x'.repeat(1_000)]
      const { responses } = await wire.jmap(ids.map(id => ['Core/echo', { id }, id] as const))
      assert.deepEqual(responses.map(([, { id }]) => id), ids)
    })

    test('may leave out the account, or name one that is none: objects of the registry belong to no account', async () => {
      const own = member(json(await wire.get('/jmap/session')), 'primaryAccounts')['urn:stalwart:jmap']
      for (const accountId of [undefined, null, '', 'b', 'no id!', own] as const) {
        const given = accountId === undefined ? {} : { accountId }
        for (const [name, args] of [['query', { limit: 5, calculateTotal: true }], ['get', { ids: [] }], ['set', {}]] as const) {
          const { responses: [reply] } = await wire.jmap([[`x:ClusterRole/${name}`, { ...given, ...args }, 'c0']])
          assert.equal(reply?.[0], `x:ClusterRole/${name}`, `${JSON.stringify(accountId)}: ${JSON.stringify(reply)}`)
        }
      }
    })

    test('may ask a view for labels: that call is unknown, the others are answered', async () => {
      const { responses } = await wire.jmap([
        ['x:NetworkListener/query', {}, '0'],
        ['x:Account/User/get', { ids: ['x'], properties: ['emailAddress'] }, '1'],
        ['x:Task/TaskFailed/query', {}, '2'],
        ['x:NetworkListener/get',
          { '#ids': { resultOf: '0', name: 'x:NetworkListener/query', path: '/ids' }, properties: ['name'] }, '3'],
      ])
      assert.deepEqual(responses.map(([name, { type }]) => type ?? name),
        ['x:NetworkListener/query', 'unknownMethod', 'unknownMethod', 'x:NetworkListener/get'])
      assert.equal(rows(responses[3]?.[1]).length, 3)
    })
  })
})
