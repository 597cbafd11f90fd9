import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { accountMayHaveData, forgetAccount } from './account-archive.ts'

const DAY_MS = 86_400_000

describe('an account that leaves', () => {
  let test: TestRegistry
  let domainId: Id
  let jane: Id
  let janeBody: JsonObject
  beforeEach(async () => {
    test = await openRegistry()
    domainId = await test.create('Domain', { name: 'example.org' })
    jane = await test.create('Account', {
      '@type': 'User', name: 'jane', domainId, description: 'Jane Doe', aliases: [{ name: 'j', domainId }],
      credentials: [{ '@type': 'Password', secret: 'correct horse' }], quotas: { maxDiskQuota: 1_000_000 },
    })
    janeBody = await stored(jane) ?? {}
  })

  async function stored(id: Id): Promise<JsonObject | undefined> {
    return (await test.store.read(tx => tx.objects.get('Account', [id])))[0]?.body
  }
  const destroy = async (id: Id, context = test.context()): Promise<JsonObject> =>
    test.call('Account/set', { destroy: [id] }, context)
  const removals = (): Promise<Id[]> => test.query('Task', { filter: { '@type': 'DestroyAccount' } })
  const theRemoval = async (): Promise<JsonObject> => {
    const ids = await removals()
    assert.equal(ids.length, 1)
    return test.get('Task', ids[0] ?? '')
  }
  const retain = (archiveDeletedAccountsFor: string | null): Promise<unknown> =>
    test.update('DataRetention', 'singleton', { archiveDeletedAccountsFor })
  const secondsFromNow = (task: JsonObject): number =>
    Math.round((Date.parse(String(at(task, 'status', 'due'))) - test.clock.now()) / 1_000)
  const recover = async (context = test.context()): Promise<JsonObject> =>
    test.call('Task/set', { destroy: await removals() }, context)

  describe('by being destroyed', () => {
    it('is gone at once, and its removal is queued with it, due now', async () => {
      assert.deepEqual((await destroy(jane))['destroyed'], [jane])
      assert.equal(await stored(jane), undefined)
      const task = await theRemoval()
      assert.deepEqual(
        [task['accountId'], task['accountName'], task['accountDomainId'], task['accountType']],
        [jane, 'jane', domainId, 'User'],
      )
      assert.ok(Math.abs(secondsFromNow(task)) <= 1)
    })

    it('keeps its data as long as the settings say at that moment', async () => {
      await retain('30d')
      await destroy(jane)
      assert.equal(secondsFromNow(await theRemoval()), 30 * DAY_MS / 1_000)
      assert.equal(await test.store.read(tx => accountMayHaveData(tx, jane)), true)
    })

    it('takes its keys and logins along', async () => {
      const key = await test.create('ApiKey', { accountId: jane, description: 'backup' })
      const login = test.ids.next()
      const index = [{ field: 'accountId', value: jane, unique: false }]
      await test.store.transact(tx => tx.objects.insert('OAuthGrant', login, { accountId: jane, clientId: 'c' }, index, []))
      await destroy(jane)
      assert.deepEqual((await test.call('ApiKey/get', { ids: [key] }))['notFound'], [key])
      assert.deepEqual((await test.call('OAuthGrant/get', { ids: [login] }))['notFound'], [login])
    })

    it('leaves nothing behind when it is refused', async () => {
      const context = test.context(test.principal(undefined, jane))
      assert.equal(part(await destroy(jane, context), 'notDestroyed', jane)['type'], 'forbidden')
      assert.deepEqual([await stored(jane), await removals()], [janeBody, []])
      assert.equal(await test.store.read(tx => tx.keys.get(`account-archive/${jane}`)), null)
    })

    it('makes room: a new account may have its name, and is another one', async () => {
      await retain('30d')
      await destroy(jane)
      const second = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
      assert.notEqual(second, jane)
      await destroy(second)
      assert.equal((await removals()).length, 2)
    })
  })

  describe('by a task', () => {
    const task = { '@type': 'DestroyAccount', accountName: 'Jane' }
    const due = (ms: number): string => new Date(Math.floor((test.clock.now() + ms) / 1_000) * 1_000).toISOString()

    it('goes with the creation; the server finds id and type, the client says when', async () => {
      await retain('30d')
      const id = await test.create('Task', { ...task, accountDomainId: domainId, status: { '@type': 'Pending', due: due(90 * DAY_MS) } })
      assert.equal(await stored(jane), undefined)
      const made = await theRemoval()
      assert.deepEqual(
        [made['id'], made['accountId'], made['accountName'], made['accountType'], secondsFromNow(made)],
        [id, jane, 'jane', 'User', 90 * DAY_MS / 1_000],
      )
    })

    it('goes at once when nothing is said', async () => {
      await retain('30d')
      await test.create('Task', { ...task, accountDomainId: domainId })
      assert.ok(secondsFromNow(await theRemoval()) <= 1)
    })

    it('is refused for names that nobody has', async () => {
      const unknown = await test.refused('Task', { ...task, accountName: 'nobody', accountDomainId: domainId })
      assert.deepEqual([unknown['type'], at(unknown, 'validationErrors', '0', 'property')], ['validationFailed', 'accountName'])
      const elsewhere = await test.refused('Task', { ...task, accountDomainId: test.ids.next() })
      assert.deepEqual([elsewhere['type'], elsewhere['properties']], ['invalidForeignKey', ['accountDomainId']])
      const other = await test.create('Domain', { name: 'example.net' })
      assert.equal((await test.refused('Task', { ...task, accountDomainId: other }))['type'], 'validationFailed')
      assert.deepEqual(await stored(jane), janeBody)
    })

    it('is refused for what only the server sets', async () => {
      const refused = await test.refused('Task', { ...task, accountDomainId: domainId, accountId: jane })
      assert.deepEqual([refused['type'], refused['properties']], ['invalidPatch', ['accountId']])
    })

    it('needs what destroying an account needs', async () => {
      const body = { ...task, accountDomainId: domainId }
      const all = test.registry.permissions().map(({ name }) => name)
      const without = (name: string) => test.context(test.principal(all.filter(each => each !== name)))
      for (const missing of ['sysAccountDestroy', 'taskDestroyAccount', 'jmapEmailQuery']) {
        const refused = await test.refused('Task', body, without(missing))
        assert.equal(refused['type'], 'forbidden', missing)
        assert.match(String(refused['description']), new RegExp(missing))
      }
      const own = await test.refused('Task', body, test.context(test.principal(undefined, jane)))
      assert.match(String(own['description']), /logged in with this account/)
      assert.deepEqual([await stored(jane), await removals()], [janeBody, []])
    })

    it('cannot be pointed at another account, but at another time', async () => {
      const id = await test.create('Task', { ...task, accountDomainId: domainId })
      const refused = await test.refusedUpdate('Task', id, { accountName: 'john' })
      assert.deepEqual([refused['type'], refused['properties']], ['invalidPatch', ['accountName']])
      await test.update('Task', id, { 'status/due': due(DAY_MS) })
      assert.equal(secondsFromNow(await theRemoval()), DAY_MS / 1_000)
    })

    it('is moved to another time by those alone who might destroy the account, as long as it could come back', async () => {
      const id = await test.create('Task', { ...task, accountDomainId: domainId, status: { '@type': 'Pending', due: due(DAY_MS) } })
      const now = { status: { '@type': 'Pending' } }
      const all = test.registry.permissions().map(({ name }) => name)
      const operator = test.context(test.principal(test.objects.roles.Operator))
      const without = (name: string) => test.context(test.principal(all.filter(each => each !== name)))
      for (const context of [operator, without('sysAccountDestroy'), without('jmapEmailQuery')]) {
        for (const patch of [now, { status: { '@type': 'Failed' } }]) {
          assert.equal((await test.refusedUpdate('Task', id, patch, context))['type'], 'forbidden')
        }
      }
      assert.equal(secondsFromNow(await theRemoval()), DAY_MS / 1_000)
      await test.store.transact(tx => forgetAccount(tx, jane))
      await test.update('Task', id, now, operator)
      assert.ok(Math.abs(secondsFromNow(await theRemoval())) <= 1)
    })
  })

  describe('and comes back', () => {
    beforeEach(async () => {
      await retain('30d')
      await destroy(jane)
    })

    it('as it was, when its task is destroyed before it has begun', async () => {
      assert.equal(((await recover())['destroyed'] as unknown as Id[]).length, 1)
      assert.deepEqual(await stored(jane), janeBody)
      assert.deepEqual(await removals(), [])
      for (const address of ['jane@example.org', 'j@example.org']) {
        const where = [{ field: 'address', value: address }]
        assert.deepEqual(await test.store.read(tx => tx.objects.query('Account', { where, ascending: true, limit: 2 })), [jane])
      }
      assert.equal(await test.store.read(tx => tx.keys.get(`account-archive/${jane}`)), null)
      await destroy(jane)
      await recover()
      assert.deepEqual(await stored(jane), janeBody)
    })

    it('not after the removal has begun', async () => {
      await test.store.transact(tx => forgetAccount(tx, jane))
      const refused = part(await recover(), 'notDestroyed', String((await removals())[0]))
      assert.equal(refused['type'], 'forbidden')
      assert.match(String(refused['description']), /being removed/)
      assert.deepEqual([await stored(jane), (await removals()).length], [undefined, 1])
    })

    it('not while somebody else has its name', async () => {
      const second = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
      const refused = part(await recover(), 'notDestroyed', String((await removals())[0]))
      assert.deepEqual([refused['type'], refused['properties'], refused['existingId']], ['primaryKeyViolation', ['name'], second])
      await test.update('Account', second, { name: 'jane2' })
      await recover()
      assert.deepEqual(await stored(jane), janeBody)
    })

    it('not without its domain', async () => {
      await test.call('Domain/set', { destroy: [domainId] })
      const refused = part(await recover(), 'notDestroyed', String((await removals())[0]))
      assert.deepEqual([refused['type'], refused['properties']], ['invalidForeignKey', ['domainId']])
    })

    it('for those alone who might create it', async () => {
      const all = test.registry.permissions().map(({ name }) => name)
      for (const missing of ['sysAccountCreate', 'jmapEmailQuery']) {
        const context = test.context(test.principal(all.filter(name => name !== missing)))
        assert.equal(part(await recover(context), 'notDestroyed', String((await removals())[0]))['type'], 'forbidden', missing)
      }
      assert.equal(await stored(jane), undefined)
    })

    it('and is shown to nobody meanwhile, its secrets least of all', async () => {
      assert.deepEqual((await test.call('Account/get', { ids: [jane] }))['notFound'], [jane])
      assert.ok(!JSON.stringify(await theRemoval()).includes('correct horse'))
    })
  })

  it('comes back without the groups, aliases and tenant that have gone meanwhile', async () => {
    await retain('30d')
    const other = await test.create('Domain', { name: 'example.net' })
    const group = await test.create('Account', { '@type': 'Group', name: 'staff', domainId })
    await test.update('Account', jane, { [`memberGroupIds/${group}`]: true, 'aliases/1': { name: 'jane', domainId: other } })
    await destroy(jane)
    assert.deepEqual((await test.call('Account/set', { destroy: [group] }))['destroyed'], [group])
    assert.deepEqual((await test.call('Domain/set', { destroy: [other] }))['destroyed'], [other])
    const ids = await test.query('Task', { filter: { '@type': 'DestroyAccount', accountId: jane } })
    assert.deepEqual((await test.call('Task/set', { destroy: ids }))['destroyed'], ids)
    assert.deepEqual(await stored(jane), janeBody)
  })
})
