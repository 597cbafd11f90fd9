/**
 * A database's search index gives the answers of the memory store, whatever was indexed and whatever is
 * asked.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { BlobOwner, SearchExpression } from '../../src/services/ports.ts'
import { SEARCH_FIELDS } from '../../src/services/ports.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'

const ids = idSource(16, systemClock)
const RUNS = 60

/** Few words, so that they meet; and now and then anything. */
const term = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'ab', 'a_b', '_', '1', 'é', 'ß', '東京', 'не', '😀') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)
const terms = fc.array(term, { maxLength: 4 })
const fields = fc.record({ subject: terms, from: terms, to: terms, cc: terms, body: terms })
const account = fc.nat(1)
const collection = fc.constantFrom('email', 'file')
const place = fc.record({ account, collection, document: fc.nat(7) })
const put = fc.record({
  kind: fc.constant('put' as const),
  documents: fc.array(fc.record({ place, fields }), { maxLength: 4 }),
})
const remove = fc.record({ kind: fc.constant('remove' as const), places: fc.array(place, { maxLength: 3 }) })
const step = fc.oneof({ weight: 4, arbitrary: put }, { weight: 1, arbitrary: remove })
const word = fc.constant('term' as const)
const { expression } = fc.letrec<{ expression: SearchExpression }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      fc.record({ kind: word, anyOf: terms }),
      fc.record({ kind: word, anyOf: terms, field: fc.constantFrom(...SEARCH_FIELDS) }),
    ),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('expression'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('expression') }),
  ),
}))
const question = fc.record({
  account, collection, expression, limit: fc.integer({ min: 1, max: 9 }), after: fc.option(fc.nat(7)),
})
const steps = fc.array(step, { maxLength: 6 })
const questions = fc.array(question, { minLength: 1, maxLength: 8 })

export function searchAgreement(store: () => Store): void {
  test('search: the same answers as memory for any documents and any expression', async () => {
    await fc.assert(fc.asyncProperty(steps, questions, async (taken, asked) => {
      const memory = await openMemoryStore({ clock: systemClock })
      const accounts = [ids.next(), ids.next()]
      const documents = Array.from({ length: 8 }, () => ids.next())
      const owner = (of: Place): BlobOwner =>
        ({ accountId: at(accounts, of.account), collection: of.collection, id: at(documents, of.document) })
      const take = (tx: Tx, next: (typeof taken)[number]): Promise<void> => next.kind === 'put'
        ? tx.search.put(next.documents.map(document =>
          ({ ...owner(document.place), fields: document.fields })))
        : tx.search.remove(next.places.map(owner))
      const ask = (tx: Tx, one: (typeof asked)[number]): Promise<Id[]> => tx.search.query(
        at(accounts, one.account), one.collection, one.expression, one.limit,
        one.after === null ? undefined : at(documents, one.after))
      const answers = (of: Store): Promise<Id[][]> => of.read(async tx => {
        const all: Id[][] = []
        for (const one of asked) all.push(await ask(tx, one))
        return all
      })

      for (const target of [store(), memory]) {
        await target.transact(async tx => {
          for (const next of taken) await take(tx, next)
        })
      }
      assert.deepEqual(await answers(store()), await answers(memory))
    }), { numRuns: RUNS })
  })
}

interface Place { readonly account: number; readonly collection: string; readonly document: number }

function at(list: readonly Id[], index: number): Id {
  const id = list[index]
  assert.ok(id)
  return id
}
