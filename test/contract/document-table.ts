/** What every store promises of documents, their index rows and their sequences. Each test uses accounts of its own. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Id } from '../../src/base/ids.ts'
import type { DocumentIndex } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'
import { COLLECTION, documentCalls, ids, upTo } from './document-fixtures.ts'

export function documentTableContract(store: () => Store): void {
  const { put, get, remove, count, hits, scan } = documentCalls(store)

  describe('documents', () => {
    test('get answers in the order asked, only for the account and collection', async () => {
      const account = ids.next()
      const [first, second] = [ids.next(), ids.next()]
      const body = { subject: 'NUL \0 😀', flags: [1, null, { deep: true }] }
      await put(account, first, [], body)
      await put(account, second)
      const expected = [{ id: second, modseq: 2, body: {} }, { id: first, modseq: 1, body }]
      assert.deepEqual(await get(account, second, ids.next(), first), expected)
      assert.deepEqual(await get(ids.next(), first), [])
      assert.deepEqual(await store().read(tx => tx.documents.get(account, 'contact', [first])), [])
    })

    test('says which are there, of this account and collection', async () => {
      const [account, first, second] = [ids.next(), ids.next(), ids.next()]
      await put(account, first)
      await put(account, second, [], {}, 'contact')
      const present = (...asked: Id[]): Promise<ReadonlySet<Id>> => store().read(tx => tx.documents.present(account, COLLECTION, asked))
      assert.deepEqual(await present(second, 'NUL\0', first, ids.next()), new Set([first]))
      assert.deepEqual(await present(), new Set())
    })

    test('many ids are read at once', async () => {
      const account = ids.next()
      const made = Array.from({ length: 400 }, () => ids.next())
      await store().transact(async tx => {
        for (const id of made) await tx.documents.put(account, COLLECTION, id, { id }, [])
      })
      const found = await get(account, ...made.toReversed())
      assert.deepEqual(found.map(document => document.id), made.toReversed())
    })

    test('the same id may be used by other accounts and collections', async () => {
      const [account, other, id] = [ids.next(), ids.next(), ids.next()]
      await put(account, id, [{ name: 'box', value: 'in', sort: 1 }], { of: 'account' })
      await put(other, id, [{ name: 'box', value: 'in', sort: 1 }], { of: 'other' })
      await put(account, id, [], { of: 'contact' }, 'contact')
      await remove(other, id)
      assert.deepEqual(await get(account, id), [{ id, modseq: 1, body: { of: 'account' } }])
      assert.deepEqual(await scan(account), [id])
      assert.deepEqual(await scan(other), [])
    })

    test('list pages through all ids in order', async () => {
      const account = ids.next()
      const made = Array.from({ length: 5 }, () => ids.next())
      for (const id of made.toReversed()) await put(account, id)
      const list = (limit: number, after?: Id): Promise<Id[]> =>
        store().read(tx => tx.documents.list(account, COLLECTION, limit, after))
      assert.deepEqual(await list(10), made)
      assert.deepEqual(await list(2), made.slice(0, 2))
      assert.deepEqual(await list(2, made[1]), made.slice(2, 4))
      assert.deepEqual(await list(2, made[4]), [])
    })
  })

  describe('documents: index rows', () => {
    const at = (sort: number, value = 'in'): DocumentIndex => ({ name: 'box', value, sort })

    test('a scan is ordered by sort, then id, and goes on after a key', async () => {
      const account = ids.next()
      const made = Array.from({ length: 5 }, () => ids.next()) as [Id, Id, Id, Id, Id]
      const sorts = [5, -1, 5, Number.MAX_SAFE_INTEGER, 5]
      for (const [nth, sort] of sorts.entries()) await put(account, made[nth] ?? '', [at(sort)])
      const [a, b, c, d, e] = made
      assert.deepEqual(await scan(account), [b, a, c, e, d])
      assert.deepEqual(await scan(account, { ascending: false }), [d, e, c, a, b])
      assert.deepEqual(await scan(account, { limit: 2 }), [b, a])
      assert.deepEqual(await scan(account, { after: { sort: 5, id: a } }), [c, e, d])
      assert.deepEqual(await scan(account, { ascending: false, after: { sort: 5, id: c } }), [a, b])
      const newest = await hits(account, { ascending: false, limit: 1 })
      assert.deepEqual(newest, [{ id: d, sort: Number.MAX_SAFE_INTEGER }])
    })

    test('put replaces the rows, remove takes them away', async () => {
      const [account, id] = [ids.next(), ids.next()]
      await put(account, id, [at(1), at(1, 'unread'), { name: 'thread', value: 't', sort: 0 }])
      assert.equal(await count(account, 'box', 'unread'), 1)
      await put(account, id, [at(2), { name: 'thread', value: 't', sort: 0 }])
      assert.equal(await count(account, 'box', 'unread'), 0)
      assert.equal(await count(account, 'thread', 't'), 1)
      assert.deepEqual(await scan(account, { after: { sort: 1, id: '~' } }), [id])
      await remove(account, id)
      assert.deepEqual(await scan(account), [])
      assert.equal(await count(account, 'thread', 't'), 0)
    })

    test('a document counts once for a name and value: the later sort holds', async () => {
      const [account, id] = [ids.next(), ids.next()]
      await put(account, id, [at(1), at(7), at(3)])
      assert.equal(await count(account, 'box', 'in'), 1)
      assert.deepEqual(await hits(account), [{ id, sort: 3 }])
    })

    test('which of many documents have a row is told', async () => {
      const [account, other] = [ids.next(), ids.next()]
      const [both, one, none] = [ids.next(), ids.next(), ids.next()]
      const row = (name: string, value: string): DocumentIndex => ({ name, value, sort: 1 })
      await put(account, both, [row('box', 'in'), row('box', 'out')])
      await put(account, one, [row('box', 'out'), row('other', 'in')])
      await put(account, none)
      await put(other, none, [row('box', 'in')])
      const having = (value: string, ...wanted: Id[]): Promise<ReadonlySet<Id>> =>
        store().read(tx => tx.documents.having(account, COLLECTION, 'box', value, wanted))
      assert.deepEqual(await having('in', both, one, none, ids.next()), new Set([both]))
      assert.deepEqual(await having('out', none, one), new Set([one]))
      assert.deepEqual(await having('in'), new Set())
    })

    test('the first of each value is told, for many values at once', async () => {
      const account = ids.next()
      const [late, early, other, twin] = [ids.next(), ids.next(), ids.next(), ids.next()] as [Id, Id, Id, Id]
      await put(account, late, [at(9, 'one'), at(9, 'both')])
      await put(account, early, [at(1, 'one')])
      await put(account, other, [at(9, 'two'), at(9, 'both')])
      await put(account, twin, [at(9, 'two')])
      await put(ids.next(), ids.next(), [at(0, 'one')])
      const long = 'x'.repeat(9_999)
      await put(account, twin, [at(9, long)])
      const found = await store().read(tx => tx.documents.first(account, COLLECTION, 'box', ['two', 'one', 'none', 'both', '\0', long]))
      assert.deepEqual(found, new Map([['both', late], ['one', early], ['two', other], [long, twin]]))
      assert.equal((await store().read(tx => tx.documents.first(account, COLLECTION, 'other', ['one']))).size, 0)
      assert.equal((await store().read(tx => tx.documents.first(account, COLLECTION, 'box', []))).size, 0)
    })

    test('values of any length and content are found', async () => {
      const account = ids.next()
      const values = ['', 'NUL\0', '\ud800', "'%_", 'x'.repeat(9_999), 'x'.repeat(10_000)]
      for (const value of values) await put(account, ids.next(), [at(1, value)])
      for (const value of values) {
        assert.equal(await count(account, 'box', value), 1, JSON.stringify(value).slice(0, 20))
      }
    })
  })

  describe('documents: an account that goes as a whole', () => {
    const erase = (account: Id, ...wanted: Id[]): Promise<void> =>
      store().transact(tx => tx.documents.erase(account, COLLECTION, wanted))
    const forget = (account: Id, limit: number, collection = COLLECTION): Promise<number> =>
      store().transact(tx => tx.documents.forget(account, collection, limit))
    const look = (account: Id): Promise<{ collections: string[]; modseq: number; changes: number | undefined }> =>
      store().read(async tx => ({
        collections: await tx.documents.collections(account), modseq: await tx.documents.modseq(account, COLLECTION),
        changes: (await tx.documents.changes(account, COLLECTION, 0, 100))?.length,
      }))

    test('erased documents are gone with their index rows, and the log does not say so', async () => {
      const [account, other] = [ids.next(), ids.next()]
      const [first, second, third] = [ids.next(), ids.next(), ids.next()]
      const box: DocumentIndex = { name: 'box', value: 'in', sort: 1 }
      for (const id of [first, second, third]) await put(account, id, [box])
      await put(other, first, [box])
      await put(account, first, [box], {}, 'contact')
      await erase(account, first, third, ids.next())
      await erase(account)
      assert.deepEqual((await get(account, first, second, third)).map(({ id }) => id), [second])
      assert.deepEqual([await scan(account), await count(account, 'box', 'in')], [[second], 1])
      assert.deepEqual(await look(account), { collections: ['contact', COLLECTION], modseq: 3, changes: 3 })
      assert.equal((await get(other, first)).length, 1)
      assert.equal((await store().read(tx => tx.documents.get(account, 'contact', [first]))).length, 1)
    })

    test('the log is forgotten in parts, and the counter with its end', async () => {
      const [account, other, id] = [ids.next(), ids.next(), ids.next()]
      for (let nth = 0; nth < 5; nth++) await put(account, id)
      await put(other, id)
      await put(account, id, [], {}, 'contact')
      await erase(account, id)
      assert.equal(await forget(account, 3), 3)
      assert.deepEqual((await look(account)).collections, ['contact', COLLECTION])
      assert.equal(await forget(account, 3), 2)
      assert.deepEqual(await look(account), { collections: ['contact'], modseq: 0, changes: 0 })
      assert.equal(await forget(account, 3), 0)
      assert.equal(await put(account, id), 1)
      assert.deepEqual(await look(other), { collections: [COLLECTION], modseq: 1, changes: 1 })
    })

    test('a log that is as long as the limit is forgotten at the second call', async () => {
      const [account, id] = [ids.next(), ids.next()]
      for (let nth = 0; nth < 4; nth++) await put(account, id)
      await erase(account, id)
      assert.deepEqual([await forget(account, 4), await forget(account, 4)], [4, 0])
      assert.deepEqual((await look(account)).collections, [])
    })
  })

  describe('documents: sequences', () => {
    const draw = (account: Id, count: number, sequence = 'Number'): Promise<number> =>
      store().transact(tx => tx.documents.draw(account, sequence, count))

    test('give each number once, from 1 on, each account and sequence its own', async () => {
      const [account, other] = [ids.next(), ids.next()]
      assert.deepEqual([await draw(account, 1), await draw(account, 3), await draw(account, 1)], [1, 4, 5])
      assert.deepEqual([await draw(other, 1), await draw(account, 2, 'Second')], [1, 2])
      assert.equal(await store().read(tx => tx.documents.modseq(account, 'Number')), 5)
      assert.equal(await store().read(tx => tx.documents.modseq(account, 'Third')), 0)
      assert.deepEqual(await store().read(tx => tx.documents.collections(account)), ['Number', 'Second'])
    })

    test('give what a rolled back transaction took to the next', async () => {
      const account = ids.next()
      await draw(account, 1)
      await assert.rejects(store().transact(async tx => {
        assert.equal(await tx.documents.draw(account, 'Number', 5), 6)
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      assert.equal(await draw(account, 1), 2)
    })

    test('give those who draw at the same time different numbers', async () => {
      const account = ids.next()
      const drawn = await Promise.all(Array.from({ length: 20 }, () => draw(account, 1)))
      assert.deepEqual(drawn.toSorted((left, right) => left - right), upTo(20))
    })

    test('begin anew when they were forgotten', async () => {
      const account = ids.next()
      await draw(account, 7)
      assert.equal(await store().transact(tx => tx.documents.forget(account, 'Number', 1)), 0)
      assert.deepEqual(await store().read(tx => tx.documents.collections(account)), [])
      assert.equal(await draw(account, 1), 1)
    })
  })
}
