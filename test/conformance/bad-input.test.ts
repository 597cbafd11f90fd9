/**
 * Somebody hostile, or a program that went wrong, at the edge of the API. Whatever comes in: the answer is one that names
 * the fault, never a 500 and never a `serverFail`, the node goes on, and what was there before is still there.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'
import { RawHttp } from '../support/raw-http.ts'
import { setFaults } from './set-faults.ts'
import { basic, header, json, member, Wire } from './wire.ts'

const PROBLEM = 'urn:ietf:params:jmap:error:'
const CALLS_IN_REQUEST_MAX = 16
/** Names that mean something to the language that the server is written in. */
const LOADED_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

suite('bad input', () => {
  let node: NodeProcess
  let wire: Wire
  before(async () => {
    node = await NodeProcess.start()
    wire = new Wire(node.port('http'), basic('admin', ADMIN_PASSWORD))
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const problem = async (body: string): Promise<JsonObject> => {
    const reply = await wire.post('/jmap', body)
    assert.deepEqual([reply.status, header(reply, 'content-type')], [400, 'application/problem+json'], reply.body)
    return json(reply)
  }
  const set = async (object: string, args: JsonObject): Promise<JsonObject> => {
    const reply = await wire.call(`x:${object}/set`, args)
    assert.deepEqual(setFaults(reply), [])
    return reply
  }
  const create = async (object: string, body: JsonObject): Promise<string> =>
    String(member(await set(object, { create: { n0: body } }), 'created', 'n0')['id'])

  test('bodies that are no request are told what they are', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'notJSON'], ['{', 'notJSON'], ['nonsense', 'notJSON'], ['{"using":[],"methodCalls":[],}', 'notJSON'],
      ['null', 'notRequest'], ['[]', 'notRequest'], ['7', 'notRequest'], ['{}', 'notRequest'],
      ['{"using":"core","methodCalls":[]}', 'notRequest'], ['{"using":[1],"methodCalls":[]}', 'notRequest'],
      ['{"using":[],"methodCalls":{}}', 'notRequest'], ['{"using":[],"methodCalls":[1]}', 'notRequest'],
      ['{"using":[],"methodCalls":[["x:Task/get",[],"0"]]}', 'notRequest'],
      ['{"using":[],"methodCalls":[["x:Task/get",{}]]}', 'notRequest'],
      ['{"using":[],"methodCalls":[],"createdIds":[]}', 'notRequest'],
      ['{"using":[],"methodCalls":[],"createdIds":{"a":1}}', 'notRequest'],
      [`{"using":[],"methodCalls":[["Core/echo",{"a":1e999},"0"]]}`, 'notJSON'],
      [`{"using":[],"methodCalls":[["Core/echo",{"a":"\\ud800"},"0"]]}`, 'notJSON'],
      [`{"using":[],"methodCalls":[["Core/echo",${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)},"0"]]}`, 'limit'],
      [`${'['.repeat(200_000)}`, 'limit'],
    ]
    for (const [body, type] of cases) assert.equal((await problem(body))['type'], PROBLEM + type, body.slice(0, 80))
  })

  test('10,000 method calls in one request are too many, and none of them is done', async () => {
    const calls = Array.from({ length: 10_000 }, (_, at) => ['x:ClusterRole/set', { create: { n: { name: `flood-${at}` } } }, `${at}`])
    const refused = await problem(JSON.stringify({ using: [], methodCalls: calls }))
    assert.deepEqual([refused['type'], refused['limit']], [`${PROBLEM}limit`, 'maxCallsInRequest'])
    assert.equal((await wire.call('x:ClusterRole/query', { calculateTotal: true }))['total'], 0)
    const most = await wire.jmap(Array.from({ length: CALLS_IN_REQUEST_MAX }, (_, at) => ['Core/echo', { at }, `${at}`] as const))
    assert.equal(most.responses.length, CALLS_IN_REQUEST_MAX)
  })

  test('a body larger than the limit, and one that lies about its length', async () => {
    const large = await problem(JSON.stringify({ using: [], methodCalls: [['Core/echo', { text: 'x'.repeat(10_000_000) }, '0']] }))
    assert.deepEqual([large['type'], large['limit']], [`${PROBLEM}limit`, 'maxSizeRequest'])
    for (const bytes of [
      'POST /jmap HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}',
      'POST /jmap HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      'POST /jmap HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}',
      'GET /jmap/session HTTP/1.1\r\nHost: x\r\nAuthorization: Basic\r\n\r\n',
      'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n',
      'NONSENSE\r\n\r\n',
    ]) {
      const connection = await RawHttp.open(node.port('http'))
      connection.write(bytes)
      const { status } = await connection.reply()
      connection.destroy()
      assert.ok(status >= 400 && status < 500, `${status} for ${JSON.stringify(bytes)}`)
    }
  })

  test('creation ids that go round in a circle, deeper than five, or to nobody', async () => {
    const role = (name: string, ref: string): JsonObject =>
      ({ name, listeners: { '@type': 'EnableSome', listenerIds: { [ref]: true } } })
    const nobody = await set('ClusterRole', { create: { a: role('circle', '#a'), b: role('nobody', '#nobody') } })
    for (const id of ['a', 'b']) assert.equal(member(nobody, 'notCreated', id)['type'], 'notFound', id)
    assert.equal(nobody['created'], undefined)
  })

  test('ids of another object, of another kind of thing, of nothing', async () => {
    const roleId = await create('ClusterRole', { name: 'an-id-of-a-role' })
    const strange = [roleId, 'singleton', '', ' ', '../../etc/passwd', 'x'.repeat(10_000), '\u0000', '0', '-1', 'NaN', ...LOADED_NAMES]
    for (const object of ['Task', 'Account', 'Domain', 'NetworkListener', 'ClusterNode']) {
      const got = await wire.call(`x:${object}/get`, { ids: strange })
      assert.deepEqual([got['list'], (got['notFound'] as Json[]).length], [[], strange.length], object)
      const reply = await set(object, { destroy: strange })
      assert.deepEqual(Object.keys(member(reply, 'notDestroyed')).length, strange.length, object)
      const updated = await set(object, { update: Object.fromEntries(strange.map(id => [id, {}])) })
      assert.deepEqual(Object.keys(member(updated, 'notUpdated')).length, strange.length, object)
    }
    assert.deepEqual((await wire.call('x:ClusterRole/get', { ids: [roleId] }))['notFound'], [], 'it is still there')
  })

  test('pointers into nothing', async () => {
    const id = await create('ClusterRole', { name: 'pointed-at' })
    const pointers = ['', '/', '//', 'name/', '/name', 'name/x/y', 'tasks/@type/x', 'tasks/taskTypes/x/y', 'listeners/~2', 'tasks/~',
      'nobody/is/here', `${'a/'.repeat(200)}b`, 'x'.repeat(20_000), ...LOADED_NAMES, ...LOADED_NAMES.map(name => `tasks/${name}`)]
    for (const pointer of pointers) {
      const reply = await set('ClusterRole', { update: { [id]: { [pointer]: 'x' } } })
      const { type, properties } = member(reply, 'notUpdated', id)
      assert.equal(type, 'invalidPatch', pointer.slice(0, 60))
      assert.ok(Array.isArray(properties) && properties.length > 0, pointer.slice(0, 60))
    }
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`nothing-${at}`, 1]))
    assert.equal(member(await set('ClusterRole', { update: { [id]: many } }), 'notUpdated', id)['type'], 'invalidPatch')
    const clash = await set('ClusterRole', { update: { [id]: { tasks: { '@type': 'EnableAll' }, 'tasks/@type': 'DisableAll' } } })
    assert.equal(member(clash, 'notUpdated', id)['type'], 'invalidPatch')
  })

  test('names that are loaded in JavaScript are names like any other', async () => {
    for (const name of LOADED_NAMES) {
      const text = JSON.stringify(name)
      const body = `{"using":[],"createdIds":{${text}:"x"},"methodCalls":[
        ["x:ClusterRole/set",{"create":{${text}:{"name":${text},${text}:1}},"update":{${text}:{}},"destroy":[${text}]},${text}],
        ["x:ClusterRole/set",{"create":{${text}:{"name":${text},"tasks":{"@type":"EnableSome","taskTypes":{${text}:true}}}}},"1"],
        ["x:ClusterRole/query",{"filter":{${text}:1}},"2"],
        ["x:ClusterRole/query",{"sort":[{"property":${text}}]},"3"],
        ["x:ClusterRole/get",{"ids":[${text}],"properties":[${text}]},"4"],
        ["x:${name}/get",{},"5"],
        [${text},{},"6"],
        ["Core/echo",{${text}:{${text}:1}},"7"],
        ["Core/echo",{"#x":{"resultOf":"7","name":"Core/echo","path":"/${name}"}},"8"]]}`
      const reply = await wire.post('/jmap', body)
      assert.equal(reply.status, 200, reply.body)
      const responses = json(reply)['methodResponses'] as [string, JsonObject, string][]
      assert.equal(responses.length, 9)
      assert.deepEqual(responses.filter(([, result]) => result['type'] === 'serverFail'), [])
      assert.equal(member(responses[0]?.[1], 'notCreated', name)['type'], 'invalidPatch')
      assert.equal(member(responses[1]?.[1], 'notCreated')[name] === undefined, false)
    }
    const innocent = await create('ClusterRole', { name: '__proto__' })
    await set('ClusterRole', { destroy: [innocent] })
  })

  test('numbers that are none: too large, fractions, negative, of another type', async () => {
    const numbers: readonly Json[] = [-1, 0, 0.5, 1e308, -1e308, 2 ** 53 + 2, 1e16, '5 apples', true, [], {}, null, '']
    for (const maxAttempts of numbers) {
      const reply = await set('TaskManager', { update: { singleton: { maxAttempts } } })
      if (maxAttempts === null) assert.deepEqual(reply['updated'], { singleton: null }, 'null is the default')
      else member(reply, 'notUpdated', 'singleton')
    }
    for (const totalDeadline of [0, -5, '6 parsecs', '', '1e3h', 1e300]) {
      member(await set('TaskManager', { update: { singleton: { totalDeadline } } }), 'notUpdated', 'singleton')
    }
    for (const args of [{ limit: -1 }, { limit: 0.5 }, { limit: 'x' }, { position: 1.5 }, { anchorOffset: 'x' }, { calculateTotal: 'yes' },
      { filter: [] }, { sort: {} }, { ids: 7 }, { anchor: 7 }] as readonly JsonObject[]) {
      await wire.refusal(args['ids'] === undefined ? 'x:Task/query' : 'x:Task/get', args)
    }
    const far = await wire.call('x:Task/query', { position: Number.MAX_SAFE_INTEGER, limit: 10 })
    assert.deepEqual(far['ids'], [])
  })

  test('durations, sets and dates as people write them are taken, and kept in one form', async () => {
    for (const [given, kept] of [['6h', 21_600_000], ['90s', 90_000], ['1m30s', 90_000], [21_600_000, 21_600_000]] as const) {
      await set('TaskManager', { update: { singleton: { totalDeadline: given } } })
      const { list: [manager] } = await wire.call('x:TaskManager/get', { ids: ['singleton'] }) as { list: readonly JsonObject[] }
      assert.equal(manager?.['totalDeadline'], kept)
    }
    const id = await create('NetworkListener', { name: 'as-a-list', protocol: 'smtp', bind: ['127.0.0.1:0', '[::1]:0'] })
    const { list: [listener] } = await wire.call('x:NetworkListener/get', { ids: [id] }) as { list: readonly JsonObject[] }
    assert.deepEqual(listener?.['bind'], { '127.0.0.1:0': true, '[::1]:0': true })
    await set('NetworkListener', { destroy: [id] })
  })

  test('a request that fails half-way leaves what its reply says', async () => {
    const { responses } = await wire.jmap([
      ['x:ClusterRole/set', { create: { good: { name: 'half-1' }, bad: { name: '' }, last: { name: 'half-2' } } }, '0'],
      ['x:ClusterRole/set', { create: 7 }, '1'],
      ['x:ClusterRole/set', { create: { later: { name: 'half-3' } } }, '2'],
    ])
    assert.deepEqual(responses.map(([name]) => name), ['x:ClusterRole/set', 'error', 'x:ClusterRole/set'])
    assert.deepEqual(Object.keys(member(responses[0]?.[1], 'created')), ['good', 'last'])
    for (const [name, count] of [['half-1', 1], ['half-2', 1], ['half-3', 1]] as const) {
      assert.equal((await wire.call('x:ClusterRole/query', { filter: { name }, calculateTotal: true }))['total'], count, name)
    }
  })

  test('anything that the declarations allow a client to try', { timeout: 120_000 }, async () => {
    const schema = json(await wire.get(header(await wire.get('/api/schema'), 'location') ?? ''))
    const objects = Object.entries(member(schema, 'objects')).filter(([, of]) => (of as JsonObject)['type'] !== 'view').map(([name]) => name)
    const properties = [...new Set(Object.values(member(schema, 'fields')).flatMap(of =>
      Object.keys(member(of, 'properties'))))]
    const value = fc.letrec(tie => ({
      value: fc.oneof({ maxDepth: 3 }, fc.string({ unit: 'binary' }).filter(text => text.isWellFormed()), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(), fc.constant(null), fc.constantFrom('singleton', '#n0', '2999-01-01T00:00:00Z', '6h', '****', '0 0 30 2 *'),
        fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(fc.oneof(fc.constantFrom(...properties, '@type', '0', ...LOADED_NAMES), fc.string()), tie('value'), { maxKeys: 4 })),
    })).value
    const variants = Object.values(member(schema, 'schemas')).flatMap(of => {
      const list = (of as JsonObject)['variants']
      return Array.isArray(list) ? (list as JsonObject[]).map(each => String(each['name'])) : []
    })
    const key = fc.oneof(fc.constantFrom(...properties), fc.array(fc.constantFrom(...properties, '@type', 'x', '~1', '0'), { minLength: 1, maxLength: 4 }).map(parts => parts.join('/')))
    const body = fc.record({ '@type': fc.constantFrom(...variants), rest: fc.dictionary(key, value, { maxKeys: 6 }) })
      .map(({ '@type': type, rest }) => ({ '@type': type, ...rest }))
    const args = fc.record({
      create: fc.dictionary(fc.constantFrom('n0', 'n1'), body, { maxKeys: 2 }),
      update: fc.dictionary(fc.constantFrom('singleton', '#n0', 'x'), fc.dictionary(key, value, { maxKeys: 4 }), { maxKeys: 2 }),
      destroy: fc.array(fc.constantFrom('#n0', 'x', 'singleton'), { maxLength: 2 }),
      ids: fc.option(fc.array(fc.string(), { maxLength: 3 })), properties: fc.option(fc.array(fc.constantFrom(...properties), { maxLength: 3 })),
      filter: fc.dictionary(fc.constantFrom(...properties, 'dueIsLessThan', 'text', 'operator', 'conditions'), value, { maxKeys: 3 }),
      sort: fc.array(fc.record({ property: fc.constantFrom(...properties), isAscending: fc.boolean() }), { maxLength: 2 }),
      limit: fc.oneof(fc.nat(600), value), position: fc.oneof(fc.integer(), value), anchor: fc.option(fc.string()), calculateTotal: fc.boolean(),
    }, { requiredKeys: [] })
    const call = fc.tuple(fc.constantFrom(...objects), fc.constantFrom('get', 'query', 'set'), args)
    await fc.assert(fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async calls => {
      const { responses } = await wire.jmap(calls.map(([object, verb, of], at) => [`${object}/${verb}`, of as JsonObject, `${at}`] as const))
      for (const [, result] of responses) {
        assert.notEqual(result['type'], 'serverFail', JSON.stringify(result))
        assert.deepEqual(setFaults(result), [])
      }
    }), { numRuns: 600 })
  })

  test('and after all that the node is well, and has nothing to be ashamed of in its log', async () => {
    assert.deepEqual(node.logged('').filter(line => Number(line['level']) >= 50), [])
    assert.equal((await wire.get('/jmap/session')).status, 200)
    assert.equal((await node.health()).ready, true)
  })
})
