import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { JsonObject } from '../../base/json.ts'
import { number, shape, variants } from '../../base/fields.ts'
import { MethodError } from '../method.ts'
import { object } from '../schema/object.ts'
import { OBJECTS_IN_GET_MAX } from './environment.ts'

describe('/get', () => {
  let test: TestRegistry
  let ids: string[]
  const get = (object: string, args: JsonObject) => test.call(`${object}/get`, args)
  const listed = (reply: JsonObject) => (reply['list'] as unknown as JsonObject[]).map(entry => entry['id'])

  beforeEach(async () => {
    test = await openRegistry()
    ids = []
    for (const name of ['smtp', 'lmtp', 'http']) ids.push(await test.create('NetworkListener', { name, bind: ['127.0.0.1:0'] }))
  })

  it('keeps the order of the ids and names each once', async () => {
    const asked = [ids[2], ids[0], ids[2], ids[1]] as string[]
    assert.deepEqual(listed(await get('NetworkListener', { ids: asked })), [ids[2], ids[0], ids[1]])
  })

  it('puts unknown and malformed ids into notFound', async () => {
    const strange = ['0000000000000', 'nonsense', '', '#n0', '../x', 'singleton', '__proto__']
    const reply = await get('NetworkListener', { ids: [...strange, ids[0] ?? ''] })
    assert.deepEqual(reply['notFound'], strange)
    assert.deepEqual(listed(reply), [ids[0]])
  })

  it('answers no ids with nothing and null with everything, newest first', async () => {
    assert.deepEqual((await get('NetworkListener', { ids: [] }))['list'], [])
    for (const args of [{ ids: null }, {}]) assert.deepEqual(listed(await get('NetworkListener', args)), ids.toReversed())
  })

  it('always gives the id, and of the properties those that are asked for', async () => {
    const reply = await get('NetworkListener', { ids: [ids[0] ?? ''], properties: ['name', 'bind', 'nothing', 'constructor'] })
    assert.deepEqual(reply['list'], [{ id: ids[0], name: 'smtp', bind: { '127.0.0.1:0': true } }])
    assert.deepEqual((await get('NetworkListener', { ids: [ids[0] ?? ''], properties: [] }))['list'], [{ id: ids[0] }])
  })

  it('gives all properties when none are named, unset ones as null', async () => {
    const [listener] = (await get('NetworkListener', { ids: [ids[0] ?? ''], properties: null }))['list'] as unknown as JsonObject[]
    assert.deepEqual(listener, {
      id: ids[0], name: 'smtp', protocol: 'smtp', bind: { '127.0.0.1:0': true }, maxConnections: 8192, useTls: true, tlsImplicit: false,
      tlsDisableProtocols: {}, tlsDisableCipherSuites: {}, tlsTimeout: 60_000, tlsIgnoreClientOrder: true, socketBacklog: 1024,
      socketNoDelay: true, socketReusePort: false, overrideProxyTrustedNetworks: {},
    })
    const role = await test.create('ClusterRole', { name: 'edge' })
    assert.equal((await test.get('ClusterRole', role))['description'], null)
  })

  it('gives the @type of objects with variants when it is asked for or nothing is', async () => {
    const domainId = await test.create('Domain', { name: 'example.org' })
    const account = await test.create('Account', { '@type': 'Group', name: 'all', domainId })
    // A form asks for the properties of all variants together.
    const reply = await get('Account', { ids: [account], properties: ['@type', 'name', 'credentials', 'roles'] })
    assert.deepEqual(reply['list'], [{ id: account, '@type': 'Group', name: 'all' }])
    assert.deepEqual((await get('Account', { ids: [account], properties: ['name'] }))['list'], [{ id: account, name: 'all' }])
  })

  it('computes a property once for all objects of a call, and only when it is asked for', async () => {
    const asked: string[][] = []
    const pool = object({
      name: 'Pool', label: 'Pool', doc: 'For tests.',
      shape: variants('Pool', [
        { name: 'Sized', label: 'Sized', shape: shape('SizedPool', { size: number('Size.', 'size', { update: 'serverSet' }) }) },
        { name: 'Endless', label: 'Endless' },
      ]),
      hooks: { computed: { async size(_tx, pools) {
        asked.push(pools.map(({ id }) => id))
        return pools.map((_, index) => index + 10)
      } } },
    })
    test = await openRegistry(pool)
    const made: string[] = []
    for (const type of ['Sized', 'Endless', 'Sized']) made.push(await test.create('Pool', { '@type': type }))
    const [first = '', endless = '', last = ''] = made
    const whole = await get('Pool', { ids: [last, endless, first] })
    assert.deepEqual(whole['list'], [
      { id: last, '@type': 'Sized', size: 10 }, { id: endless, '@type': 'Endless' }, { id: first, '@type': 'Sized', size: 11 },
    ])
    assert.deepEqual(asked, [[last, first]])
    await get('Pool', { ids: made, properties: ['@type'] })
    await get('Pool', { ids: [endless] })
    assert.equal(asked.length, 1)
  })

  it('has a singleton that is always there', async () => {
    const expected = {
      id: 'singleton', maxAttempts: 3, totalDeadline: 21_600_000,
      strategy: { '@type': 'ExponentialBackoff', factor: 2, initialDelay: 60_000, maxDelay: 1_800_000, jitter: true },
    }
    for (const args of [{ ids: ['singleton'] }, { ids: null }]) assert.deepEqual((await get('TaskManager', args))['list'], [expected])
    assert.deepEqual((await get('TaskManager', { ids: ['singleton', 'other'] }))['notFound'], ['other'])
    assert.deepEqual((await get('TaskManager', { ids: [] }))['list'], [])
  })

  it('refuses more ids than the session says', async () => {
    const many = Array.from({ length: OBJECTS_IN_GET_MAX + 1 }, (_, index) => String(index))
    await assert.rejects(get('NetworkListener', { ids: many }), error => error instanceof MethodError && error.type === 'requestTooLarge')
    assert.equal((await get('NetworkListener', { ids: many.slice(1) }) as { notFound: string[] }).notFound.length, OBJECTS_IN_GET_MAX)
  })

  it('refuses arguments of the wrong type by name', async () => {
    for (const args of [{ ids: 'a' }, { ids: [1] }, { ids: {} }, { properties: 'name' }, { properties: [null] }]) {
      await assert.rejects(get('NetworkListener', args), error => error instanceof MethodError && error.type === 'invalidArguments')
    }
  })

  it('needs its permission and says which', async () => {
    const context = test.context(test.principal(['sysNetworkListenerQuery']))
    await assert.rejects(test.call('NetworkListener/get', { ids }, context), {
      type: 'forbidden',
      message: /tester lacks the permission sysNetworkListenerGet/,
    })
  })

  it('replies with the account of the caller, whatever was sent', async () => {
    for (const accountId of ['x', 5, null, {}])
      assert.equal((await get('NetworkListener', { accountId, ids: [] }))['accountId'], '0000000000001')
  })

  it('masks secrets wherever they are', async () => {
    const domainId = await test.create('Domain', { name: 'example.org' })
    const account = await test.create('Account', {
      '@type': 'User', name: 'jane', domainId, credentials: [{ '@type': 'Password', secret: 'correct horse' }],
    })
    const key = await test.create('ApiKey', { accountId: account, description: 'ci' })
    const shown = [await test.get('Account', account), await test.get('ApiKey', key)]
    assert.deepEqual([at(shown[0], 'credentials', '0', 'secret'), at(shown[1], 'secret')], ['****', '****'])
    assert.ok(!JSON.stringify(shown).includes('$fake$'))
  })

  it('fills in what was declared after an object was stored, and drops what is no longer declared', async () => {
    await test.store.transact(tx => tx.objects.insert('NetworkListener', '0000000000009', { name: 'old', bind: {}, gone: 1 }, [], []))
    const old = part(await get('NetworkListener', { ids: ['0000000000009'] }), 'list', '0')
    assert.deepEqual([old['name'], old['protocol'], old['maxConnections'], old['gone']], ['old', 'smtp', 8192, undefined])
  })
})
