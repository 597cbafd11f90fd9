/**
 * A tool that keeps a configuration in a file: it reads whole types page by page, and makes them again elsewhere in many
 * small requests that know of each other by `createdIds` alone.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'
import { setFaults } from './set-faults.ts'
import { basic, header, json, member, rows, Wire } from './wire.ts'

/** `maxObjectsInGet`: what the tool takes as the size of its pages. */
const PAGE = 500
const TYPES = ['NetworkListener', 'ClusterRole', 'Domain', 'Account']

suite('a plan', () => {
  let node: NodeProcess
  let tool: Wire
  let fields: JsonObject
  before(async () => {
    node = await NodeProcess.start()
    tool = new Wire(node.port('http'), basic('admin', ADMIN_PASSWORD))
    fields = member(json(await tool.get(header(await tool.get('/api/schema'), 'location') ?? '')), 'fields')
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  /** One method call in a request, with what earlier requests made; adds what this one made. */
  const apply = async (object: string, args: JsonObject, known: Record<string, string> = {}): Promise<JsonObject> => {
    const { responses: [reply], createdIds } = await tool.jmap([[`x:${object}/set`, args, 'c0']], { createdIds: { ...known } })
    assert.equal(reply?.[0], `x:${object}/set`, JSON.stringify(reply))
    assert.deepEqual(setFaults(reply[1]), [])
    Object.assign(known, createdIds)
    return reply[1]
  }
  /** All pages of a type: full ones, until one is not. */
  const snapshot = async (object: string): Promise<readonly JsonObject[]> => {
    const seen: JsonObject[] = []
    for (let last: Json = null; ;) {
      const paging = last === null ? { calculateTotal: true } : { anchor: last, anchorOffset: 1 }
      const { responses: [query, get] } = await tool.jmap([
        [`x:${object}/query`, { filter: {}, limit: PAGE, ...paging }, 'q'],
        [`x:${object}/get`, { '#ids': { resultOf: 'q', name: `x:${object}/query`, path: '/ids' }, properties: null }, 'g'],
      ])
      assert.deepEqual([query?.[0], get?.[0]], [`x:${object}/query`, `x:${object}/get`])
      const page = rows(get?.[1])
      assert.deepEqual(page.map(({ id }) => id), query?.[1]['ids'], 'no row is dropped between the two calls')
      seen.push(...page)
      last = page.at(-1)?.['id'] ?? null
      if (page.length < PAGE) return seen
    }
  }

  test('of more objects than fit on a page is read whole', async () => {
    const names = Array.from({ length: 510 }, (_, at) => `role-${at}`)
    for (let start = 0; start < names.length; start += PAGE) {
      const batch = names.slice(start, start + PAGE).map(name => [`clusterrole-${name}`, { name }])
      const reply = await apply('ClusterRole', { create: Object.fromEntries(batch) as JsonObject })
      assert.equal(Object.keys(member(reply, 'created')).length, batch.length)
    }
    const roles = await snapshot('ClusterRole')
    assert.deepEqual(roles.map(({ name }) => String(name)).toSorted(), names.toSorted())
    for (let start = 0; start < roles.length; start += PAGE) {
      await apply('ClusterRole', { destroy: roles.slice(start, start + PAGE).map(({ id }) => String(id)) })
    }
    assert.deepEqual(await snapshot('ClusterRole'), [])
  })

  test('is made by requests of one call each, with references as values and as keys', async () => {
    const known: Record<string, string> = {}
    const listener = (name: string): JsonObject => ({ name, protocol: 'lmtp', bind: { '127.0.0.1:0': true } })
    await apply('NetworkListener', { create: { 'networklistener-a': listener('plan') } }, known)
    await apply('ClusterRole', { create: { 'clusterrole-a': { name: 'plan',
      listeners: { '@type': 'EnableSome', listenerIds: { '#networklistener-a': true } } } } }, known)
    await apply('Domain', { create: { 'domain-a': { name: 'plan.example' } } }, known)
    await apply('Account', { create: { 'account-a': { '@type': 'Group', name: 'team', domainId: '#domain-a' } } }, known)
    const jane = { '@type': 'User', name: 'jane', domainId: '#domain-a', memberGroupIds: { '#account-a': true } }
    await apply('Account', { create: { 'account-b': jane } }, known)
    assert.deepEqual(Object.keys(known), ['networklistener-a', 'clusterrole-a', 'domain-a', 'account-a', 'account-b'])
    const idOf = (ref: string): string => known[ref] ?? ''
    const read = async (object: string, ref: string): Promise<JsonObject> =>
      rows(await tool.call(`x:${object}/get`, { ids: [idOf(ref)], properties: null }))[0] ?? {}
    const listenersOfRole = async (): Promise<JsonObject> =>
      member(await read('ClusterRole', 'clusterrole-a'), 'listeners', 'listenerIds')
    assert.deepEqual(await listenersOfRole(), { [idOf('networklistener-a')]: true })
    const { domainId, memberGroupIds } = await read('Account', 'account-b')
    assert.deepEqual([domainId, memberGroupIds], [idOf('domain-a'), { [idOf('account-a')]: true }])
    await apply('NetworkListener', { create: { 'networklistener-b': listener('plan-b') } }, known)
    const patch = { 'listeners/listenerIds/#networklistener-b': true, 'listeners/listenerIds/#networklistener-a': null }
    const reply = await apply('ClusterRole', { update: { [idOf('clusterrole-a')]: patch } }, known)
    assert.deepEqual(reply['updated'], { [idOf('clusterrole-a')]: null })
    assert.deepEqual(await listenersOfRole(), { [idOf('networklistener-b')]: true })
  })

  test('a reference to nothing is refused, whatever was given along', async () => {
    for (const createdIds of [{}, { other: 'x' }, { missing: 'no-such-domain' }]) {
      const reply = await apply('Account', { create: { n: { '@type': 'User', name: 'joe', domainId: '#missing' } } }, createdIds)
      assert.match(String(member(reply, 'notCreated', 'n')['type']), /^(notFound|invalidForeignKey)$/)
    }
  })

  test('applied to what is there already, without what cannot be changed, changes nothing', async () => {
    for (const object of TYPES) {
      const before = await snapshot(object)
      assert.ok(before.length > 0, object)
      for (const row of before) {
        const id = String(row['id'])
        const reply = await apply(object, { update: { [id]: changeable(object, row) } })
        assert.deepEqual(reply['updated'], { [id]: null }, `${object}: ${JSON.stringify(reply)}`)
      }
      assert.deepEqual(await snapshot(object), before)
    }
    const [manager] = rows(await tool.call('x:TaskManager/get', { ids: ['singleton'], properties: null }))
    const reply = await apply('TaskManager', { update: { singleton: changeable('TaskManager', manager ?? {}) } })
    assert.deepEqual(reply['updated'], { singleton: null })
  })

  test('made from a snapshot is the same again', async () => {
    const [listener] = await snapshot('NetworkListener')
    const again = { ...changeable('NetworkListener', listener ?? {}, ['serverSet']), name: 'again', bind: { '127.0.0.1:0': true } }
    const id = String(member(await apply('NetworkListener', { create: { n: again } }), 'created', 'n')['id'])
    const copy = (await snapshot('NetworkListener')).find(row => row['id'] === id)
    assert.deepEqual(changeable('NetworkListener', copy ?? {}, ['serverSet']), again)
    await apply('NetworkListener', { destroy: [id] })
  })

  test('is taken back in the reverse order; in the other one it is told what hangs on it', async () => {
    const id = async (object: string, filter: JsonObject): Promise<string> =>
      String(((await tool.call(`x:${object}/query`, { filter, limit: PAGE }))['ids'] as string[])[0])
    const domainId = await id('Domain', { name: 'plan.example' })
    const linked = member(await apply('Domain', { destroy: [domainId] }), 'notDestroyed', domainId)
    assert.equal(linked['type'], 'objectIsLinked')
    assert.ok((linked['linkedObjects'] as JsonObject[]).every(({ object }) => object === 'Account'))
    const role = await id('ClusterRole', { name: 'plan' })
    assert.deepEqual((await apply('ClusterRole', { destroy: [role] }))['destroyed'], [role])
    const listeners = await Promise.all(['plan', 'plan-b'].map(name => id('NetworkListener', { name })))
    assert.deepEqual((await apply('NetworkListener', { destroy: listeners }))['destroyed'], listeners)
  })

  test('times are taken with an offset, with fractions, and come back in one form', async () => {
    for (const expiresAt of ['2999-01-01T02:00:00+02:00', '2999-01-01T00:00:00.999Z', '2998-12-31T19:00:00.5-05:00']) {
      const created = await apply('ApiKey', { create: { n: { description: 'times', expiresAt } } })
      const id = String(member(created, 'created', 'n')['id'])
      const [row] = rows(await tool.call('x:ApiKey/get', { ids: [id], properties: ['expiresAt'] }))
      assert.equal(row?.['expiresAt'], '2999-01-01T00:00:00Z')
      await apply('ApiKey', { destroy: [id] })
    }
  })

  /** As the tool makes a patch of a row: without `@type`, secrets, and what is not the client's to change. */
  function changeable(object: string, row: JsonObject, without: readonly string[] = ['immutable', 'serverSet']): JsonObject {
    const shape = typeof row['@type'] === 'string' ? `x:${row['@type']}${object}` : `x:${object}`
    const properties = member(fields, shape, 'properties')
    return Object.fromEntries(Object.entries(row).filter(([name]) => Object.hasOwn(properties, name)
      && !without.includes(String(member(properties, name)['update']))))
  }
})
