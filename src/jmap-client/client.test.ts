import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { systemClock } from '../base/clock.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import type { JmapServerOptions } from '../../test/support/jmap-server.ts'
import { JmapServer, TEST_TOKEN, TEST_USER } from '../../test/support/jmap-server.ts'
import { JmapClient } from './client.ts'
import { ConnectionFailed, HttpFailed, MethodFailed, ReplyMalformed, RequestAborted } from './errors.ts'
import type { Credentials } from './transport.ts'
import { TIMEOUT_DEFAULT_MS } from './transport.ts'

const TOKEN: Credentials = { kind: 'bearer', token: TEST_TOKEN }

async function withServer(options: JmapServerOptions, work: (server: JmapServer, client: JmapClient) => Promise<void>) {
  const server = await JmapServer.start(options)
  try {
    await work(server, new JmapClient({ origin: server.url, credentials: TOKEN, clock: systemClock, timeoutMs: TIMEOUT_DEFAULT_MS }))
  } finally {
    await server.stop()
  }
}

function policies(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, index) => ({ id: `p${String(index).padStart(3, '0')}`, name: `policy ${index}` }))
}

async function idsOf(client: JmapClient, options: { limit?: number } = {}): Promise<string[]> {
  const ids: string[] = []
  for await (const page of client.pages('x:Policy', options)) ids.push(...page.rows.map(row => String(row['id'])))
  return ids
}

test('the session is read once and gives the API path and limits', async () => {
  await withServer({ objectsMax: 7 }, async (server, client) => {
    let reads = 0
    server.intercept = path => { if (path === '/jmap/session') reads += 1; return null }
    assert.deepEqual(await client.session(), { username: 'admin', apiPath: '/jmap/', objectsInGetMax: 7, objectsInSetMax: 7, callsInRequestMax: 16 })
    await client.get('x:Policy', ['a'])
    assert.equal(reads, 1)
  })
})

test('a session that failed is asked for again', async () => {
  await withServer({}, async (server, client) => {
    server.intercept = () => ({ status: 503, body: {} })
    await assert.rejects(client.session(), HttpFailed)
    server.intercept = () => null
    assert.equal((await client.session()).username, 'admin')
  })
})

test('the schema is found behind its redirect', async () => {
  await withServer({}, async (_server, client) => {
    assert.equal((await client.schema()).objects['x:TaskManager']?.type, 'singleton')
  })
})

test('a schema of another form is refused with the place', async () => {
  await withServer({ schema: { objects: { 'x:A': { type: 'strange' } } } }, async (_server, client) => {
    await assert.rejects(client.schema(), (error: Error) =>
      error instanceof ReplyMalformed && error.message.includes('/objects/x:A/type must be one of object, singleton, view'))
  })
})

test('pages follow anchors and hold every row once', async () => {
  await withServer({ objects: { 'x:Policy': policies(10) }, objectsMax: 4 }, async (server, client) => {
    assert.deepEqual(await idsOf(client), policies(10).map(policy => policy['id']))
    const [first, second] = server.argsOf('x:Policy/query')
    assert.deepEqual([first?.['position'], first?.['limit']], [0, 4])
    assert.deepEqual([second?.['anchor'], second?.['anchorOffset']], ['p003', 0])
  })
})

test('a limit asks for no more than it needs', async () => {
  await withServer({ objects: { 'x:Policy': policies(10) }, objectsMax: 4 }, async (server, client) => {
    assert.equal((await idsOf(client, { limit: 6 })).length, 6)
    assert.deepEqual(server.argsOf('x:Policy/query').map(args => args['limit']), [4, 3])
  })
})

test('a page looks at what the order goes by, and shows only what is asked for', async () => {
  await withServer({ objects: { 'x:Policy': policies(5) }, objectsMax: 4 }, async (server, client) => {
    const pages = await Array.fromAsync(client.pages('x:Policy', {
      properties: ['id'], sort: [{ property: 'name', isAscending: true }],
    }))
    assert.deepEqual(server.argsOf('x:Policy/get')[0]?.['properties'], ['id', 'name'])
    assert.deepEqual(pages.flatMap(page => page.rows), policies(5).map(({ id }) => ({ id: String(id) })))
  })
})

test('the total comes only when it is asked for', async () => {
  await withServer({ objects: { 'x:Policy': policies(5) } }, async (_server, client) => {
    for await (const page of client.pages('x:Policy')) assert.equal(page.total, null)
    for await (const page of client.pages('x:Policy', { total: true, limit: 2 })) assert.equal(page.total, 5)
  })
})

test('get goes over the limit of one call and keeps the order', async () => {
  await withServer({ objects: { 'x:Policy': policies(5) }, objectsMax: 2 }, async (_server, client) => {
    const { list, notFound } = await client.get('x:Policy', ['p004', 'none', 'p000', 'p001'])
    assert.deepEqual(list.map(row => row['id']), ['p004', 'p000', 'p001'])
    assert.deepEqual(notFound, ['none'])
  })
})

