/** What every store promises of the change log of documents: modseq, order, locks. Each test uses accounts of its own. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import type { Store } from '../../src/store/store.ts'
import { COLLECTION, documentCalls, ids, upTo } from './document-fixtures.ts'

export function documentChangesContract(store: () => Store): void {
  const { put, get, remove, count, scan } = documentCalls(store)

  describe('documents: changes', () => {
    const changes = async (account: Id, since: number, limit = 100): Promise<[number, Id, string][] | null> => {
      const log = await store().read(tx => tx.documents.changes(account, COLLECTION, since, limit))
      return log && log.map(({ modseq, id, kind }) => [modseq, id, kind])
    }
    const modseq = (account: Id): Promise<number> =>
      store().read(tx => tx.documents.modseq(account, COLLECTION))

    test('each change gets the next modseq and stays in the log', async () => {
      const [account, first, second] = [ids.next(), ids.next(), ids.next()]
      assert.equal(await modseq(account), 0)
      assert.equal(await put(account, first), 1)
      assert.equal(await put(account, second), 2)
      assert.equal(await put(account, first), 3)
      assert.deepEqual(await remove(account, first), [first])
      assert.deepEqual(await remove(account, first), [])
      assert.equal(await put(account, first), 5)
      const log = [
        [1, first, 'created'], [2, second, 'created'], [3, first, 'updated'], [4, first, 'destroyed'],
        [5, first, 'created'],
      ]
      assert.equal(await modseq(account), 5)
      assert.deepEqual(await changes(account, 0), log)
      assert.deepEqual(await changes(account, 2, 2), log.slice(2, 4))
      assert.deepEqual(await changes(account, 5), [])
      assert.deepEqual(await get(account, first), [{ id: first, modseq: 5, body: {} }])
    })

    test('many are removed at once, those that are there, and logged in the order in which they were named', async () => {
      const [account, other] = [ids.next(), ids.next()]
      const [first, second, third] = [ids.next(), ids.next(), ids.next()]
      for (const id of [first, second, third]) await put(account, id, [{ name: 'box', value: 'in', sort: 1 }])
      for (const id of [first, second]) await put(other, id, [{ name: 'box', value: 'in', sort: 1 }])
      assert.deepEqual(await remove(account, third, 'NUL\0', ids.next(), first, third), [third, first])
      assert.deepEqual(await changes(account, 3), [[4, third, 'destroyed'], [5, first, 'destroyed']])
      assert.equal(await modseq(account), 5)
      assert.deepEqual([await scan(account), await get(account, first, third)], [[second], []])
      assert.deepEqual([await scan(other), await changes(other, 2)], [[first, second], []])
      assert.deepEqual(await remove(account), [])
      assert.equal(await put(account, first), 6)
    })

    const trim = (account: Id, keep: number, limit = 100): Promise<number> =>
      store().transact(tx => tx.documents.trim(account, COLLECTION, keep, limit))

    test('a trimmed log keeps its newest entries, and says of older states that it does not know', async () => {
      const [account, other, id] = [ids.next(), ids.next(), ids.next()]
      for (let nth = 0; nth < 6; nth++) await put(account, id)
      await put(account, id, [], {}, 'contact')
      await put(other, id)
      assert.equal(await trim(account, 2), 4)
      assert.equal(await trim(account, 2), 0)
      assert.deepEqual(await changes(account, 4), [[5, id, 'updated'], [6, id, 'updated']])
      assert.deepEqual(await changes(account, 5, 1), [[6, id, 'updated']])
      assert.deepEqual(await changes(account, 6), [])
      for (const since of [0, 1, 3]) assert.equal(await changes(account, since), null, `since ${since}`)
      assert.equal(await modseq(account), 6)
      assert.equal(await put(account, id), 7)
      assert.equal((await changes(account, 4))?.length, 3)
      assert.deepEqual(await changes(other, 0), [[1, id, 'created']])
      const contacts = await store().read(tx => tx.documents.changes(account, 'contact', 0, 100))
      assert.equal(contacts?.length, 1)
    })

    test('a log is trimmed in parts, down to nothing when nothing is to be kept', async () => {
      const [account, id] = [ids.next(), ids.next()]
      assert.equal(await trim(account, 0), 0)
      for (let nth = 0; nth < 5; nth++) await put(account, id)
      assert.equal(await trim(account, 10), 0)
      assert.deepEqual([await trim(account, 0, 3), await trim(account, 0, 3), await trim(account, 0, 3)], [3, 2, 0])
      assert.deepEqual([await changes(account, 4), await changes(account, 5)], [null, []])
      assert.equal(await put(account, id), 6)
      assert.deepEqual(await changes(account, 5), [[6, id, 'updated']])
      assert.deepEqual(await store().read(tx => tx.documents.collections(account)), [COLLECTION])
    })

    test('a trimmed log is forgotten like any other', async () => {
      const [account, id] = [ids.next(), ids.next()]
      for (let nth = 0; nth < 5; nth++) await put(account, id)
      await trim(account, 2)
      await store().transact(tx => tx.documents.erase(account, COLLECTION, [id]))
      const forget = (): Promise<number> => store().transact(tx => tx.documents.forget(account, COLLECTION, 2))
      assert.deepEqual([await forget(), await forget()], [2, 0])
      assert.deepEqual(await store().read(tx => tx.documents.collections(account)), [])
      assert.equal(await put(account, id), 1)
    })

    test('collections count on their own', async () => {
      const [account, id] = [ids.next(), ids.next()]
      await put(account, id)
      assert.equal(await put(account, id, [], {}, 'mailbox'), 1)
      assert.equal(await modseq(account), 1)
    })

    test('a rollback leaves no gap', async () => {
      const [account, id] = [ids.next(), ids.next()]
      await put(account, id, [{ name: 'box', value: 'in', sort: 1 }])
      await assert.rejects(store().transact(async tx => {
        await tx.documents.put(account, COLLECTION, id, { lost: true }, [])
        await tx.documents.remove(account, COLLECTION, [id])
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      assert.deepEqual(await changes(account, 0), [[1, id, 'created']])
      assert.deepEqual(await scan(account), [id])
      assert.equal(await put(account, id), 2)
    })

    test('writers at the same time get different modseqs, and a reader never sees a gap', async () => {
      const account = ids.next()
      const writes = 30
      let writing = true
      const writers = Promise.all(Array.from({ length: writes }, () => put(account, ids.next())))
        .finally(() => { writing = false })
      const looks: { modseq: number; seen: number[] | undefined }[] = []
      while (writing) {
        await systemClock.breathe()
        looks.push(await store().read(async tx => ({
          modseq: await tx.documents.modseq(account, COLLECTION),
          seen: (await tx.documents.changes(account, COLLECTION, 0, writes))?.map(change => change.modseq),
        })))
      }
      const replies = await writers
      assert.deepEqual(replies.toSorted((left, right) => left - right), upTo(writes))
      for (const look of looks) assert.deepEqual(look.seen, upTo(look.modseq))
    })

    test('what is read under the lock is current: counting up loses nothing', async () => {
      const [account, id] = [ids.next(), ids.next()]
      await Promise.all(Array.from({ length: 12 }, () => store().transact(async tx => {
        await tx.documents.lock(account, COLLECTION)
        const [stored] = await tx.documents.get(account, COLLECTION, [id])
        await tx.documents.put(account, COLLECTION, id, { count: Number(stored?.body['count'] ?? 0) + 1 }, [])
      })))
      assert.deepEqual(await get(account, id), [{ id, modseq: 12, body: { count: 12 } }])
    })

    test('who shares the collection waits for who has locked it, and the other way round', async () => {
      for (const [first, second] of [['lock', 'share'], ['share', 'lock']] as const) {
        const [account, id] = [ids.next(), ids.next()]
        await put(account, id)
        const entered = Promise.withResolvers<void>()
        const earlier = store().transact(async tx => {
          await tx.documents[first](account, COLLECTION)
          entered.resolve()
          await systemClock.breathe()
          await tx.documents.put(account, 'other', id, { written: true }, [])
        })
        await entered.promise
        const [seen] = await store().transact(async tx => {
          await tx.documents[second](account, COLLECTION)
          return tx.documents.get(account, 'other', [id])
        })
        await earlier
        assert.deepEqual(seen?.body, { written: true })
      }
    })

    test('sharing a collection that nobody has written changes nothing', async () => {
      const account = ids.next()
      await store().transact(tx => tx.documents.share(account, COLLECTION))
      assert.equal(await modseq(account), 0)
      assert.equal(await put(account, ids.next()), 1)
    })

    test('a lock alone changes nothing', async () => {
      const account = ids.next()
      await store().transact(tx => tx.documents.lock(account, COLLECTION))
      assert.equal(await modseq(account), 0)
      assert.equal(await put(account, ids.next()), 1)
    })

    test('two writers of one document: both count, the log tells the order', async () => {
      const [account, id] = [ids.next(), ids.next()]
      const replies = await Promise.all([0, 1, 2, 3].map(nth =>
        put(account, id, [{ name: 'nth', value: String(nth), sort: nth }], { nth })))
      const last = replies.indexOf(4)
      const kinds = (await changes(account, 0))?.map(([, , kind]) => kind)
      assert.deepEqual(kinds, ['created', 'updated', 'updated', 'updated'])
      assert.deepEqual(await get(account, id), [{ id, modseq: 4, body: { nth: last } }])
      for (const nth of [0, 1, 2, 3]) {
        assert.equal(await count(account, 'nth', String(nth)), nth === last ? 1 : 0)
      }
    })
  })
}
