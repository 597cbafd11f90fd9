import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { CallContext } from '../method.ts'
import { KEYS_PER_ACCOUNT_MAX, keyUseKey } from './api-key.ts'

describe('ApiKey', () => {
  let test: TestRegistry
  let domainId: Id
  let jane: Id
  /** Logged in with the password. */
  let asJane: CallContext
  beforeEach(async () => {
    test = await openRegistry()
    domainId = await test.create('Domain', { name: 'example.org' })
    jane = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
    asJane = test.context(test.principal(test.objects.roles.User, jane))
  })

  const stored = async (id: Id): Promise<JsonObject> =>
    (await test.store.read(tx => tx.objects.get('ApiKey', [id])))[0]?.body ?? {}
  const only = (...names: string[]) => ({ '@type': 'Replace', permissions: names })
  const without = (...names: string[]) => ({ '@type': 'Disable', permissions: names })
  /** Logged in with a key of Jane's that may do just this. */
  const withKey = (keyId: Id, ...names: string[]): CallContext =>
    test.context({ ...test.principal(names, jane), via: `apiKey:${keyId}` })

  describe('a new one', () => {
    it('belongs to its maker, and its text is told once', async () => {
      const reply = await test.call('ApiKey/set', { create: { n: { description: 'backup' } } }, asJane)
      const id = String(at(reply, 'created', 'n', 'id'))
      assert.deepEqual(part(reply, 'created', 'n'), { id, secret: `rota_${jane}_${id}_key` })
      const key = {
        accountId: jane, description: 'backup', createdAt: '2026-01-01T00:00:00Z',
        permissions: { '@type': 'Inherit' }, expiresAt: null, allowedIps: {}, lastUsedAt: null,
      }
      assert.deepEqual(await stored(id), { ...key, secret: '$fake$key' })
      assert.deepEqual(await test.get('ApiKey', id, asJane), { id, ...key, secret: '****' })
      assert.deepEqual(await test.query('ApiKey', { filter: { accountId: jane } }), [id])
      assert.equal(await test.update('ApiKey', id, { description: 'nightly backup' }, asJane), null)
      assert.equal((await stored(id))['secret'], '$fake$key')
    })
    it('says when it was last used, which nobody else sets', async () => {
      const id = await test.create('ApiKey', { description: 'x' }, asJane)
      await test.store.transact(({ keys }) => keys.put(keyUseKey(id), { at: test.clock.now() }, null))
      assert.equal((await test.get('ApiKey', id, asJane))['lastUsedAt'], '2026-01-01T00:00:00Z')
      assert.equal((await test.refusedUpdate('ApiKey', id, { lastUsedAt: '2026-01-02T00:00:00Z' }, asJane))['type'], 'invalidPatch')
    })
    it('has a secret that nobody chooses or changes', async () => {
      const error = await test.refused('ApiKey', { description: 'x', secret: 'mine' }, asJane)
      assert.deepEqual([error['type'], error['properties']], ['invalidPatch', ['secret']])
      const id = await test.create('ApiKey', { description: 'x' }, asJane)
      assert.equal((await test.refusedUpdate('ApiKey', id, { secret: 'mine' }, asJane))['type'], 'invalidPatch')
      assert.equal((await test.refusedUpdate('ApiKey', id, { accountId: domainId }))['type'], 'invalidPatch')
    })
    it('says what it is for, has permissions that exist, and ends in the future', async () => {
      const refusals = [
        [{}, 'description'],
        [{ description: 'x', permissions: only('everything') }, 'permissions/permissions/everything'],
        [{ description: 'x', expiresAt: '2026-01-01T00:00:00Z' }, 'expiresAt'],
        [{ description: 'x', allowedIps: ['nowhere'] }, 'allowedIps/nowhere'],
      ] as const
      for (const [body, property] of refusals) {
        const error = await test.refused('ApiKey', body, asJane)
        assert.deepEqual([error['type'], error['properties']], ['validationFailed', [property]])
      }
      assert.ok(await test.create('ApiKey', { description: 'x', expiresAt: '2026-01-01T00:00:01Z' }, asJane))
    })
    it('is for a user that exists', async () => {
      const group = await test.create('Account', { '@type': 'Group', name: 'all', domainId })
      assert.deepEqual(
        (await test.refused('ApiKey', { accountId: group, description: 'x' }))['properties'],
        ['accountId'],
      )
      const error = await test.refused('ApiKey', { accountId: '0000000000000', description: 'x' })
      assert.equal(error['type'], 'invalidForeignKey')
    })
    it('is one of so many', async () => {
      for (let each = 0; each < KEYS_PER_ACCOUNT_MAX; each++) {
        await test.create('ApiKey', { description: `${each}` }, asJane)
      }
      assert.equal((await test.refused('ApiKey', { description: 'one more' }, asJane))['type'], 'overQuota')
      const [first = ''] = await test.query('ApiKey', {}, asJane)
      await test.call('ApiKey/set', { destroy: [first] }, asJane)
      await test.create('ApiKey', { description: 'one more' }, asJane)
    })
  })

  it('is found by when it expires', async () => {
    const [soon, later] = ['2026-02-01T00:00:00Z', '2026-10-01T00:00:00Z']
    const keys = [soon, later, null].map(expiresAt => test.create('ApiKey', { description: 'x', expiresAt }, asJane))
    const [first = '', second = ''] = await Promise.all(keys)
    const found = (filter: JsonObject, more: JsonObject = {}) => test.query('ApiKey', { filter, ...more }, asJane)
    assert.deepEqual(await found({ expiresAtIsLessThan: later }), [first])
    assert.deepEqual(await found({ expiresAtIsGreaterThanOrEqual: soon }, { sort: [{ property: 'id' }] }), [first, second])
    assert.deepEqual(await found({ expiresAtIsGreaterThan: soon, expiresAtIsLessThanOrEqual: later }), [second])
    assert.deepEqual(await found({ expiresAt: later }), [second])
    const page = { anchor: first, anchorOffset: 0, limit: 5 }
    for (const [filter, ids] of [[{ expiresAtIsLessThanOrEqual: soon }, [first]], [{ expiresAtIsGreaterThan: soon }, [second]]] as const) {
      assert.deepEqual(await found(filter, page), ids, 'an anchor counts as far as it matches')
    }
  })

  describe('of others', () => {
    it('is there for nobody but who may change accounts', async () => {
      const john = await test.create('Account', { '@type': 'User', name: 'john', domainId })
      const key = await test.create('ApiKey', { accountId: john, description: 'x' })
      const roles = ['User', 'Operator', 'ReadOnly'] as const
      for (const role of roles) {
        const context = test.context(test.principal(test.objects.roles[role], jane))
        assert.deepEqual(await test.query('ApiKey', {}, context), [], role)
        assert.deepEqual((await test.call('ApiKey/get', { ids: [key] }, context))['notFound'], [key], role)
      }
      assert.equal((await test.refusedUpdate('ApiKey', key, { description: 'y' }, asJane))['type'], 'notFound')
      const reply = await test.call('ApiKey/set', { destroy: [key] }, asJane)
      assert.equal(at(reply, 'notDestroyed', key, 'type'), 'notFound')
      const made = await test.refused('ApiKey', { accountId: john, description: 'x' }, asJane)
      assert.equal(made['type'], 'forbidden')
      assert.deepEqual((await test.call('ApiKey/set', { destroy: [key] }))['destroyed'], [key])
    })
    it('cannot be given, or be taken, by who could not do the same', async () => {
      const root = await test.create('Account', { '@type': 'User', name: 'root', domainId, roles: { '@type': 'Admin' } })
      const key = await test.create('ApiKey', { accountId: root, description: 'x' })
      const clerk = test.context(test.principal([...test.objects.roles.User, 'sysAccountUpdate'], jane))
      const error = await test.refused('ApiKey', { accountId: root, description: 'mine' }, clerk)
      assert.equal(error['type'], 'forbidden')
      assert.equal((await test.refusedUpdate('ApiKey', key, { description: 'y' }, clerk))['type'], 'forbidden')
      const reply = await test.call('ApiKey/set', { destroy: [key] }, clerk)
      assert.equal(at(reply, 'notDestroyed', key, 'type'), 'forbidden')
    })
    it('is not made, changed or revoked for an account that may do more, however little the key may do', async () => {
      const root = await test.create('Account', { '@type': 'User', name: 'root', domainId, roles: { '@type': 'Admin' } })
      const clerk = test.context(test.principal([...test.objects.roles.User, 'sysAccountUpdate'], jane))
      const little = { accountId: root, description: 'mail only', permissions: only('jmapEmailGet') }
      assert.equal((await test.refused('ApiKey', little, clerk))['type'], 'forbidden')
      const key = await test.create('ApiKey', little)
      assert.equal((await test.refusedUpdate('ApiKey', key, { description: 'y' }, clerk))['type'], 'forbidden')
      const reply = await test.call('ApiKey/set', { destroy: [key] }, clerk)
      assert.equal(at(reply, 'notDestroyed', key, 'type'), 'forbidden')
      const john = await test.create('Account', { '@type': 'User', name: 'john', domainId })
      const ofJohn = await test.create('ApiKey', { ...little, accountId: john }, clerk)
      assert.deepEqual((await test.call('ApiKey/set', { destroy: [ofJohn] }, clerk))['destroyed'], [ofJohn])
    })
  })

  describe('made with a key', () => {
    it('can do no more than that key', async () => {
      const key = await test.create('ApiKey', { description: 'x' }, asJane)
      const may = ['sysApiKeyCreate', 'sysApiKeyUpdate', 'sysApiKeyDestroy', 'jmapEmailGet']
      const context = withKey(key, ...may)
      const error = await test.refused('ApiKey', { description: 'y' }, context)
      assert.deepEqual([error['type'], error['properties']], ['forbidden', ['permissions']])
      const rest = [...test.objects.roles.User].filter(name => !may.includes(name))
      for (const name of rest) assert.ok(String(error['description']).includes(name), name)
      await test.create('ApiKey', { description: 'y', permissions: without(...rest) }, context)
      const id = await test.create('ApiKey', { description: 'y', permissions: only('jmapEmailGet') }, context)
      for (const permissions of [{ '@type': 'Inherit' }, only('jmapEmailGet', 'jmapEmailQuery')]) {
        assert.equal((await test.refusedUpdate('ApiKey', id, { permissions }, context))['type'], 'forbidden')
      }
      for (const patch of [{ permissions: only() }, { expiresAt: null, allowedIps: ['10.0.0.1'] }]) {
        const refused = await test.refusedUpdate('ApiKey', key, patch, context)
        assert.equal(refused['type'], 'forbidden', 'a key that can do more is not its own to change')
      }
      assert.deepEqual((await test.call('ApiKey/set', { destroy: [key] }, context))['destroyed'], [key])
      const gone = await test.refused('ApiKey', { description: 'z', permissions: only() }, context)
      assert.equal(gone['type'], 'forbidden', 'and with a destroyed one nothing can be made')
    })
    it('gets no more than that key when the account does', async () => {
      const made = async (own: JsonObject, permissions: JsonObject): Promise<boolean> => {
        const key = await test.create('ApiKey', { description: 'x', permissions: own }, asJane)
        const context = withKey(key, ...test.objects.roles.User)
        const reply = await test.call('ApiKey/set', { create: { n: { description: 'y', permissions } } }, context)
        if (reply['notCreated'] === undefined) return true
        const error = part(reply, 'notCreated', 'n')
        assert.deepEqual([error['type'], error['properties']], ['forbidden', ['permissions']])
        return false
      }
      const inherit = { '@type': 'Inherit' }
      const later = 'sysTaskCreate'
      assert.ok(!test.objects.roles.User.has(later))
      const cases: readonly [JsonObject, JsonObject, boolean][] = [
        [inherit, inherit, true], [inherit, only(later), true],
        [only('jmapEmailGet'), only('jmapEmailGet'), true], [only('jmapEmailGet'), only('jmapEmailGet', later), false],
        [only('jmapEmailGet'), without(), false], [only('jmapEmailGet'), inherit, false],
        [without(later), without(later, 'jmapEmailGet'), true], [without(later), without('jmapEmailGet'), false],
        [without(later), only('jmapEmailGet'), true], [without(later), only(later), false], [without(later), inherit, false],
      ]
      for (const [own, permissions, may] of cases) assert.equal(await made(own, permissions), may, JSON.stringify([own, permissions]))
    })
    it('lives no longer than that key', async () => {
      const key = await test.create('ApiKey', { description: 'x', expiresAt: '2026-02-01T00:00:00Z' }, asJane)
      const context = withKey(key, ...test.objects.roles.User)
      for (const expiresAt of [null, '2026-02-01T00:00:01Z']) {
        const error = await test.refused('ApiKey', { description: 'y', expiresAt }, context)
        assert.deepEqual([error['type'], error['properties']], ['forbidden', ['expiresAt']])
        assert.equal((await test.refusedUpdate('ApiKey', key, { expiresAt: '2027-01-01' }, context))['type'], 'forbidden')
      }
      const id = await test.create('ApiKey', { description: 'y', expiresAt: '2026-02-01T00:00:00Z' }, context)
      await test.update('ApiKey', id, { expiresAt: null }, asJane)
    })
    it('works from nowhere else than that key', async () => {
      const allowedIps = ['10.0.0.0/8', '2001:db8::/32']
      const key = await test.create('ApiKey', { description: 'x', allowedIps }, asJane)
      const context = withKey(key, ...test.objects.roles.User)
      for (const more of [[], ['0.0.0.0/0'], [...allowedIps, '192.0.2.1']]) {
        const error = await test.refused('ApiKey', { description: 'y', allowedIps: more }, context)
        assert.deepEqual([error['type'], error['properties']], ['forbidden', ['allowedIps']], JSON.stringify(more))
      }
      await test.create('ApiKey', { description: 'y', allowedIps: ['10.0.0.0/8'] }, context)
    })
  })

  it('goes with its account', async () => {
    const key = await test.create('ApiKey', { description: 'x' }, asJane)
    await test.create('ApiKey', { description: 'y' }, asJane)
    assert.deepEqual((await test.call('Account/set', { destroy: [jane] }))['destroyed'], [jane])
    assert.deepEqual(await stored(key), {})
    assert.deepEqual(await test.query('ApiKey'), [])
  })

  it('stays when its account does', async () => {
    const key = await test.create('ApiKey', { description: 'x' }, asJane)
    const clerk = test.context(test.principal(['sysAccountDestroy'], domainId))
    const reply = await test.call('Account/set', { destroy: [jane] }, clerk)
    assert.equal(at(reply, 'notDestroyed', jane, 'type'), 'forbidden')
    assert.equal((await stored(key))['accountId'], jane)
  })

  it('is a right of every role, to change only for those that may change something', () => {
    const { User, Operator, Admin, ReadOnly } = test.objects.roles
    const verbs = ['Get', 'Query', 'Create', 'Update', 'Destroy'].map(verb => `sysApiKey${verb}`)
    for (const role of [User, Operator, Admin]) assert.ok(verbs.every(name => role.has(name)))
    assert.deepEqual(verbs.filter(name => ReadOnly.has(name)), ['sysApiKeyGet', 'sysApiKeyQuery'])
    assert.equal(ReadOnly.has('sysAccountUpdate'), false)
    const names = test.registry.permissions().map(({ name }) => name)
    assert.equal(new Set(names).size, names.length, 'each permission once')
  })
})
