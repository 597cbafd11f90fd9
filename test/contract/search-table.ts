/**
 * What every store promises of the search index; search-agreement.ts compares the databases with memory at
 * random.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import { hasCode } from '../../src/errors.ts'
import type { BlobOwner, SearchDocument, SearchExpression, SearchField } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'
import { QUERY_DEPTH_MAX, QUERY_TOKENS_MAX } from '../../src/store/search-terms.ts'
import { compareText } from '../../src/store/storable.ts'

const ids = idSource(15, systemClock)
const COLLECTION = 'email'
const NO_TERMS = { subject: [], from: [], to: [], cc: [], body: [] }
const word = (...anyOf: string[]): SearchExpression => ({ kind: 'term', anyOf })
const inField = (field: SearchField, ...anyOf: string[]): SearchExpression => ({ kind: 'term', anyOf, field })
const and = (...parts: SearchExpression[]): SearchExpression => ({ kind: 'and', parts })
const or = (...parts: SearchExpression[]): SearchExpression => ({ kind: 'or', parts })
const not = (part: SearchExpression): SearchExpression => ({ kind: 'not', part })

export function searchTableContract(store: () => Store): void {
  const index = async (accountId: Id, ...fields: Partial<SearchDocument['fields']>[]): Promise<Id[]> => {
    const documents = fields.map(some =>
      ({ accountId, collection: COLLECTION, id: ids.next(), fields: { ...NO_TERMS, ...some } }))
    await store().transact(tx => tx.search.put(documents))
    return documents.map(document => document.id)
  }
  const query = (accountId: Id, expression: SearchExpression, limit = 100, afterId?: Id): Promise<Id[]> =>
    store().read(tx => tx.search.query(accountId, COLLECTION, expression, limit, afterId))

  describe('search', () => {
    test('purge takes out a whole account in parts, and nobody else', async () => {
      const [account, other] = [ids.next(), ids.next()]
      const made = await index(account, ...Array.from({ length: 5 }, () => ({ body: ['heron'] })))
      await store().transact(tx => tx.search.put([
        { accountId: account, collection: 'file', id: ids.next(), fields: { ...NO_TERMS, body: ['heron'] } },
      ]))
      const [kept] = await index(other, { body: ['heron'] })
      const purge = (limit: number): Promise<number> => store().transact(tx => tx.search.purge(account, limit))
      assert.equal(await purge(4), 4)
      assert.deepEqual([await purge(4), await purge(4)], [2, 0])
      assert.deepEqual(await query(account, word('heron')), [])
      assert.deepEqual(await query(other, word('heron')), [kept])
      for (const id of made) {
        assert.equal(await store().read(tx => tx.search.has({ accountId: account, collection: COLLECTION, id })), false)
      }
    })

    test('words, forms and fields', async () => {
      const account = ids.next()
      const [a, b, c] = await index(account,
        { subject: ['ship', 'order_7'], from: ['anna'], body: ['harbour', 'größe'] },
        { subject: ['order'], from: ['ben'], cc: ['anna'], body: ['ships', '東京'] },
        { to: ['anna'], body: ['ship', '42'] },
      )
      assert.deepEqual(await query(account, word('ship')), [c, a])
      assert.deepEqual(await query(account, word('ship', 'ships')), [c, b, a])
      assert.deepEqual(await query(account, inField('subject', 'ship')), [a])
      assert.deepEqual(await query(account, inField('cc', 'anna', 'ben')), [b])
      assert.deepEqual(await query(account, word('anna')), [c, b, a])
      assert.deepEqual(await query(account, word('order_7')), [a])
      assert.deepEqual(await query(account, word('order')), [b])
      assert.deepEqual(await query(account, word('größe')), [a])
      assert.deepEqual(await query(account, word('grosse')), [])
      assert.deepEqual(await query(account, word('東京')), [b])
      assert.deepEqual(await query(account, word('42')), [c])
      assert.deepEqual(await query(account, word('shi')), [])
    })

    test('and, or, not and their empty cases', async () => {
      const account = ids.next()
      const [a, b, c] = await index(account, { body: ['x', 'y'] }, { body: ['y'] }, {})
      assert.deepEqual(await query(account, and(word('x'), word('y'))), [a])
      assert.deepEqual(await query(account, or(word('x'), word('y'))), [b, a])
      assert.deepEqual(await query(account, not(word('x'))), [c, b])
      assert.deepEqual(await query(account, not(not(word('x')))), [a])
      assert.deepEqual(await query(account, and(not(word('x')), not(word('y')))), [c])
      assert.deepEqual(await query(account, or(not(word('y')), word('x'))), [c, a])
      assert.deepEqual(await query(account, and()), [c, b, a])
      assert.deepEqual(await query(account, or()), [])
      assert.deepEqual(await query(account, not(and())), [])
      assert.deepEqual(await query(account, not(or())), [c, b, a])
      assert.deepEqual(await query(account, word()), [])
      assert.deepEqual(await query(account, and(word('y'), and(), not(word()))), [b, a])
    })

    test('newest first, in pages', async () => {
      const account = ids.next()
      const made = (await index(account, ...Array.from({ length: 7 }, () => ({ body: ['w'] })))).toReversed()
      assert.deepEqual(await query(account, word('w'), 3), made.slice(0, 3))
      assert.deepEqual(await query(account, word('w'), 3, made[2]), made.slice(3, 6))
      assert.deepEqual(await query(account, word('w'), 3, made[6]), [])
    })

    test('ids of other forms and ids that others use too keep their place in the order', async () => {
      const [account, other] = [ids.next(), ids.next()]
      const made = [ids.next(), ids.next(), 'zz', ids.next(), '', 'A', ids.next(), '\u{10FFFE}']
      const owners = (accountId: Id, of: readonly Id[]): BlobOwner[] =>
        of.map(id => ({ accountId, collection: COLLECTION, id }))
      await store().transact(async tx => {
        await tx.search.put(owners(other, made.slice(1, 4)).map(owner => withBody(owner, 'w')))
        await tx.search.put(owners(account, made).map(owner => withBody(owner, 'w')))
      })
      const newest = made.toSorted(compareText).toReversed()
      assert.deepEqual(await query(account, word('w')), newest)
      assert.deepEqual(await query(account, word('w'), 3), newest.slice(0, 3))
      for (const [nth, id] of newest.entries()) {
        assert.deepEqual(await query(account, word('w'), 3, id), newest.slice(nth + 1, nth + 4))
      }
      await store().transact(tx => tx.search.remove(owners(account, made)))
      assert.deepEqual(await query(account, word('w')), [])
      assert.deepEqual(await query(other, word('w')), made.slice(1, 4).toSorted(compareText).toReversed())
    })

    test('accounts and collections never see each other', async () => {
      const [account, other] = [ids.next(), ids.next()]
      const [mine] = await index(account, { body: ['shared'] }) as [Id]
      await index(other, { body: ['shared'] })
      const document = (accountId: Id, collection: string): SearchDocument =>
        ({ accountId, collection, id: mine, fields: { ...NO_TERMS, body: ['shared', collection] } })
      await store().transact(tx => tx.search.put([document(other, COLLECTION), document(account, 'file')]))
      assert.deepEqual(await query(account, word('shared')), [mine])
      assert.deepEqual(await query(account, not(word('absent'))), [mine])
      assert.deepEqual(await query(account, word('file')), [])
      assert.deepEqual(await query(ids.next(), not(word('absent'))), [])
      await store().transact(tx => tx.search.remove([document(other, COLLECTION)]))
      assert.deepEqual(await query(account, word('shared')), [mine])
    })

    test('put replaces, remove removes, has tells', async () => {
      const account = ids.next()
      const [id] = await index(account, { body: ['before'], subject: ['kept'] }) as [Id]
      const owner = { accountId: account, collection: COLLECTION, id }
      const has = (): Promise<boolean> => store().read(tx => tx.search.has(owner))
      assert.equal(await has(), true)
      await store().transact(tx => tx.search.put([withBody(owner, 'after', 'after')]))
      assert.deepEqual(await query(account, or(word('before'), word('kept'))), [])
      assert.deepEqual(await query(account, word('after')), [id])
      await store().transact(tx => tx.search.remove([owner, { ...owner, id: ids.next() }]))
      assert.equal(await has(), false)
      assert.deepEqual(await query(account, not(word('absent'))), [])
      for (let time = 0; time < 2; time++) await store().transact(tx => tx.search.put([withBody(owner, 'after', 'after')]))
      assert.deepEqual(await query(account, word('after')), [id], 'as it was before it was taken out')
      await store().transact(async tx => {
        await tx.search.put([])
        await tx.search.remove([])
      })
    })

    test('one batch may hold a document twice: the later one counts', async () => {
      const owner = { accountId: ids.next(), collection: COLLECTION, id: ids.next() }
      await store().transact(tx => tx.search.put([withBody(owner, 'first'), withBody(owner, 'second')]))
      assert.deepEqual(await query(owner.accountId, word('first')), [])
      assert.deepEqual(await query(owner.accountId, word('second')), [owner.id])
    })

    test('indexing one document at the same time leaves one of the versions', async () => {
      const owner = { accountId: ids.next(), collection: COLLECTION, id: ids.next() }
      const terms = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5']
      await Promise.all(terms.map(term =>
        store().transact(tx => tx.search.put([withBody(owner, term)]))))
      const hits = await Promise.all(terms.map(term => query(owner.accountId, word(term))))
      assert.deepEqual(hits.flat(), [owner.id])
    })

    test('words are data: nothing in them is syntax, and what is no term is never found', async () => {
      const account = ids.next()
      const hostile = [
        '"', "'", "a' | 'b", '" OR "b', 'a*', '^a', 'a:b', '(', ')', '-', '\\', '!', '&', 'a b', '',
        'NEAR', 'NUL\0', '\ud800', 'x'.repeat(65),
      ]
      const [a, b] = await index(account, { body: ['a', ...hostile] }, { body: ['b'] })
      for (const text of hostile) {
        for (const expression of [word(text), inField('body', text), and(word('a'), word(text))]) {
          assert.deepEqual(await query(account, expression), [], JSON.stringify(text))
        }
        assert.deepEqual(await query(account, or(word('b'), word(text))), [b])
        assert.deepEqual(await query(account, not(word(text))), [b, a])
      }
      assert.deepEqual(await query(account, word('x'.repeat(64), 'a')), [a])
    })

    test('a document with more words than fit is found by those that do', async () => {
      const account = ids.next()
      const body = Array.from({ length: 20_000 }, (_, nth) => `${'語'.repeat(57)}${nth}`)
      const [a] = await index(account, { subject: ['start'], body })
      const kept = [body[0], body[5_000]].map(term => inField('body', term ?? ''))
      assert.deepEqual(await query(account, and(word('start'), ...kept)), [a])
      assert.deepEqual(await query(account, inField('body', body.at(-1) ?? '')), [])
    })

    test('what is too large is refused, what is at the limit is answered', async () => {
      const account = ids.next()
      const [a] = await index(account, { body: ['w'] })
      const wide = (count: number): SearchExpression =>
        inField('body', 'w', ...Array.from({ length: count - 1 }, (_, nth) => `no${nth}`))
      const deep = (depth: number): SearchExpression => {
        const around = [
          (part: SearchExpression) => and(part, word('w')), not,
          (part: SearchExpression) => or(part, word('none')), not,
        ]
        let expression = word('w')
        for (let level = 1; level < depth; level++) expression = around[level % 4]?.(expression) ?? expression
        return expression
      }
      assert.deepEqual(await query(account, wide(QUERY_TOKENS_MAX)), [a])
      assert.deepEqual(await query(account, deep(QUERY_DEPTH_MAX)), [a])
      for (const expression of [wide(QUERY_TOKENS_MAX + 1), deep(QUERY_DEPTH_MAX + 1), deep(50_000)]) {
        await assert.rejects(query(account, expression), error => hasCode(error, 'search/too-complex'))
      }
    })
  })
}

function withBody(owner: BlobOwner, ...body: string[]): SearchDocument {
  return { ...owner, fields: { ...NO_TERMS, body } }
}
