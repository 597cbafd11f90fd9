/**
 * A strict command line: every reply is checked as such a program parses it, and an unknown word anywhere would end it.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { schemaFaults } from '../support/schema-grammar.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'
import { setFaults } from './set-faults.ts'
import { basic, bearer, header, json, member, rows, Wire, type Call } from './wire.ts'

const FAR = '2999-01-01T00:00:00Z'

suite('a command line', () => {
  let node: NodeProcess
  let cli: Wire
  before(async () => {
    node = await NodeProcess.start()
    cli = new Wire(node.port('http'), basic('admin', ADMIN_PASSWORD))
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const set = async (object: string, args: JsonObject): Promise<JsonObject> => {
    const reply = await cli.call(`x:${object}/set`, args)
    assert.deepEqual(setFaults(reply), [])
    return reply
  }
  const create = async (object: string, body: JsonObject): Promise<string> =>
    String(member(await set(object, { create: { n0: body } }), 'created', 'n0')['id'])
  const get = async (object: string, ids: Json, properties: Json = null): Promise<JsonObject> =>
    cli.call(`x:${object}/get`, { ids, properties })

  suite('loads the schema', () => {
    test('by the redirect of /api/schema, whose last segment is its name in the cache', async () => {
      const first = await cli.get('/api/schema')
      const location = header(first, 'location') ?? ''
      assert.match(location, /^\/api\/schema\/[\w-]+$/, 'no query, no slash at the end')
      const reply = await cli.get(location)
      assert.equal(reply.status, 200)
      assert.equal(header(reply, 'content-encoding'), undefined, 'it does not say that it can unpack')
      assert.equal(header(reply, 'content-type'), 'application/json')
      assert.match(header(reply, 'cache-control') ?? '', /immutable/)
      const schema = json(reply)
      assert.deepEqual(Object.keys(schema).toSorted(),
        ['dashboards', 'enums', 'fields', 'forms', 'layouts', 'lists', 'objects', 'schemas'])
      assert.deepEqual(schemaFaults(schema), [])
    })

    test('packed when it can unpack', async () => {
      const location = header(await cli.get('/api/schema'), 'location') ?? ''
      const reply = await cli.get(location, { 'Accept-Encoding': 'gzip' })
      assert.equal(header(reply, 'content-encoding'), 'gzip')
      assert.deepEqual(schemaFaults(json(reply)), [])
    })

    test('and is led from an old hash to the new one', async () => {
      const now = header(await cli.get('/api/schema'), 'location')
      const reply = await cli.get('/api/schema/of-last-year')
      assert.deepEqual([reply.status, header(reply, 'location')], [302, now])
    })

    test('names every object that a field refers to', async () => {
      const location = header(await cli.get('/api/schema'), 'location') ?? ''
      const schema = json(await cli.get(location))
      const named = [...JSON.stringify(schema['fields']).matchAll(/"type":"objectId","objectName":"([^"]+)"/g)]
      const known = Object.keys(member(schema, 'objects'))
      assert.deepEqual(named.map(([, name]) => name).filter(name => !known.includes(name ?? '')), [])
    })
  })

  suite('logs in', () => {
    test('with a password on every request', async () => {
      const reply = await cli.get('/jmap/session')
      assert.equal(reply.status, 200)
      const session = json(reply)
      const core = member(session, 'capabilities', 'urn:ietf:params:jmap:core')
      assert.deepEqual([core['maxObjectsInGet'], core['maxObjectsInSet']], [500, 500])
      assert.match(String(session['apiUrl']), /^http:\/\/127\.0\.0\.1:\d+\/jmap\/$/)
    })

    test('with a key that was made here, shown once', async () => {
      const created = member(await set('ApiKey', { create: { n0: { description: 'for scripts' } } }), 'created', 'n0')
      const token = String(created['secret'])
      const script = new Wire(node.port('http'), bearer(token))
      assert.equal(member(await script.call('x:Task/query', { limit: 1 }))['position'], 0)
      const { list: [key] } = await get('ApiKey', [created['id'] ?? '']) as { list: readonly JsonObject[] }
      assert.equal(key?.['secret'], '****')
      await set('ApiKey', { destroy: [String(created['id'])] })
      assert.equal((await script.get('/jmap/session')).status, 401, 'a key that is gone opens nothing')
    })

    test('and is told 401 for a wrong password, whatever it asks for', async () => {
      const stranger = new Wire(node.port('http'), basic('admin', 'wrong'))
      for (const path of ['/jmap/session', '/api/schema', '/api/account']) {
        assert.equal((await stranger.get(path)).status, 401, path)
      }
      const reply = await stranger.post('/jmap', '{"using":[],"methodCalls":[]}')
      assert.deepEqual([reply.status, header(reply, 'content-type')], [401, 'application/problem+json'])
    })
  })

  suite('reads objects', () => {
    test('in the order of the ids, each with its id, whatever it asked for', async () => {
      const ids = await Promise.all(['a', 'b', 'c'].map(name => create('ClusterRole', { name: `order-${name}` })))
      const asked = [ids[2], ids[0], ids[1]] as string[]
      const { list, notFound } = await get('ClusterRole', [...asked, 'nobody', 'not an id!'], ['name', 'nonsense'])
      assert.deepEqual(list, asked.map((id, at) => ({ id, name: `order-${['c', 'a', 'b'][at]}` })))
      assert.deepEqual(notFound, ['nobody', 'not an id!'])
    })

    test('nothing for no ids, everything for null', async () => {
      assert.deepEqual((await get('ClusterRole', []))['list'], [])
      const names = rows(await get('NetworkListener', null)).map(({ name }) => String(name))
      assert.deepEqual(names.toSorted(), ['http', 'lmtp', 'smtp'])
    })

    test('a singleton by its one id, with its defaults and durations in milliseconds', async () => {
      const { list: [manager] } = await get('TaskManager', ['singleton']) as { list: readonly JsonObject[] }
      assert.deepEqual([manager?.['id'], manager?.['maxAttempts'], manager?.['totalDeadline']],
        ['singleton', 3, 21_600_000])
    })

    test('by a reference to the query before, one reply for each call', async () => {
      const calls: Call[] = [
        ['x:NetworkListener/query', { filter: { name: 'smtp' }, limit: 500, calculateTotal: true }, 'q'],
        ['x:NetworkListener/get',
          { '#ids': { resultOf: 'q', name: 'x:NetworkListener/query', path: '/ids' }, properties: ['id', 'name'] }, 'g'],
      ]
      const { responses: [query, read] } = await cli.jmap(calls)
      assert.deepEqual([query?.[0], query?.[1]['total']], ['x:NetworkListener/query', 1])
      assert.deepEqual([read?.[0], rows(read?.[1]).map(({ name }) => name)],
        ['x:NetworkListener/get', ['smtp']])
    })

    test('and a reference to a call that failed is an error too, at its own place', async () => {
      const { responses } = await cli.jmap([
        ['x:Task/query', { filter: { nonsense: 1 } }, 'q'],
        ['x:Task/get', { '#ids': { resultOf: 'q', name: 'x:Task/query', path: '/ids' } }, 'g'],
      ])
      assert.deepEqual(responses.map(([name, { type }]) => [name, type]),
        [['error', 'unsupportedFilter'], ['error', 'invalidResultReference']])
    })
  })

  test('pages through a list by anchors: full pages, no row twice, none lost', async () => {
    const names = Array.from({ length: 23 }, (_, at) => `page-${at}`)
    const body = Object.fromEntries(names.map((name, at) => [`n${at}`, { name }]))
    await set('ClusterRole', { create: body })
    const page = (args: JsonObject) => cli.call('x:ClusterRole/query', { filter: {}, limit: 7, ...args })
    const first = await page({ calculateTotal: true })
    const seen = [...first['ids'] as string[]]
    for (let last = seen.at(-1); last !== undefined;) {
      const next = await page({ anchor: last, anchorOffset: 1 })
      assert.equal(next['total'], undefined, 'only who asks is told')
      const ids = next['ids'] as string[]
      seen.push(...ids)
      last = ids.length < 7 ? undefined : ids.at(-1)
    }
    assert.equal(new Set(seen).size, seen.length)
    assert.equal(seen.length, first['total'])
    assert.ok(seen.length >= names.length)
  })

  test('filters by equality and the four comparisons, numbers and dates as people type them', async () => {
    const accountId = await someAccount()
    const dues = ['2998-01-01T00:00:00Z', '2998-06-01T00:00:00Z', '2998-12-31T00:00:00Z']
    for (const due of dues) await createIndexTask(accountId, due)
    const found = async (filter: JsonObject) =>
      (await cli.call('x:Task/query', { filter: { accountId, ...filter }, calculateTotal: true }))['total']
    assert.equal(await found({}), 3)
    assert.equal(await found({ '@type': 'IndexDocument', status: 'Pending' }), 3)
    assert.equal(await found({ status: 'Failed' }), 0)
    assert.equal(await found({ due: dues[1] ?? '' }), 1)
    assert.equal(await found({ dueIsGreaterThan: dues[1] ?? '' }), 1)
    assert.equal(await found({ dueIsGreaterThanOrEqual: dues[1] ?? '' }), 2)
    assert.equal(await found({ dueIsLessThan: dues[1] ?? '' }), 1)
    assert.equal(await found({ dueIsLessThanOrEqual: '2998-06-01T02:00:00+02:00' }), 2)
    assert.equal(await found({ dueIsGreaterThanOrEqual: '2998-06-01', dueIsLessThan: '2998-06-02' }), 1)
  })

  suite('changes objects', () => {
    test('creates with no more in the reply than the id', async () => {
      const accountId = await someAccount()
      const body = { '@type': 'IndexDocument', accountId, documentId: 'm1', documentType: 'email',
        status: { '@type': 'Pending', due: FAR } }
      const created = member(await set('Task', { create: { n0: body } }), 'created', 'n0')
      assert.deepEqual(Object.keys(created), ['id'])
      const id = String(created['id'])
      const { list: [task] } = await get('Task', [id], ['id', '@type', 'due', 'status']) as { list: readonly JsonObject[] }
      assert.deepEqual([task?.['@type'], task?.['due'], member(task, 'status')['@type']], ['IndexDocument', FAR, 'Pending'])
      await updated('Task', id, { 'status/due': '2999-02-01T00:00:00Z' })
      assert.equal((await get('Task', [id]) as { list: readonly JsonObject[] }).list[0]?.['due'], '2999-02-01T00:00:00Z')
      assert.deepEqual((await set('Task', { destroy: [id] }))['destroyed'], [id])
      assert.deepEqual((await get('Task', [id]))['notFound'], [id])
    })

    test('patches by pointers: members of sets, keys with slashes, parts of embedded objects', async () => {
      const id = await create('NetworkListener', { name: 'patched', protocol: 'smtp', bind: { '127.0.0.1:0': true } })
      await updated('NetworkListener', id, { 'bind/[::1]:0': true, 'bind/127.0.0.1:0': null })
      await updated('NetworkListener', id, { 'overrideProxyTrustedNetworks/10.0.0.0~18': true })
      const { list: [listener] } = await get('NetworkListener', [id]) as { list: readonly JsonObject[] }
      assert.deepEqual(listener?.['bind'], { '[::1]:0': true })
      assert.deepEqual(listener?.['overrideProxyTrustedNetworks'], { '10.0.0.0/8': true })
      await set('NetworkListener', { destroy: [id] })
    })

    test('a singleton under its one id, a part of the strategy or all of it', async () => {
      await updated('TaskManager', 'singleton', { strategy: { '@type': 'FixedDelay', delay: 60_000 } })
      await updated('TaskManager', 'singleton', { 'strategy/delay': 90_000, maxAttempts: 5 })
      const { list: [manager] } = await get('TaskManager', ['singleton']) as { list: readonly JsonObject[] }
      assert.deepEqual([manager?.['strategy'], manager?.['maxAttempts']], [{ '@type': 'FixedDelay', delay: 90_000 }, 5])
      assert.deepEqual(Object.keys(member(await set('TaskManager', { create: { n0: {} } }), 'notCreated')), ['n0'])
    })

    test('and a change that changes nothing is acknowledged', async () => {
      const id = await create('ClusterRole', { name: 'same', description: 'as it was' })
      await updated('ClusterRole', id, { description: 'as it was' })
    })

    test('with creation ids of the same call, of earlier requests, as values and as keys', async () => {
      const listener = { name: 'by-reference', protocol: 'smtp', bind: ['127.0.0.1:0'] }
      const { responses, createdIds } = await cli.jmap([
        ['x:NetworkListener/set', { create: { l1: listener } }, 'c0'],
        ['x:ClusterRole/set', { create: { r1: { name: 'refers',
          listeners: { '@type': 'EnableSome', listenerIds: { '#l1': true } } } } }, 'c1'],
      ], { createdIds: {} })
      const listenerId = String(member(responses[0]?.[1], 'created', 'l1')['id'])
      const roleId = String(member(responses[1]?.[1], 'created', 'r1')['id'])
      assert.deepEqual(createdIds, { l1: listenerId, r1: roleId })
      const later = await cli.jmap([['x:ClusterRole/set', { create: { r2: { name: 'refers-later',
        listeners: { '@type': 'EnableSome', listenerIds: { '#l1': true } } } } }, 'c0']], { createdIds: { l1: listenerId } })
      const { list } = await get('ClusterRole', [roleId, String(member(later.responses[0]?.[1], 'created', 'r2')['id'])])
      assert.deepEqual((list as JsonObject[]).map(role => member(role, 'listeners', 'listenerIds')),
        [{ [listenerId]: true }, { [listenerId]: true }])
      const linked = member(await set('NetworkListener', { destroy: [listenerId] }), 'notDestroyed', listenerId)
      assert.equal(linked['type'], 'objectIsLinked')
      assert.deepEqual((linked['linkedObjects'] as JsonObject[]).map(({ object }) => object), ['ClusterRole', 'ClusterRole'])
    })
  })

  suite('is refused in the words that it knows', () => {
    const refused = async (object: string, body: JsonObject): Promise<JsonObject> =>
      member(await set(object, { create: { n0: body } }), 'notCreated', 'n0')

    test('missing, too short, out of range, no such enumeration', async () => {
      const missing = await refused('ClusterRole', {})
      assert.deepEqual([missing['type'], missing['validationErrors']],
        ['validationFailed', [{ type: 'Required', property: 'name' }]])
      const empty = await refused('NetworkListener', { name: 'x', protocol: 'smtp', bind: {} })
      assert.deepEqual(empty['validationErrors'], [{ type: 'MinLength', property: 'bind', required: 1 }])
      const protocol = await refused('NetworkListener', { name: 'x', protocol: 'gopher', bind: ['127.0.0.1:0'] })
      assert.deepEqual([protocol['type'], protocol['properties']], ['validationFailed', ['protocol']])
    })

    test('a name that is taken', async () => {
      const id = await create('ClusterRole', { name: 'taken' })
      const taken = await refused('ClusterRole', { name: 'taken' })
      assert.deepEqual([taken['type'], taken['properties'], taken['objectId']],
        ['primaryKeyViolation', ['name'], { object: 'ClusterRole', id }])
    })

    test('a reference to nobody', async () => {
      const task = { '@type': 'IndexDocument', accountId: 'nobody', documentId: 'm', documentType: 'email' }
      assert.equal((await refused('Task', task))['type'], 'invalidForeignKey')
    })

    test('unknown properties, with their paths', async () => {
      const error = await refused('ClusterRole', { name: 'x', colour: 'red' })
      assert.deepEqual([error['type'], error['properties']], ['invalidPatch', ['colour']])
      const reply = await set('TaskManager', { update: { singleton: { 'strategy/colour': 'red' } } })
      assert.deepEqual(member(reply, 'notUpdated', 'singleton')['properties'], ['strategy/colour'])
    })

    test('ids of nobody in an update and in a removal', async () => {
      const reply = await set('ClusterRole', { update: { x9: {} }, destroy: ['x8'] })
      assert.equal(member(reply, 'notUpdated', 'x9')['type'], 'notFound')
      assert.equal(member(reply, 'notDestroyed', 'x8')['type'], 'notFound')
    })

    test('whole calls, as errors with HTTP 200', async () => {
      assert.equal((await cli.refusal('x:Task/query', { filter: { nonsense: true } }))['type'], 'unsupportedFilter')
      assert.equal((await cli.refusal('x:Task/query', { sort: [{ property: 'colour' }] }))['type'], 'unsupportedSort')
      assert.equal((await cli.refusal('x:Task/copy', {}))['type'], 'unknownMethod')
      assert.equal((await cli.refusal('x:TaskManager/query', {}))['type'], 'unknownMethod')
      const ids = Array.from({ length: 501 }, (_, at) => `i${at}`)
      assert.equal((await cli.refusal('x:Task/get', { ids }))['type'], 'requestTooLarge')
      assert.equal((await cli.refusal('x:Task/set', { destroy: ids }))['type'], 'requestTooLarge')
    })
  })

  async function updated(object: string, id: string, patch: JsonObject): Promise<void> {
    const reply = await set(object, { update: { [id]: patch } })
    assert.deepEqual(reply['updated'], { [id]: null }, JSON.stringify(reply))
  }

  let accounts = 0
  async function someAccount(): Promise<string> {
    const domainId = await create('Domain', { name: `d${++accounts}.example` })
    return create('Account', { '@type': 'User', name: 'jane', domainId })
  }

  let documents = 0
  async function createIndexTask(accountId: string, due: string): Promise<string> {
    return create('Task', { '@type': 'IndexDocument', accountId, documentId: `m${++documents}`, documentType: 'email',
      status: { '@type': 'Pending', due } })
  }
})
