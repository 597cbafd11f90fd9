/** Tenants with their accounts, groups and domains: who may belong where, and how much of it there may be. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { effectivePermissions } from './account-permissions.ts'

describe('Tenant', () => {
  let test: TestRegistry
  let acme: Id
  let acmeDomain: Id
  let free: Id
  beforeEach(async () => {
    test = await openRegistry()
    acme = await tenant('ACME')
    acmeDomain = await domain('acme.example', acme)
    free = await domain('free.example')
  })

  const tenant = (name: string, quotas: JsonObject = {}) => test.create('Tenant', { name, quotas })
  const domain = (name: string, memberTenantId: Id | null = null, more: JsonObject = {}) =>
    test.create('Domain', { name, memberTenantId, ...more })
  const body = (name: string, domainId: Id, memberTenantId: Id | null, more: JsonObject = {}): JsonObject =>
    ({ '@type': 'User', name, domainId, memberTenantId, ...more })
  const user = (name: string, domainId = acmeDomain, memberTenantId: Id | null = acme, more: JsonObject = {}) =>
    test.create('Account', body(name, domainId, memberTenantId, more))
  const group = (name: string, domainId = acmeDomain, memberTenantId: Id | null = acme) =>
    user(name, domainId, memberTenantId, { '@type': 'Group' })
  const used = async (id: Id): Promise<Json | undefined> => (await test.get('Tenant', id))['usedDiskQuota']
  const refusedDestroy = async (object: string, id: Id) =>
    part(await test.call(`${object}/set`, { destroy: [id] }), 'notDestroyed', id)
  /** What says no, and about what. */
  const verdict = ({ type, properties }: JsonObject) => [type, properties]

  it('has a name of its own, and is found by it', async () => {
    const created = await test.get('Tenant', acme)
    assert.deepEqual(created, { id: acme, name: 'ACME', quotas: {}, createdAt: '2026-01-01T00:00:00Z', usedDiskQuota: 0 })
    const again = await test.refused('Tenant', { name: 'ACME' })
    assert.deepEqual([...verdict(again), again['existingId']], ['primaryKeyViolation', ['name'], acme])
    const others: Id[] = []
    for (const name of ['__proto__', 'Bücher & Söhne', '株式会社', 'x'.repeat(200)]) others.push(await tenant(name))
    assert.deepEqual((await test.get('Tenant', others[0] ?? ''))['name'], '__proto__')
    assert.deepEqual(await test.query('Tenant', { filter: { text: 'bucher' } }), [others[1]])
    assert.deepEqual(await test.query('Tenant', { filter: { text: '株式' } }), [others[2]])
    assert.deepEqual(await test.query('Tenant', { filter: { name: '__proto__' } }), [others[0]])
    for (const wrong of [{}, { name: '' }, { name: 'x'.repeat(201) }, { name: 'x', quotas: { maxAccounts: -1 } }, { name: 'x', quotas: { maxRoles: 1 } }]) {
      assert.equal((await test.refused('Tenant', wrong))['type'], 'validationFailed', JSON.stringify(wrong))
    }
    assert.equal((await test.refused('Tenant', { name: 'x', usedDiskQuota: 1 }))['type'], 'invalidPatch')
  })

  it('stays as long as something belongs to it', async () => {
    const inUse = await refusedDestroy('Tenant', acme)
    assert.deepEqual([inUse['type'], inUse['linkedObjects']], ['objectIsLinked', [{ object: 'Domain', id: acmeDomain }]])
    await test.update('Domain', acmeDomain, { memberTenantId: null })
    const jane = await user('jane', free)
    assert.deepEqual((await refusedDestroy('Tenant', acme))['linkedObjects'], [{ object: 'Account', id: jane }])
    await test.call('Account/set', { destroy: [jane] })
    assert.deepEqual((await test.call('Tenant/set', { destroy: [acme] }))['destroyed'], [acme])
  })

  it('must be there to be named', async () => {
    for (const id of ['0000000000000', 'nobody', acmeDomain]) {
      for (const [object, sent] of [['Domain', { name: 'x.example', memberTenantId: id }], ['Account', body('x', free, id)]] as const) {
        const error = await test.refused(object, sent)
        assert.deepEqual(verdict(error), ['invalidForeignKey', ['memberTenantId']], id)
      }
    }
  })

  describe('of accounts', () => {
    it('is that of every domain in which they have an address', async () => {
      const other = await tenant('Other')
      const otherDomain = await domain('other.example', other)
      for (const [domainId, tenantId] of [[acmeDomain, null], [acmeDomain, other], [otherDomain, acme]] as const) {
        const error = await test.refused('Account', body('x', domainId, tenantId))
        assert.deepEqual(verdict(error), ['validationFailed', ['memberTenantId']])
        assert.match(String(error['description']), /must be \w+, the tenant of the domain (acme|other)\.example/)
      }
      const aliased = (enabled: boolean) => ({ aliases: [{ name: 'y', domainId: otherDomain, enabled }] })
      for (const enabled of [true, false]) {
        assert.equal((await test.refused('Account', body('x', acmeDomain, acme, aliased(enabled))))['type'], 'validationFailed')
      }
      const jane = await user('jane')
      assert.equal((await test.refusedUpdate('Account', jane, aliased(true)))['type'], 'validationFailed')
      assert.equal((await test.refusedUpdate('Account', jane, { domainId: otherDomain }))['type'], 'validationFailed')
      await test.update('Account', jane, { domainId: otherDomain, memberTenantId: other })
      assert.equal((await test.get('Account', jane))['memberTenantId'], other)
    })
    it('may be any in a domain without one, and changes with the domain in steps', async () => {
      const other = await tenant('Other')
      const jane = await user('jane', free, acme)
      const alias = await user('john', acmeDomain, acme, { aliases: [{ name: 'j', domainId: free }] })
      const error = await test.refusedUpdate('Domain', free, { memberTenantId: other })
      assert.deepEqual(verdict(error), ['objectIsLinked', ['memberTenantId']])
      await test.update('Domain', free, { memberTenantId: acme })
      assert.equal((await test.refusedUpdate('Account', jane, { memberTenantId: other }))['type'], 'validationFailed')
      await test.update('Domain', free, { memberTenantId: null })
      await test.update('Account', jane, { memberTenantId: other })
      const byAlias = await test.refusedUpdate('Domain', free, { memberTenantId: other })
      assert.match(String(byAlias['description']), /^1 of 1 accounts/)
      await test.update('Account', alias, { aliases: {} })
      await test.update('Domain', free, { memberTenantId: other })
    })
    it('is what lists filter by', async () => {
      const [jane, team] = [await user('jane'), await group('team')]
      const other = await user('jane', free, null)
      assert.deepEqual(await test.query('Account', { filter: { memberTenantId: acme } }), [team, jane])
      assert.deepEqual(await test.query('Account', { filter: { memberTenantId: acme, '@type': 'User', name: 'JANE' } }), [jane])
      assert.deepEqual(await test.query('Account', { filter: { name: 'jane', domainId: free } }), [other])
      assert.deepEqual(await test.query('Domain', { filter: { memberTenantId: acme } }), [acmeDomain])
      await test.update('Domain', acmeDomain, { memberTenantId: null })
      await test.update('Account', jane, { memberTenantId: null })
      assert.deepEqual(await test.query('Account', { filter: { memberTenantId: acme } }), [team])
    })
  })

  describe('permissions of members', () => {
    const more = [
      { roles: { '@type': 'Admin' } }, { roles: { '@type': 'Operator' } }, { roles: { '@type': 'ReadOnly' } },
      { permissions: { '@type': 'Merge', enabledPermissions: { sysAccountGet: true } } },
      { permissions: { '@type': 'Replace', enabledPermissions: { taskStoreMaintenance: true, jmapEmailGet: true } } },
    ] as const
    it('are those of a user at most', async () => {
      const jane = await user('jane')
      for (const [nth, power] of more.entries()) {
        const error = await test.refused('Account', body('x', acmeDomain, acme, power))
        assert.deepEqual(verdict(error), ['forbidden', ['roles', 'permissions']])
        assert.equal((await test.refusedUpdate('Account', jane, power))['type'], 'forbidden')
        const outside = await user(`u${nth}`, free, null, power)
        assert.equal((await test.refusedUpdate('Account', outside, { memberTenantId: acme }))['type'], 'forbidden')
      }
      await user('less', acmeDomain, acme, { permissions: { '@type': 'Replace', enabledPermissions: ['jmapEmailGet'] } })
    })
    it('are no more even when more is stored', () => {
      for (const power of more) {
        const stored: JsonObject = { ...body('x', acmeDomain, acme), roles: { '@type': 'User' }, ...power }
        const able = effectivePermissions(stored, test.objects.roles)
        assert.deepEqual(able.difference(test.objects.roles.User), new Set())
        assert.notDeepEqual(effectivePermissions({ ...stored, memberTenantId: null }, test.objects.roles), able)
      }
    })
  })

  describe('groups', () => {
    it('are what members name; users, strangers and nobody are none', async () => {
      const [team, jane] = [await group('team'), await user('jane')]
      for (const id of [jane, 'nobody', '0000000000000', acmeDomain, '__proto__']) {
        const error = await test.refused('Account', body('x', acmeDomain, acme, { memberGroupIds: JSON.parse(`{"${id}":true}`) as Json }))
        assert.equal(error['type'], 'invalidForeignKey', id)
        assert.deepEqual(error['properties'], [`memberGroupIds/${id}`])
      }
      await test.update('Account', jane, { [`memberGroupIds/${team}`]: true })
      assert.deepEqual((await test.get('Account', jane))['memberGroupIds'], { [team]: true })
      assert.deepEqual(await test.query('Account', { filter: { memberGroupIds: team } }), [jane])
      await test.update('Account', jane, { [`memberGroupIds/${team}`]: null })
      assert.deepEqual(await test.query('Account', { filter: { memberGroupIds: team } }), [])
    })
    it('have no members themselves, so there are no circles', async () => {
      const [one, two] = [await group('one'), await group('two')]
      assert.deepEqual(verdict(await test.refusedUpdate('Account', one, { memberGroupIds: { [two]: true } })), ['invalidPatch', ['memberGroupIds']])
      assert.deepEqual(
        (await test.refused('Account', { ...body('three', acmeDomain, acme), '@type': 'Group', memberGroupIds: {} }))['properties'],
        ['memberGroupIds'],
      )
    })
    it('can be made with their members in one call', async () => {
      const made = part(await test.call('Account/set', {
        create: {
          m: body('jane', acmeDomain, acme, { memberGroupIds: { '#g': true } }),
          g: { ...body('team', acmeDomain, acme), '@type': 'Group' },
        },
      }), 'created')
      const [jane, team] = [String(at(made, 'm', 'id')), String(at(made, 'g', 'id'))]
      assert.deepEqual((await test.get('Account', jane))['memberGroupIds'], { [team]: true })
    })
    it('stay groups, and where they are, as long as they have members', async () => {
      const team = await group('team', free, null)
      const jane = await user('jane', free, null, { memberGroupIds: { [team]: true } })
      const linked = [{ object: 'Account', id: jane }]
      assert.deepEqual([(await refusedDestroy('Account', team))['type'], (await refusedDestroy('Account', team))['linkedObjects']], ['objectIsLinked', linked])
      const moved = await test.refusedUpdate('Account', team, { memberTenantId: acme })
      assert.deepEqual([moved['type'], moved['linkedObjects']], ['objectIsLinked', linked])
      assert.deepEqual((await test.refusedUpdate('Account', jane, { memberTenantId: acme }))['properties'], [`memberGroupIds/${team}`])
      await test.update('Account', jane, { memberGroupIds: {}, memberTenantId: acme })
      await test.update('Account', team, { memberTenantId: acme })
      await test.update('Account', jane, { memberGroupIds: { [team]: true } })
    })
    it('of another tenant take nobody in', async () => {
      const theirs = await group('theirs', free, null)
      const error = await test.refused('Account', body('x', acmeDomain, acme, { memberGroupIds: { [theirs]: true } }))
      assert.deepEqual(verdict(error), ['validationFailed', [`memberGroupIds/${theirs}`]])
      const ours = await group('ours')
      assert.equal((await test.refused('Account', body('x', free, null, { memberGroupIds: { [ours]: true } })))['type'], 'validationFailed')
    })
    it('of one account are a hundred at most', async () => {
      const ids = Object.fromEntries(Array.from({ length: 101 }, (_, nth) => [String(nth).padStart(13, '0'), true]))
      assert.deepEqual(part(await test.refused('Account', body('x', free, null, { memberGroupIds: ids })), 'validationErrors', '0'),
        { type: 'MaxLength', property: 'memberGroupIds', required: 100 })
    })
  })

  describe('limits', () => {
    const full = async (error: Promise<JsonObject>, text: RegExp): Promise<void> => {
      const { type, description, properties } = await error
      assert.deepEqual([type, properties], ['overQuota', ['memberTenantId']])
      assert.match(String(description), text)
    }
    it('hold for users and groups apart, whether they are made, moved or turned', async () => {
      const small = await tenant('Small', { maxAccounts: 1, maxGroups: 1 })
      const [jane, team] = [await user('jane', free, small), await group('team', free, small)]
      await full(test.refused('Account', body('john', free, small)), /^maxAccounts: the tenant Small has 1 users and may have 1/)
      await full(test.refused('Account', { ...body('all', free, small), '@type': 'Group' }), /^maxGroups: .* has 1 groups and may have 1/)
      const other = await user('other', free, acme)
      await full(test.refusedUpdate('Account', other, { memberTenantId: small }), /^maxAccounts/)
      assert.equal((await test.get('Account', other))['memberTenantId'], acme)
      await test.update('Account', jane, { description: 'still here' })
      await test.call('Account/set', { destroy: [team] })
      await group('team', free, small)
      await test.update('Account', jane, { memberTenantId: null })
      await test.update('Account', other, { memberTenantId: small })
    })
    it('hold for domains', async () => {
      const small = await tenant('Small', { maxDomains: 1 })
      await domain('one.example', small)
      await full(test.refused('Domain', { name: 'two.example', memberTenantId: small }), /^maxDomains: .* has 1 domains/)
      await full(test.refusedUpdate('Domain', free, { memberTenantId: small }), /^maxDomains/)
      assert.equal((await test.query('Domain', { filter: { name: 'two.example' } })).length, 0)
    })
    it('that are lowered destroy nothing and take nothing more; 0 is a limit too', async () => {
      const jane = await user('jane')
      await test.update('Tenant', acme, { quotas: { maxAccounts: 0 } })
      await full(test.refused('Account', body('john', acmeDomain, acme)), /has 1 users and may have 0/)
      await test.update('Account', jane, { description: 'still here' })
      await test.update('Tenant', acme, { 'quotas/maxAccounts': null })
      await user('john')
    })
    it('of stored mail go with whoever moves', async () => {
      const [jane, john] = [await user('jane', free, acme), await user('john', free, acme)]
      await test.deliver(jane, 600)
      await test.deliver(john, 500)
      assert.equal(await used(acme), 1_100)
      const small = await tenant('Small', { maxDiskQuota: 1_000 })
      await test.update('Account', jane, { memberTenantId: small })
      assert.deepEqual([await used(acme), await used(small)], [500, 600])
      await full(test.refusedUpdate('Account', john, { memberTenantId: small }), /^maxDiskQuota: the tenant Small would store 1100 bytes of mail and may store 1000/)
      assert.deepEqual([await used(acme), await used(small)], [500, 600])
      await test.deliver(john, 1)
      assert.equal(await used(acme), 501)
      await test.update('Account', jane, { memberTenantId: null })
      await test.update('Account', john, { memberTenantId: small })
      assert.deepEqual([await used(acme), await used(small)], [0, 501])
      await test.call('Account/set', { destroy: [john] })
      assert.equal(await used(small), 0)
    })
    it('of stored mail are free of a destroyed account, and hold again when it comes back', async () => {
      const small = await tenant('Small', { maxDiskQuota: 1_000 })
      const jane = await user('jane', free, small)
      await test.deliver(jane, 900)
      await test.call('Account/set', { destroy: [jane] })
      assert.equal(await used(small), 0)
      const [task = ''] = await test.query('Task', { filter: { '@type': 'DestroyAccount' } })
      const john = await user('john', free, small)
      await test.deliver(john, 200)
      const comeBack = async () => part(await test.call('Task/set', { destroy: [task] }), 'notDestroyed', task)
      assert.equal((await comeBack())['type'], 'overQuota')
      await test.update('Tenant', small, { 'quotas/maxDiskQuota': 1_100 })
      await test.call('Task/set', { destroy: [task] })
      assert.deepEqual([await used(small), (await test.get('Account', jane))['usedDiskQuota']], [1_100, 900])
    })
    it('are not counted for a write that fails for another reason', async () => {
      const small = await tenant('Small', { maxAccounts: 2 })
      await user('jane', free, small)
      assert.equal((await test.refused('Account', body('jane', free, small)))['type'], 'primaryKeyViolation')
      await user('john', free, small)
      assert.equal(await used(small), 0)
    })
  })

  it('of many are shown by one look', async () => {
    const ids: Id[] = []
    for (let nth = 0; nth < 40; nth++) {
      const id = await tenant(`T${nth}`)
      await test.deliver(await user(`u${nth}`, free, id), nth)
      ids.push(id)
    }
    let looks = 0
    const { read } = test.store
    test.store.read = work => read(async tx => work({ ...tx, usage: { ...tx.usage, get: wanted => {
      looks += 1
      return tx.usage.get(wanted)
    } } }))
    const { list } = await test.call('Tenant/get', { ids, properties: ['usedDiskQuota'] })
    assert.deepEqual((list as unknown as JsonObject[]).map(each => each['usedDiskQuota']), ids.map((_, nth) => nth))
    const accounts = await test.query('Account', { filter: { domainId: free } })
    await test.call('Account/get', { ids: accounts, properties: ['usedDiskQuota'] })
    assert.equal(looks, 2)
  })
})
