import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { effectivePermissions } from './account-permissions.ts'

describe('Account', () => {
  let test: TestRegistry
  let domainId: Id
  beforeEach(async () => {
    test = await openRegistry()
    domainId = await test.create('Domain', { name: 'example.org' })
  })

  const user = (name: string, more: JsonObject = {}): JsonObject => ({ '@type': 'User', name, domainId, ...more })
  const create = (name: string, more: JsonObject = {}) => test.create('Account', user(name, more))
  const stored = async (id: Id): Promise<JsonObject> => (await test.store.read(tx => tx.objects.get('Account', [id])))[0]?.body ?? {}
  const owner = async (address: string): Promise<Id[]> =>
    test.store.read(tx => tx.objects.query('Account', { where: [{ field: 'address', value: address }], ascending: true, limit: 5 }))

  describe('address', () => {
    it('is made of name and domain, in one form, and found by it', async () => {
      const id = await create('Jane.Doe')
      await test.deliver(id, 4_096)
      const account = await test.get('Account', id)
      assert.deepEqual(
        [account['name'], account['emailAddress'], account['createdAt'], account['usedDiskQuota']],
        ['jane.doe', 'jane.doe@example.org', '2026-01-01T00:00:00Z', 4_096],
      )
      assert.deepEqual(await owner('jane.doe@example.org'), [id])
      assert.deepEqual(await test.query('Account', { filter: { name: 'jane.doe', domainId, '@type': 'User' } }), [id])
    })
    it('of aliases is found too, as long as they are enabled', async () => {
      const other = await test.create('Domain', { name: 'example.net' })
      const id = await create('jane', {
        aliases: [
          { name: 'J', domainId },
          { name: 'jane', domainId: other, enabled: false },
          { name: 'jane', domainId },
        ],
      })
      assert.deepEqual(await owner('j@example.org'), [id])
      assert.deepEqual(await owner('jane@example.net'), [])
      await test.update('Account', id, { 'aliases/1/enabled': true, 'aliases/0': null })
      assert.deepEqual([await owner('jane@example.net'), await owner('j@example.org')], [[id], []])
    })
    it('belongs to one account, whatever it is there', async () => {
      const jane = await create('jane', { aliases: [{ name: 'boss', domainId }] })
      for (const body of [
        user('JANE'),
        user('boss'),
        user('x', { aliases: [{ name: 'jane', domainId }] }),
        { '@type': 'Group', name: 'boss', domainId },
      ]) {
        const error = await test.refused('Account', body)
        assert.deepEqual([error['type'], error['existingId'], error['properties']], ['primaryKeyViolation', jane, ['name']])
      }
    })
    it('moves with name and domain', async () => {
      const id = await create('jane')
      const other = await test.create('Domain', { name: 'example.net' })
      await test.update('Account', id, { name: 'janet', domainId: other })
      assert.deepEqual([await owner('jane@example.org'), await owner('janet@example.net')], [[], [id]])
      assert.equal((await test.get('Account', id))['emailAddress'], 'janet@example.net')
    })
    it('needs a local part that is one', async () => {
      for (const name of ['jane@example.org', 'jane doe', 'a'.repeat(64) + 'b', '"', 'a,b']) {
        assert.equal((await test.refused('Account', user(name)))['type'], 'validationFailed', name)
      }
      assert.deepEqual((await test.refused('Account', user('jane', { aliases: [{ name: 'a b', domainId }] })))['properties'], [
        'aliases/0/name',
      ])
      assert.equal((await test.refused('Account', user('jane', { emailAddress: 'jane@example.org' })))['type'], 'invalidPatch')
    })
    it('needs a domain that exists', async () => {
      assert.deepEqual((await test.refused('Account', user('jane', { domainId: '0000000000000' })))['objectId'], {
        object: 'Domain',
        id: '0000000000000',
      })
      assert.equal(
        (await test.refused('Account', user('jane', { aliases: [{ name: 'j', domainId: 'nobody' }] })))['type'],
        'invalidForeignKey',
      )
    })
    it('is one of a hundred and one at most, and the same one twice is one', async () => {
      const aliases = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nth) => [String(nth), { name: `a${nth}`, domainId }]))
      const id = await create('jane', { aliases: aliases(100) })
      assert.deepEqual(await owner('a99@example.org'), [id])
      const error = await test.refused('Account', user('john', { aliases: aliases(101) }))
      assert.deepEqual(part(error, 'validationErrors', '0'), { type: 'MaxLength', property: 'aliases', required: 100 })
      assert.equal((await test.refused('Account', user('john', { aliases: [{ name: 'A7', domainId }] })))['existingId'], id)
      await create('john', { aliases: [{ name: 'john', domainId }, { name: 'JOHN', domainId }] })
    })
    it('may have letters of any alphabet', async () => {
      for (const name of ['müller', 'иван', '山田', '__proto__', 'constructor', "o'neill"]) {
        const id = await create(name)
        assert.equal((await test.get('Account', id))['emailAddress'], `${name}@example.org`)
        assert.deepEqual(await test.query('Account', { filter: { name } }), [id])
      }
    })
    it('keeps its domain from being destroyed', async () => {
      const id = await create('jane')
      const error = part(await test.call('Domain/set', { destroy: [domainId] }), 'notDestroyed', domainId)
      assert.deepEqual([error['type'], error['linkedObjects']], ['objectIsLinked', [{ object: 'Account', id }]])
    })
  })

  describe('credentials', () => {
    const password = (secret: string): JsonObject => ({ '@type': 'Password', secret })
    const secretOf = async (id: Id, place: string) => at(await stored(id), 'credentials', place, 'secret')

    it('are stored as hashes, shown as stars, and never said', async () => {
      const reply = await test.call('Account/set', { create: { n: user('jane', { credentials: [password('correct horse')] }) } })
      const id = String(at(reply, 'created', 'n', 'id'))
      assert.deepEqual(Object.keys(part(reply, 'created', 'n')), ['id'])
      assert.equal(await secretOf(id, '0'), '$fake$correct horse')
      assert.deepEqual(part(await test.get('Account', id), 'credentials', '0'), {
        '@type': 'Password', secret: '****', credentialId: '0', description: null, expiresAt: null, allowedIps: {},
      })
    })
    it('stay as they are when the mask comes back, and when something else changes', async () => {
      const id = await create('jane', { credentials: [password('correct horse')] })
      const read = await test.get('Account', id)
      await test.update('Account', id, { credentials: part(read, 'credentials') })
      await test.update('Account', id, { 'credentials/0/description': 'phone', description: 'Jane' })
      await test.update('Account', id, { credentials: { 0: { '@type': 'Password', description: 'desk' } } })
      assert.deepEqual(part(await stored(id), 'credentials', '0'), {
        '@type': 'Password',
        secret: '$fake$correct horse',
        credentialId: '0',
        description: 'desk',
        expiresAt: null,
        allowedIps: {},
      })
    })
    it('change with a new secret', async () => {
      const id = await create('jane', { credentials: [password('correct horse')] })
      await test.update('Account', id, { 'credentials/0/secret': 'battery staple' })
      assert.equal(await secretOf(id, '0'), '$fake$battery staple')
    })
    it('refuse passwords that are too short, too long or not there, without repeating them', async () => {
      for (const secret of ['seven77', '', 'x'.repeat(257), 'with\0nul!', '\u{1D160}'.repeat(200), '****']) {
        const error = await test.refused('Account', user('jane', { credentials: [password(secret)] }))
        assert.equal(error['type'], 'validationFailed', secret)
        assert.ok(secret === '' || secret === '****' || !JSON.stringify(error).includes(secret), secret)
      }
      assert.equal((await test.refused('Account', user('jane', { credentials: [{ '@type': 'Password' }] })))['type'], 'validationFailed')
    })
    it('are not for groups', async () => {
      assert.deepEqual((await test.refused('Account', { '@type': 'Group', name: 'all', domainId, credentials: [] }))['properties'], [
        'credentials',
      ])
    })
  })

  describe('permissions', () => {
    const of = async (roles: string, permissions: JsonObject = { '@type': 'Inherit' }) =>
      effectivePermissions(
        await stored(await create(`u${Math.abs(JSON.stringify([roles, permissions]).length)}`, { roles: { '@type': roles }, permissions })),
        test.objects.roles,
      )

    it('are those of the role', async () => {
      assert.deepEqual(await of('Admin'), test.objects.roles.Admin)
      assert.deepEqual(await of('User'), test.objects.roles.User)
      assert.deepEqual(effectivePermissions({ '@type': 'Group', roles: { '@type': 'Admin' } }, test.objects.roles), new Set())
    })
    it('are changed by the list of the account', async () => {
      const list = { enabledPermissions: ['sysTaskGet'], disabledPermissions: ['jmapEmailDestroy'] }
      const merged = await of('User', { '@type': 'Merge', ...list })
      assert.deepEqual([merged.has('sysTaskGet'), merged.has('jmapEmailGet'), merged.has('jmapEmailDestroy')], [true, true, false])
      assert.deepEqual(await of('Admin', { '@type': 'Replace', ...list }), new Set(['sysTaskGet']))
    })
    it('are names that exist', async () => {
      assert.equal(
        (await test.refused('Account', user('x', { permissions: { '@type': 'Merge', enabledPermissions: ['everything'] } })))['type'],
        'validationFailed',
      )
      assert.deepEqual(
        effectivePermissions(
          { '@type': 'User', permissions: { '@type': 'Replace', enabledPermissions: { old: true } } },
          test.objects.roles,
        ),
        new Set(),
      )
    })
    it('of unreadable accounts are none', () => {
      for (const roles of [undefined, null, 'Admin', { '@type': 'toString' }, { '@type': 'Root' }]) {
        assert.deepEqual(
          effectivePermissions({ '@type': 'User', ...(roles === undefined ? {} : { roles }) }, test.objects.roles),
          new Set(),
        )
      }
    })

    describe('of others', () => {
      const clerk = () =>
        test.context(
          test.principal([...test.objects.roles.User, 'sysAccountGet', 'sysAccountCreate', 'sysAccountUpdate', 'sysAccountDestroy']),
        )
      it('cannot be given by who has them not', async () => {
        for (const more of [{ roles: { '@type': 'Admin' } }, { permissions: { '@type': 'Merge', enabledPermissions: ['sysTaskGet'] } }]) {
          assert.equal((await test.refused('Account', user('friend', more), clerk()))['type'], 'forbidden')
        }
        const friend = await test.create('Account', user('friend'), clerk())
        assert.equal((await test.refusedUpdate('Account', friend, { roles: { '@type': 'Admin' } }, clerk()))['type'], 'forbidden')
      })
      it('cannot be taken over', async () => {
        const admin = await create('root', { roles: { '@type': 'Admin' }, credentials: [{ '@type': 'Password', secret: 'correct horse' }] })
        assert.equal(
          (await test.refusedUpdate('Account', admin, { 'credentials/0/secret': 'mine, all mine' }, clerk()))['type'],
          'forbidden',
        )
        assert.equal(at(await test.call('Account/set', { destroy: [admin] }, clerk()), 'notDestroyed', admin, 'type'), 'forbidden')
      })
    })

    it('of oneself cannot be given up, nor the account destroyed', async () => {
      const id = await create('root', { roles: { '@type': 'Admin' } })
      const self = test.context(test.principal(undefined, id))
      assert.equal((await test.refusedUpdate('Account', id, { roles: { '@type': 'User' } }, self))['type'], 'forbidden')
      assert.equal(at(await test.call('Account/set', { destroy: [id] }, self), 'notDestroyed', id, 'type'), 'forbidden')
      assert.equal(await test.update('Account', id, { description: 'me' }, self), null)
      assert.deepEqual((await test.call('Account/set', { destroy: [id] }))['destroyed'], [id])
    })

    it('through an API key of the account itself reach everything but its passwords', async () => {
      const id = await create('root', { roles: { '@type': 'Admin' } })
      const key = test.context({ ...test.principal(undefined, id), via: 'apiKey:0000000000009' })
      const credentials = { 0: { '@type': 'Password', secret: 'a login without an end' } }
      const refused = await test.refusedUpdate('Account', id, { credentials }, key)
      assert.deepEqual([refused['type'], refused['properties']], ['forbidden', ['credentials']])
      assert.equal(await test.update('Account', id, { description: 'by a key' }, key), null)
      assert.equal(await test.update('Account', await create('other'), { credentials }, key), null)
      assert.equal(await test.update('Account', id, { credentials }, test.context(test.principal(undefined, id))), null)
    })
  })

  describe('is found', () => {
    const find = (text: string, more: JsonObject = {}) => test.query('Account', { filter: { text, ...more } })
    it('by words of name, address, description and aliases', async () => {
      const jane = await create('jane.doe', { description: 'Zoë Müller-Doe, Sales', aliases: [{ name: 'boss', domainId }] })
      const team = await test.create('Account', { '@type': 'Group', name: 'sales', domainId })
      for (const text of ['jane', 'DOE', 'jane.doe@example.org', 'muller zoe', 'boss', 'doe sal']) assert.deepEqual(await find(text), [jane], text)
      assert.deepEqual(await find('sales'), [team, jane])
      assert.deepEqual(await find('sales', { '@type': 'Group' }), [team])
      assert.deepEqual(await find('example', { domainId, name: 'sales' }), [team])
      for (const text of ['ane', 'jane sales moon', '', '*', '@']) {
        assert.deepEqual(text === '' ? [] : await find(text), [], text)
      }
      await test.update('Account', jane, { description: null, name: 'janet' })
      assert.deepEqual([await find('muller'), await find('doe'), await find('janet')], [[], [], [jane]])
    })
    it('by filters that its lists have', () => {
      const { lists } = JSON.parse(test.registry.schemaDocument().json) as { lists: Record<string, { filters: { field: string }[] }> }
      const fieldsOf = (list: string) => lists[list]?.filters.map(({ field }) => field)
      assert.deepEqual(fieldsOf('x:Account/User'), ['text', 'name', 'domainId', 'memberGroupIds', 'memberTenantId'])
      assert.deepEqual(fieldsOf('x:Account/Group'), ['text', 'name', 'domainId', 'memberTenantId'])
      assert.deepEqual(fieldsOf('x:Domain'), ['text', 'name', 'memberTenantId'])
    })
    it('by nothing else', async () => {
      await assert.rejects(test.query('Account', { filter: { description: 'x' } }), { type: 'unsupportedFilter' })
      await assert.rejects(test.query('Account', { filter: { memberGroupIds: ['x'] } }), { type: 'unsupportedFilter' })
      await assert.rejects(test.query('Account', { filter: { text: { a: 1 } } }), { type: 'unsupportedFilter' })
    })
  })

  it('has a locale that clients know, American English at first; a group has none', async () => {
    const id = await create('jane')
    assert.equal((await test.get('Account', id))['locale'], 'en_US')
    for (const locale of ['de_AT', 'de_AT@euro', 'POSIX', 'eo']) await test.update('Account', id, { locale })
    for (const locale of ['de', 'xx_XX', 'DE_at', '']) {
      assert.equal((await test.refusedUpdate('Account', id, { locale }))['type'], 'validationFailed', locale)
    }
    assert.equal((await test.refused('Account', { '@type': 'Group', name: 'all', domainId, locale: 'de_AT' }))['type'], 'invalidPatch')
  })

  it('has a quota that is a number of bytes', async () => {
    const id = await create('jane', { quotas: { maxDiskQuota: 1_000 } })
    assert.deepEqual((await test.get('Account', id))['quotas'], { maxDiskQuota: 1_000 })
    assert.equal((await test.refusedUpdate('Account', id, { 'quotas/maxDiskQuota': -1 }))['type'], 'validationFailed')
    assert.equal((await test.refusedUpdate('Account', id, { 'quotas/maxFiles': 1 }))['type'], 'validationFailed')
  })
})