test('each entry of a set has its own outcome', async () => {
  await withServer({ objects: { 'x:Policy': policies(5) }, objectsMax: 2 }, async (server, client) => {
    server.refuse = (_object, _kind, id) => id === 'p001'
      ? { type: 'objectIsLinked', linkedObjects: [{ object: 'ClusterRole', id: 'c' }] } : null
    const outcomes = await Array.fromAsync(client.destroy('x:Policy', ['p000', 'p001', 'p002', 'none']))
    assert.deepEqual(outcomes.map(outcome => outcome.kind), ['done', 'refused', 'done', 'refused'])
    const [, refused, , missing] = outcomes
    assert.ok(refused?.kind === 'refused' && missing?.kind === 'refused')
    assert.deepEqual(refused.error.linkedObjects, [{ object: 'ClusterRole', id: 'c' }])
    assert.equal(missing.error.type, 'notFound')
    assert.deepEqual(server.argsOf('x:Policy/set').map(args => args['destroy']), [['p000', 'p001'], ['p002', 'none']])
  })
})

test('create and update give what the server added', async () => {
  await withServer({ objects: { 'x:Policy': policies(1) } }, async (server, client) => {
    server.createdExtras = { secret: 'once' }
    assert.deepEqual(await client.create('x:Policy', { name: 'n' }),
      { kind: 'done', id: 'new1', result: { id: 'new1', secret: 'once' } })
    const [updated] = await Array.fromAsync(client.update('x:Policy', new Map([['p000', { name: 'other' }]])))
    assert.deepEqual(updated, { kind: 'done', id: 'p000', result: {} })
    assert.equal(server.table('x:Policy').get('p000')?.['name'], 'other')
  })
})

test('a method error is thrown with its type, and told apart in a request of several calls', async () => {
  await withServer({ objects: { 'x:Policy': policies(1) } }, async (_server, client) => {
    await assert.rejects(client.call('x:Nothing/get', { ids: [] }), (error: unknown) =>
      error instanceof MethodFailed && error.type === 'unknownMethod' && error.method === 'x:Nothing/get')
    const [bad, good] = await client.request([
      { name: 'x:Nothing/get', args: {} }, { name: 'x:Policy/get', args: { ids: ['p000'], properties: null } },
    ])
    assert.equal(bad?.kind, 'error')
    assert.equal(good?.kind, 'ok')
  })
})

test('Basic takes passwords beyond ASCII, a wrong one is a 401 with its problem document', async () => {
  await withServer({}, async server => {
    const options = { origin: server.url, clock: systemClock, timeoutMs: TIMEOUT_DEFAULT_MS }
    const right = new JmapClient({ ...options, credentials: { kind: 'basic', ...TEST_USER } })
    assert.equal((await right.session()).username, 'admin')
    const wrong = new JmapClient({ ...options, credentials: { kind: 'basic', user: 'admin', password: 'no' } })
    await assert.rejects(wrong.session(), (error: unknown) =>
      error instanceof HttpFailed && error.status === 401 && error.problem?.title === 'Unauthorized')
  })
})

test('a redirect to another server names it instead of losing the login', async () => {
  await withServer({}, async target => {
    await withServer({}, async (server, client) => {
      server.intercept = path => ({ status: 307, body: '', headers: { location: target.url + path } })
      await assert.rejects(client.session(), (error: unknown) =>
        error instanceof ConnectionFailed && error.reason.includes(`redirects to ${target.url}`))
    })
  })
})

test('a page of HTML is no answer', async () => {
  await withServer({}, async (server, client) => {
    server.intercept = () => ({ status: 200, body: '<html></html>' })
    await assert.rejects(client.session(), ReplyMalformed)
  })
})

test('a closed port is a refused connection', async () => {
  const server = await JmapServer.start()
  const origin = server.url
  await server.stop()
  const client = new JmapClient({ origin, credentials: TOKEN, clock: systemClock, timeoutMs: TIMEOUT_DEFAULT_MS })
  await assert.rejects(client.session(), (error: unknown) =>
    error instanceof ConnectionFailed && error.reason === 'connection refused')
})

/** A server that takes connections and never answers; `accepted` resolves at the first. */
async function silentServer() {
  const { promise: accepted, resolve } = Promise.withResolvers<void>()
  const sockets: Socket[] = []
  const server = createServer(socket => {
    sockets.push(socket.on('error', () => undefined))
    resolve()
  })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted, close }
}

test('a server that does not answer is given up after the time-out', async () => {
  const { origin, accepted, close } = await silentServer()
  const clock = new VirtualClock()
  const session = new JmapClient({ origin, credentials: TOKEN, clock, timeoutMs: 5_000 }).session()
  const rejected = assert.rejects(session, (error: unknown) =>
    error instanceof ConnectionFailed && error.reason === 'no answer within 5000 ms')
  await accepted
  await clock.advance(5_000)
  await rejected
  close()
})

test("the caller's signal ends a request", async () => {
  const { origin, accepted, close } = await silentServer()
  const abort = new AbortController()
  const client = new JmapClient({
    origin, credentials: TOKEN, clock: new VirtualClock(), timeoutMs: TIMEOUT_DEFAULT_MS, signal: abort.signal,
  })
  const rejected = assert.rejects(client.session(), RequestAborted)
  await accepted
  abort.abort()
  await rejected
  close()
})
