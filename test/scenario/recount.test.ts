/** Counting again what accounts and tenants store, beside deliveries, on every store. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accountMayHaveData } from '../../src/registry/objects/account-archive.ts'
import { EMAIL } from '../../src/services/mailstore/mailstore.ts'
import { Recount } from '../../src/services/upkeep/recount.ts'
import { EVERY_STORE, type Opened } from '../support/every-store.ts'
import { ANN, BOB, mailWorld, type MailWorld } from '../support/mail-world.ts'
import { plainMail } from '../support/mail-samples.ts'

const TENANT = '00000000000te'

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`counting again on ${name}`, { skip }, () => {
    let opened: Opened
    let world: MailWorld
    let recount: Recount
    before(async () => {
      opened = await prepare()
      world = await mailWorld(opened.open, accountMayHaveData)
      recount = new Recount(world)
      for (const { accountId } of [ANN, BOB]) {
        const index = [{ field: 'memberTenantId', value: TENANT, unique: false }]
        await world.store.transact(tx => tx.objects.insert('Account', accountId, { name: accountId, memberTenantId: TENANT }, index, []))
        await world.store.transact(tx => world.mailStore.countFor(tx, accountId, TENANT))
      }
      for (let nth = 0; nth < 3; nth++) for (const who of [ANN, BOB]) await world.deliver(plainMail(`${nth}`), who)
    })
    after(async () => {
      await world.close()
      await opened.remove()
    })

    const used = (id: string) => world.store.read(async tx => {
      const { octets, emails } = (await tx.usage.get([id])).get(id) ?? { octets: 0, emails: 0 }
      return { octets, emails }
    })
    const stored = (accountId: string) => world.store.read(async tx => {
      const list = await world.mailStore.emails(tx, accountId, await tx.documents.list(accountId, EMAIL, 100))
      return { octets: list.reduce((sum, { record }) => sum + record.size, 0), emails: list.length }
    })
    const spoil = (id: string, octets: number, emails: number) => world.store.transact(tx => tx.usage.add(id, { octets, emails }))

    test('a sum that was wrong is right afterwards, for the tenant too, whatever is delivered meanwhile', async () => {
      await spoil(BOB.accountId, 1_000, -2)
      await spoil(TENANT, 1_000, -2)
      let delivery: Promise<unknown> = Promise.resolve()
      const wrong = await recount.account(BOB.accountId, async () => {
        delivery = Promise.all([world.deliver(plainMail('meanwhile'), BOB), world.deliver(plainMail('beside'), ANN)])
        // A store with one writer and many readers lets it through; PostgreSQL too.
        await delivery
      })
      await delivery
      assert.deepEqual(wrong, { octets: -1_000, emails: 2 })
      const [ann, bob] = [await stored(ANN.accountId), await stored(BOB.accountId)]
      assert.deepEqual(await used(BOB.accountId), bob)
      assert.deepEqual(await used(TENANT), { octets: ann.octets + bob.octets, emails: ann.emails + bob.emails })
    })

    test('a repeat finds nothing', async () => {
      assert.deepEqual(await recount.account(BOB.accountId, () => Promise.resolve()), { octets: 0, emails: 0 })
    })

    test('the sum of a tenant is that of its accounts', async () => {
      await spoil(TENANT, 77, 7)
      assert.deepEqual(await recount.tenant(TENANT, () => Promise.resolve()), { octets: -77, emails: -7 })
      const [ann, bob] = [await used(ANN.accountId), await used(BOB.accountId)]
      assert.deepEqual(await used(TENANT), { octets: ann.octets + bob.octets, emails: ann.emails + bob.emails })
    })

    test('one that is stopped has written nothing', async () => {
      await spoil(ANN.accountId, 5, 0)
      const before = await used(ANN.accountId)
      await assert.rejects(recount.account(ANN.accountId, () => Promise.reject(new Error('stopped'))), /stopped/)
      assert.deepEqual(await used(ANN.accountId), before)
    })

    test('the account is asked for in turns with whoever removes it', async () => {
      await spoil(BOB.accountId, 5, 0)
      const before = await used(BOB.accountId)
      const entered: unknown[] = []
      const gone = new Recount({ store: world.store, mailStore: {
        async enter(_tx, ...how) {
          entered.push(how)
          return false
        },
      } })
      assert.deepEqual(await gone.account(BOB.accountId, () => Promise.resolve()), { octets: 0, emails: 0 })
      assert.deepEqual([entered, await used(BOB.accountId)], [[[BOB.accountId, EMAIL, 'share']], before])
      await recount.account(BOB.accountId, () => Promise.resolve())
    })

    test('an account that is gone gets no sum', async () => {
      await spoil(ANN.accountId, 5, 0)
      const before = await used(ANN.accountId)
      await world.store.transact(tx => tx.objects.remove('Account', ANN.accountId))
      assert.deepEqual(await recount.account(ANN.accountId, () => Promise.resolve()), { octets: 0, emails: 0 })
      assert.deepEqual(await used(ANN.accountId), before)
    })
  })
}
