/** What every store promises of the sums of what is stored. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { Usage } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'

const ids = idSource(23, systemClock)

export function usageTableContract(store: () => Store): void {
  const add = (id: Id, octets: number, emails: number): Promise<Usage> =>
    store().transact(tx => tx.usage.add(id, { octets, emails }))
  const get = async (...wanted: Id[]): Promise<(Usage | undefined)[]> => {
    const found = await store().read(tx => tx.usage.get(wanted))
    return wanted.map(id => found.get(id))
  }

  describe('usage', () => {
    test('is added up, and every addition is told the sum', async () => {
      const [one, other] = [ids.next(), ids.next()]
      assert.deepEqual(await add(one, 100, 1), { octets: 100, emails: 1, tenantId: null })
      assert.deepEqual(await add(one, 2 ** 40, 2), { octets: 2 ** 40 + 100, emails: 3, tenantId: null })
      assert.deepEqual(await add(one, -100, -1), { octets: 2 ** 40, emails: 2, tenantId: null })
      assert.deepEqual(await add(one, 0, 0), { octets: 2 ** 40, emails: 2, tenantId: null })
      assert.deepEqual(await get(other, one, 'no id\0'), [undefined, { octets: 2 ** 40, emails: 2, tenantId: null }, undefined])
      assert.deepEqual(await get(), [])
    })

    test('of everybody is one sum', async () => {
      const total = () => store().read(tx => tx.usage.total())
      const before = await total()
      for (const octets of [5, 2 ** 41]) await add(ids.next(), octets, 1)
      assert.deepEqual(await total(), { octets: before.octets + 2 ** 41 + 5, emails: before.emails + 2 })
    })

    test('of many accounts is one question', async () => {
      const many = Array.from({ length: 500 }, () => ids.next())
      await store().transact(async tx => {
        for (const [nth, id] of many.entries()) await tx.usage.add(id, { octets: nth, emails: 1 })
      })
      assert.deepEqual((await get(...many)).map(usage => usage?.octets), many.map((_, nth) => nth))
    })

    test('says for whom it counts, from the assignment on', async () => {
      const [account, tenant] = [ids.next(), ids.next()]
      await add(account, 5, 1)
      await store().transact(tx => tx.usage.assign(account, tenant))
      assert.deepEqual(await add(account, 5, 1), { octets: 10, emails: 2, tenantId: tenant })
      await store().transact(tx => tx.usage.assign(account, null))
      assert.deepEqual(await get(account), [{ octets: 10, emails: 2, tenantId: null }])
    })

    test('is corrected once for what was seen, however often that is asked', async () => {
      const [account, other] = [ids.next(), ids.next()]
      await add(account, 100, 5)
      const seen = await store().read(tx => tx.usage.corrections(account))
      const correct = (id: Id) => store().transact(tx => tx.usage.correct(id, { octets: -10, emails: 1 }, seen))
      const replies = await Promise.all([correct(account), correct(account), add(account, 1, 1)])
      assert.equal(replies.slice(0, 2).filter(reply => reply === null).length, 1)
      assert.equal(await correct(account), null)
      assert.deepEqual(await get(account), [{ octets: 91, emails: 7, tenantId: null }])
      assert.equal(await store().read(tx => tx.usage.corrections(account)), seen + 1)
      assert.deepEqual(await correct(other), { octets: -10, emails: 1, tenantId: null })
    })

    test('is gone when it is removed, and begins at nothing', async () => {
      const account = ids.next()
      await add(account, 5, 1)
      await store().transact(tx => tx.usage.remove(account))
      await store().transact(tx => tx.usage.remove(account))
      assert.deepEqual(await get(account), [undefined])
      assert.deepEqual(await add(account, 1, 1), { octets: 1, emails: 1, tenantId: null })
    })

    test('loses nothing of those who add at the same time, and each is told another sum', async () => {
      const account = ids.next()
      const sums = await Promise.all(Array.from({ length: 20 }, () => add(account, 1, 1)))
      assert.deepEqual(sums.map(sum => sum.octets).toSorted((left, right) => left - right),
        Array.from({ length: 20 }, (_, nth) => nth + 1))
    })

    test('that went too far is taken back with its transaction', async () => {
      const account = ids.next()
      const LIMIT = 3
      const addUpTo = async (): Promise<boolean> => {
        try {
          await store().transact(async tx => {
            if ((await tx.usage.add(account, { octets: 1, emails: 1 })).octets > LIMIT) throw new Error('full')
          })
          return true
        } catch (error) {
          if (error instanceof Error && error.message === 'full') return false
          throw error
        }
      }
      const added = await Promise.all(Array.from({ length: 10 }, addUpTo))
      assert.equal(added.filter(Boolean).length, LIMIT)
      assert.equal((await get(account))[0]?.octets, LIMIT)
    })
  })
}
