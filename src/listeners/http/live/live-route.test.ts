import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { BASIC, withHttp } from '../../../../test/support/http-world.ts'
import type { HttpWorld } from '../../../../test/support/http-world.ts'
import { SseReader } from '../../../../test/support/sse.ts'
import { CONNECTIONS_PER_ACCOUNT_MAX } from './live-route.ts'
import { BEAT_EVERY_MS, LIFE_MS_MAX } from './live-connection.ts'

const PATH = '/api/live/changes'
const AS_JANE = { authorization: BASIC }
const live = (world: HttpWorld, query = '', headers: Record<string, string> = {}) =>
  SseReader.open(`${world.url}${PATH}${query}`, { ...AS_JANE, ...headers })

async function refusal(world: HttpWorld, query: string, headers: Record<string, string> = AS_JANE) {
  const response = await fetch(`${world.url}${PATH}${query}`, { headers })
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const { detail } = await response.json() as { detail: string }
  return { status: response.status, detail, retryAfter: response.headers.get('retry-after') }
}

test('a reader is told which objects change, of those that it asked for, and where it stands', async () => {
  await withHttp(async world => {
    const { clock } = world.people
    const { changes } = world.live
    const reader = await live(world, '?objects=Task,Account')
    assert.deepEqual(await reader.next(), { event: 'ready', data: { objects: ['Account', 'Task'] } })
    changes.note('Task', ['t1', 't2'])
    changes.note('Domain')
    await clock.advance(250)
    const first = await reader.next()
    assert.deepEqual(first.data, { changed: { Task: ['t1', 't2'] } })
    changes.note('Domain')
    await clock.advance(250)
    changes.note('Account')
    await clock.advance(250)
    const second = await reader.next()
    assert.deepEqual(second.data, { changed: { Account: null } })
    assert.notEqual(first.id, second.id)
    await reader.close()
    const { headers } = reader.response
    assert.deepEqual(
      ['content-type', 'cache-control', 'x-accel-buffering', 'content-encoding', 'x-content-type-options'].map(name => headers.get(name)),
      ['text/event-stream', 'no-store', 'no', null, 'nosniff'],
    )
  })
})

test('without a list it is about all that the caller may get', async () => {
  await withHttp(async world => {
    const reader = await live(world)
    assert.deepEqual((await reader.next()).data, { objects: ['Account', 'Task'] })
    await reader.close()
  })
})

test('who comes back goes on where it was; who cannot is told to ask anew', async () => {
  await withHttp(async world => {
    const { clock } = world.people
    const { changes } = world.live
    const reader = await live(world)
    await reader.next()
    changes.note('Task')
    await clock.advance(250)
    const { id = '' } = await reader.next()
    await reader.close()
    changes.note('Account')
    await clock.advance(250)

    const again = await live(world, '', { 'last-event-id': id })
    assert.equal((await again.next()).event, 'ready')
    assert.deepEqual((await again.next()).data, { changed: { Account: null } })
    await again.close()

    const elsewhere = await live(world, '', { 'last-event-id': 'another-process-7' })
    assert.deepEqual((await elsewhere.next()).event, 'reset')
    changes.lost()
    await clock.advance(250)
    assert.deepEqual((await elsewhere.next()).event, 'reset')
    await elsewhere.close()
  })
})

test('the heartbeat moves the reader past what it did not ask for', async () => {
  await withHttp(async world => {
    const { clock } = world.people
    const reader = await live(world, '?objects=Task')
    await reader.next()
    world.live.changes.note('Domain')
    await clock.advance(BEAT_EVERY_MS)
    const { position } = world.live.changes.open(null, () => {})
    await reader.until(() => reader.lastId === position)
    await reader.close()
  })
})

