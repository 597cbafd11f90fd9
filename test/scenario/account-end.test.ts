/** The end of an account and the archive of its mail on each store, and what happens when others write at the same time. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import { accountMayHaveData, keepAccount, takeAccount } from '../../src/registry/objects/account-archive.ts'
import { ARCHIVED_ITEM, archivedItemEntries, moveExpiry } from '../../src/registry/objects/archived-item.ts'
import { accountTasks } from '../../src/server/account-tasks.ts'
import { keeperOf, purgeArchive } from '../../src/services/archive/archive.ts'
import { Restoration } from '../../src/services/archive/restoration.ts'
import { EMAIL } from '../../src/services/mailstore/mailstore.ts'
import { AccountRemoval } from '../../src/services/removal/account-removal.ts'
import type { Tx } from '../../src/store/store.ts'
import { EVERY_STORE } from '../support/every-store.ts'
import type { Opened } from '../support/every-store.ts'
import { plainMail } from '../support/mail-samples.ts'
import { BOB, mailWorld } from '../support/mail-world.ts'
import type { MailWorld } from '../support/mail-world.ts'

const AT_ONCE = 12
const ROUNDS = 5
const YEAR_MS = 365 * 86_400_000

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`the end of an account on ${name}`, { skip }, () => {
    let world: MailWorld
    let opened: Opened
    let removal: AccountRemoval<Tx>
    before(async () => {
      opened = await prepare()
      world = await mailWorld(opened.open, accountMayHaveData, base => (tx, accountId) => keeperOf(base, tx, accountId))
      removal = new AccountRemoval<Tx>({ store: world.store, tasks: accountTasks })
      await world.store.transact(tx => tx.objects.insert('Account', BOB.accountId, {}, [], []))
      await world.store.transact(tx => tx.objects.insert('DataRetention', 'singleton', { archiveDeletedItemsFor: YEAR_MS }, [], []))
    })
    after(async () => {
      await world.close()
      await opened.remove()
    })

    async function newAccount(): Promise<Id> {
      const id = world.ids.next()
      await world.store.transact(tx => tx.objects.insert('Account', id, {}, [], []))
      return id
    }
    const deliver = (accountId: Id, text: string) =>
      world.delivery.deliver({ recipients: [{ accountId, quotaBytes: null }, BOB], content: plainMail(text) })
    const destroyAccount = (accountId: Id): Promise<void> => world.store.transact(async tx => {
      await keepAccount(tx, accountId, { name: 'gone' })
      await tx.objects.remove('Account', accountId)
    })
    const emailIds = (accountId: Id): Promise<Id[]> => world.store.read(tx => tx.documents.list(accountId, EMAIL, 100))
    const archive = (accountId: Id) => world.store.read(async ({ objects }) => {
      const ids = await objects.query(ARCHIVED_ITEM, { where: [{ field: 'accountId', value: accountId }], ascending: true, limit: 100 })
      return objects.get(ARCHIVED_ITEM, ids)
    })
    const destroyEmail = (accountId: Id, id: Id): Promise<void> =>
      world.store.transact(tx => world.mailStore.update(tx, accountId, async account => {
        await account.remove(await world.mailStore.emails(tx, accountId, [id]))
      }))
    async function remove(accountId: Id): Promise<void> {
      await removal.begin(accountId)
      assert.equal(await removal.stopTasks(accountId, ''), 0)
      for await (const _ of removal.remove(accountId));
    }
    const left = (accountId: Id) => world.store.read(async tx => ({
      collections: await tx.documents.collections(accountId), tasks: await tx.tasks.count({ accountId }),
      usage: (await tx.usage.get([accountId])).size,
    }))
    const NOTHING = { collections: [], tasks: 0, usage: 0 }

    test('leaves nothing of mail, index, archive and tasks, and keeps what others have', async () => {
      const accountId = await newAccount()
      for (const text of ['one', 'two', 'three']) await deliver(accountId, text)
      await world.runSearchTasks()
      const [first = '', second = ''] = await emailIds(accountId)
      await destroyEmail(accountId, first)
      const [item] = await archive(accountId)
      assert.ok(item)
      await destroyAccount(accountId)
      await remove(accountId)
      assert.deepEqual([await left(accountId), await archive(accountId)], [NOTHING, []])
      assert.equal(await world.store.read(tx => tx.search.has({ accountId, collection: EMAIL, id: second })), false)
      for (const email of await world.emails(BOB, await emailIds(BOB.accountId))) {
        assert.ok(await world.store.read(tx => tx.blobs.get(email.record.blobId)))
      }
      assert.deepEqual(await world.store.read(tx => tx.keys.list('archived-item/', 10)), [])
    })

    test('a beginning that comes when another has done all of it leaves nothing behind', async () => {
      const accountId = await newAccount()
      await deliver(accountId, 'one')
      await destroyAccount(accountId)
      await remove(accountId)
      assert.equal(await removal.begin(accountId), 0)
      assert.deepEqual(await left(accountId), NOTHING)
    })

    test(`ends the same while ${AT_ONCE} deliveries come in`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const accountId = await newAccount()
        await deliver(accountId, `first ${round}`)
        await destroyAccount(accountId)
        const deliveries = Array.from({ length: AT_ONCE }, async (_, nth) => {
          for (let turn = 0; turn < nth; turn++) await systemClock.breathe()
          return deliver(accountId, `late ${round} ${nth}`)
        })
        await remove(accountId)
        const results = await Promise.all(deliveries)
        assert.ok(results.every(([_, bob]) => bob?.kind === 'delivered'))
        assert.deepEqual(await left(accountId), NOTHING, `round ${round}`)
      }
    })

    test('the removal begins when those who were writing have written', async () => {
      const accountId = await newAccount()
      await deliver(accountId, 'first')
      await destroyAccount(accountId)
      const order: string[] = []
      const [entered, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const writing = world.store.transact(async tx => {
        assert.equal(await world.mailStore.enter(tx, accountId, EMAIL), true)
        entered.resolve()
        await asked.promise
        order.push('written')
      })
      await entered.promise
      const beginning = removal.begin(accountId).then(() => order.push('begun'))
      // Each goes to the store and back, as often as a removal that does not wait would.
      for (let turn = 0; turn < 50; turn++) await world.store.ping()
      asked.resolve()
      await Promise.all([writing, beginning])
      assert.deepEqual(order, ['written', 'begun'])
    })

    test('of recovery and removal one happens', async () => {
      const winners = new Set<string>()
      for (let round = 0; round < ROUNDS; round++) {
        const accountId = await newAccount()
        await deliver(accountId, `kept ${round}`)
        await destroyAccount(accountId)
        const recover = () => world.store.transact(async tx => {
          const body = await takeAccount(tx, accountId)
          if (body !== null) await tx.objects.insert('Account', accountId, body, [], [])
          return body !== null
        })
        const begin = () => removal.begin(accountId)
        const [recovered, total] = round % 2 === 0
          ? await Promise.all([recover(), begin()])
          : await Promise.all([begin(), recover()]).then(([count, back]) => [back, count] as const)
        winners.add(recovered ? 'recovery' : 'removal')
        assert.equal(total === null, recovered, `round ${round}`)
        const [account] = await world.store.read(tx => tx.objects.get('Account', [accountId]))
        assert.equal(account !== undefined, recovered)
      }
      assert.ok(winners.size > 0)
    })

    test('archived mail comes back once, or goes when its time is over', async () => {
      const accountId = await newAccount()
      await deliver(accountId, 'wanted')
      await deliver(accountId, 'not wanted')
      const ids = await emailIds(accountId)
      for (const id of ids) await destroyEmail(accountId, id)
      const [wanted, other] = await archive(accountId)
      assert.ok(wanted && other)
      await world.store.transact(async tx => {
        const next = { ...wanted.body, status: 'requestRestore' }
        await tx.objects.update(ARCHIVED_ITEM, wanted.id, wanted.version, next, archivedItemEntries(next), [])
        await moveExpiry(tx, wanted.id, next, wanted.body)
      })
      const restoration = new Restoration<Tx>({
        store: world.store, mailStore: world.mailStore, directory: { recipientById: async () => ({ accountId, quotaBytes: null }) },
      })
      const blobId = String(wanted.body['blobId'])
      const restored = await Promise.all([1, 2, 3].map(() => restoration.restoreEmail(accountId, blobId)))
      assert.deepEqual(restored.toSorted((left, right) => left - right), [0, 0, 1])
      assert.equal((await emailIds(accountId)).length, 1)
      const later = world.clock.now() + 2 * YEAR_MS
      assert.ok(await world.store.transact(tx => purgeArchive(tx, later, 100)) >= 1)
      assert.deepEqual(await archive(accountId), [])
      assert.ok(await world.store.read(tx => tx.blobs.get(blobId)))
    })
  })
}
