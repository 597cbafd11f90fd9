/** Limits and rules of tenants on each store, while others write at the same time. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Directory } from '../../src/services/directory/directory.ts'
import type { MailRecipient } from '../../src/services/directory/directory.ts'
import type { Store } from '../../src/store/store.ts'
import { EVERY_STORE } from '../support/every-store.ts'
import type { Opened } from '../support/every-store.ts'
import { plainMail } from '../support/mail-samples.ts'
import { mailWorld } from '../support/mail-world.ts'
import type { MailWorld } from '../support/mail-world.ts'
import { at, TestRegistry } from '../support/registry.ts'

const AT_ONCE = 12
/** All of one size, and each another one. */
const content = (nth: number): Uint8Array => plainMail(`message ${String(nth).padStart(4, '0')}`)
const SIZE = content(0).byteLength

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`tenants on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Store
    let registry: TestRegistry
    let world: MailWorld
    before(async () => {
      opened = await prepare()
      const clock = new VirtualClock()
      // Writers that meet in PostgreSQL wait for a moment of its own clock.
      store = await opened.open(systemClock)
      registry = new TestRegistry(clock, store, [])
      world = await mailWorld(() => Promise.resolve(store))
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })

    let names = 0
    const fresh = (): string => `n${names++}`
    const tenant = (quotas: JsonObject) => registry.create('Tenant', { name: fresh(), quotas })
    const domain = (memberTenantId: Id | null = null) => registry.create('Domain', { name: `${fresh()}.example`, memberTenantId })
    const body = (domainId: Id, memberTenantId: Id | null, type = 'User'): JsonObject =>
      ({ '@type': type, name: fresh(), domainId, memberTenantId })
    const account = async (domainId: Id, memberTenantId: Id | null): Promise<MailRecipient> => {
      const id = await registry.create('Account', body(domainId, memberTenantId))
      const { emailAddress } = await registry.get('Account', id)
      const recipient = await new Directory(store).recipient(String(emailAddress))
      assert.equal(recipient?.accountId, id)
      return recipient
    }
    const stored = async (tenantId: Id) => (await registry.get('Tenant', tenantId))['usedDiskQuota']
    const sumOf = async (recipients: readonly MailRecipient[]) => {
      const used = await store.read(tx => world.mailStore.usedBytes(tx, recipients.map(({ accountId }) => accountId)))
      return [...used.values()].reduce((sum, bytes) => sum + bytes, 0)
    }
    /** Under what a `/set` of one item was refused; null: it was done. */
    const outcome = (reply: JsonObject): unknown =>
      ['notCreated', 'notUpdated', 'notDestroyed'].flatMap(part => Object.values(reply[part] ?? {}) as JsonObject[])[0]?.['type'] ?? null

    test('of many who create users, groups and domains at once, as many get in as fit', async () => {
      const id = await tenant({ maxAccounts: 3, maxGroups: 2, maxDomains: 4 })
      const free = await domain()
      const create = (object: string, of: JsonObject) => registry.call(`${object}/set`, { create: { new: of } })
      const replies = await Promise.all(Array.from({ length: AT_ONCE }, () => [
        create('Account', body(free, id)), create('Account', body(free, id, 'Group')),
        create('Domain', { name: `${fresh()}.example`, memberTenantId: id }),
      ]).flat())
      const outcomes = replies.map(outcome)
      assert.deepEqual([0, 1, 2].map(kind => outcomes.filter((of, nth) => nth % 3 === kind && of === null).length), [3, 2, 4])
      assert.deepEqual(new Set(outcomes), new Set([null, 'overQuota']))
      const count = async (object: string, filter: JsonObject) => (await registry.query(object, { filter: { memberTenantId: id, ...filter } })).length
      assert.deepEqual(
        [await count('Account', { '@type': 'User' }), await count('Account', { '@type': 'Group' }), await count('Domain', {})], [3, 2, 4])
    })

    test('a domain that changes its tenant and accounts that come into it never end up apart', async () => {
      for (let round = 0; round < 4; round++) {
        const [one, other, domainId] = [await tenant({}), await tenant({}), await domain()]
        await Promise.all([
          registry.call('Account/set', { create: { a: body(domainId, one) } }),
          registry.call('Domain/set', { update: { [domainId]: { memberTenantId: other } } }),
          registry.call('Account/set', { create: { a: body(domainId, other) } }),
        ])
        const { memberTenantId } = await registry.get('Domain', domainId)
        const { list } = await registry.call('Account/get', { ids: await registry.query('Account', { filter: { domainId } }) })
        const tenants = new Set((list as unknown as JsonObject[]).map(each => each['memberTenantId']))
        assert.ok(memberTenantId === null || [...tenants].every(each => each === memberTenantId), String(memberTenantId))
      }
    })

    test('a domain that is renamed and an account that comes into it have one name', async () => {
      for (let round = 0; round < 4; round++) {
        const domainId = await domain()
        await Promise.all([
          registry.call('Account/set', { create: { a: body(domainId, null) } }),
          registry.call('Domain/set', { update: { [domainId]: { name: `${fresh()}.example` } } }),
        ])
        const [accountId = ''] = await registry.query('Account', { filter: { domainId } })
        const [{ name }, { emailAddress }] = [await registry.get('Domain', domainId), await registry.get('Account', accountId)]
        assert.equal(String(emailAddress).split('@')[1], name)
      }
    })

    test('a group is not moved away from a member that joins at the same time', async () => {
      for (let round = 0; round < 4; round++) {
        const [one, other, free] = [await tenant({}), await tenant({}), await domain()]
        const group = await registry.create('Account', body(free, one, 'Group'))
        await Promise.all([
          registry.call('Account/set', { create: { a: { ...body(free, one), memberGroupIds: { [group]: true } } } }),
          registry.call('Account/set', { update: { [group]: { memberTenantId: other } } }),
        ])
        const members = await registry.query('Account', { filter: { memberGroupIds: group } })
        const { memberTenantId } = await registry.get('Account', group)
        assert.equal(memberTenantId, members.length === 0 ? other : one)
      }
    })

    test('mail for several of its accounts at once never goes over its limit, and fills it', async () => {
      const fits = 7
      const id = await tenant({ maxDiskQuota: fits * SIZE + 1 })
      const free = await domain()
      const members = [await account(free, id), await account(free, id), await account(free, id)]
      const outside = await account(free, null)
      const results = await Promise.all(Array.from({ length: AT_ONCE }, (_, nth) => {
        const pair = [members[nth % 3], members[(nth + 1) % 3], outside].filter(each => each !== undefined)
        return world.delivery.deliver({ recipients: nth % 2 ? pair : pair.toReversed(), content: content(nth) })
      }))
      const inside = results.flat().filter(result => result.kind === 'refused')
      assert.ok(inside.every(({ code, enhanced }) => code === 452 && enhanced === '4.2.2'))
      assert.equal(inside.length, 2 * AT_ONCE - fits)
      assert.deepEqual([await stored(id), await sumOf(members)], [fits * SIZE, fits * SIZE])
      assert.equal((await world.mailbox(outside, 'inbox')).totalEmails, AT_ONCE)

      // Which of them got the room is chance: one of them may have come too late with each.
      const held = await Promise.all(members.map(member => store.read(tx => tx.documents.list(member.accountId, 'Email', 1))))
      const [email, full] = [held.flat()[0], members.find((_, nth) => held[nth]?.length)]
      assert(email && full)
      await store.transact(tx => world.mailStore.update(tx, full.accountId, async mail => {
        const [stored] = await world.mailStore.emails(tx, full.accountId, [email])
        assert(stored)
        await mail.remove([stored])
      }))
      const [again] = await world.delivery.deliver({ recipients: [full], content: content(99) })
      assert.equal(again?.kind, 'delivered')
      assert.equal(await stored(id), fits * SIZE)
    })

    test('mail and moves at the same time leave each tenant with what its accounts store', async () => {
      const [one, other, free] = [await tenant({}), await tenant({}), await domain()]
      const [jane, john] = [await account(free, one), await account(free, other)]
      let nth = 0
      const deliver = () => world.delivery.deliver({ recipients: [jane, john], content: content(nth++) })
      const move = (of: MailRecipient, memberTenantId: Id | null) =>
        registry.call('Account/set', { update: { [of.accountId]: { memberTenantId } } })
      await Promise.all([
        deliver(), move(jane, other), deliver(), move(john, one), deliver(), move(jane, null), deliver(), move(john, other), deliver(),
      ])
      for (const id of [one, other]) {
        const members = await registry.query('Account', { filter: { memberTenantId: id } })
        const here = [jane, john].filter(({ accountId }) => members.includes(accountId))
        assert.equal(await stored(id), await sumOf(here))
      }
      assert.equal(await sumOf([jane, john]), 10 * SIZE)
    })

    test('an account with more mail than there is room for stays where it is', async () => {
      const small = await tenant({ maxDiskQuota: SIZE })
      const free = await domain()
      const jane = await account(free, null)
      for (let nth = 0; nth < 2; nth++) await world.delivery.deliver({ recipients: [jane], content: content(nth) })
      const error = await registry.refusedUpdate('Account', jane.accountId, { memberTenantId: small })
      assert.equal(error['type'], 'overQuota')
      assert.equal(await stored(small), 0)
      assert.equal(at(await registry.get('Account', jane.accountId), 'memberTenantId'), null)
    })
  })
}