test('refusals name what is wrong', async () => {
  await withHttp(async world => {
    const refused = {
      '?objects=Domain': [403, /Domain.*sysDomainGet/],
      '?objects=Task,Nothing': [400, /objects: .*"Nothing".*Task, Account/],
      '?objects=Task,': [400, /objects/],
      '?objects=': [400, /objects names no object.*leave objects out/],
      '?objects': [400, /objects names no object/],
      '?object=': [400, /"object"/],
      '?objects=Task&objects=Account': [400, /objects stands there twice/],
      '?object=Task': [400, /"object"/],
      '?objects=x:Task': [400, /x:Task/],
      '?objects=constructor': [400, /constructor/],
    } as const
    for (const [query, [status, detail]] of Object.entries(refused)) {
      const reply = await refusal(world, query)
      assert.equal(reply.status, status, query)
      assert.match(reply.detail, detail)
    }
    assert.equal((await refusal(world, '', {})).status, 401)
    assert.equal((await refusal(world, '', { authorization: 'Bearer rota_x' })).status, 401)
    const head = await fetch(world.url + PATH, { method: 'HEAD', headers: AS_JANE })
    assert.deepEqual([head.status, head.headers.get('allow')], [405, 'GET'])
  })
})

test('an account has so many connections; one that closes gives its place back', async () => {
  await withHttp(async world => {
    const readers = await Promise.all(Array.from({ length: CONNECTIONS_PER_ACCOUNT_MAX }, () => live(world)))
    const { status, retryAfter } = await refusal(world, '')
    assert.deepEqual([status, retryAfter], [429, '5'])
    await readers[0]?.close()
    const last = await SseReader.retry(() => live(world))
    assert.equal((await last.next()).event, 'ready')
    await Promise.all([...readers, last].map(reader => reader.close()))
  })
})

test('a login that ends takes its connections with it at the next heartbeat, and every connection ends after an hour', async () => {
  await withHttp(async world => {
    const { people, accountId } = world
    const { id, token } = await people.apiKey(accountId)
    const byKey = await live(world, '', { authorization: `Bearer ${token}` })
    const byPassword = await live(world)
    await Promise.all([byKey.next(), byPassword.next()])
    await people.clock.advance(BEAT_EVERY_MS)
    await people.store.transact(tx => tx.objects.remove('ApiKey', id))
    await people.clock.advance(BEAT_EVERY_MS)
    assert.deepEqual(await byKey.next(), { event: 'bye', data: { reason: 'login' } })
    assert.equal(await byKey.end(), 'ended')
    for (let ms = 0; ms < LIFE_MS_MAX; ms += BEAT_EVERY_MS) await people.clock.advance(BEAT_EVERY_MS)
    assert.deepEqual(await byPassword.next(), { event: 'bye', data: { reason: 'age' } })
    assert.equal(await byPassword.end(), 'ended')
    assert.equal(world.live.changes.listeners, 0)
  })
})

test('a permission that is taken away ends the connections that need it', async () => {
  const objects = new Map([['Task', 'sysTaskGet'], ['Account', 'sysAccountGet']])
  await withHttp(async world => {
    const tasks = await live(world, '?objects=Task')
    const both = await live(world)
    await Promise.all([tasks.next(), both.next()])
    // As if it were asked for from now on.
    objects.set('Account', 'sysSomethingElseGet')
    await world.people.clock.advance(BEAT_EVERY_MS)
    assert.deepEqual(await both.next(), { event: 'bye', data: { reason: 'permission' } })
    world.live.changes.note('Task')
    await world.people.clock.advance(250)
    assert.equal((await tasks.next()).event, 'change')
    await tasks.close()
  }, { live: { objects } })
})

test('a drain says bye and waits for nobody', async () => {
  await withHttp(async world => {
    const readers = await Promise.all([live(world), live(world)])
    await Promise.all(readers.map(reader => reader.next()))
    const closed = world.listener.close()
    for (const reader of readers) assert.deepEqual(await reader.next(), { event: 'bye', data: { reason: 'drain' } })
    await closed
    assert.deepEqual(await Promise.all(readers.map(reader => reader.end())), ['ended', 'ended'])
    assert.equal(world.live.changes.listeners, 0)
  })
})

test('a reader that does not read is dropped, and the others go on', async () => {
  await withHttp(async world => {
    const { clock } = world.people
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC}\r\n\r\n`)
    const reader = await live(world)
    await reader.next()
    while (world.live.changes.listeners < 2) await clock.breathe()
    const ids = Array.from({ length: 50 }, (_, index) => `${index}`.padStart(500, 'x'))
    for (let entries = 0; world.live.changes.listeners === 2; entries++) {
      assert.ok(entries < 1_000, 'it was not dropped')
      world.live.changes.note('Task', ids)
      await clock.advance(250)
      assert.equal((await reader.next()).event, 'change')
    }
    await reader.close()
    socket.destroy()
  })
})
