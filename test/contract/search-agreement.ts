/** A database's search index gives the answers of the memory store, whatever was indexed and whatever is asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { SearchDocument, SearchExpression } from '../../src/services/ports.ts'
import { SEARCH_FIELDS } from '../../src/services/ports.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store } from '../../src/store/store.ts'

const ids = idSource(16, systemClock)
const RUNS = 60
const COLLECTIONS = ['email', 'file'] as const

/** Few words, so that they meet; and now and then anything. */
const term = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'ab', 'a_b', '_', '1', 'é', 'ß', '東京', 'не', '😀') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)
const terms = fc.array(term, { maxLength: 4 })
const fields = fc.record(Object.fromEntries(SEARCH_FIELDS.map(field => [field, terms])) as Record<(typeof SEARCH_FIELDS)[number], typeof terms>)
const place = fc.record({ account: fc.nat(1), collection: fc.constantFrom(...COLLECTIONS), document: fc.nat(7) })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), documents: fc.array(fc.record({ place, fields }), { maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), documents: fc.array(fc.record({ place }), { maxLength: 3 }) }) },
)
const { expression } = fc.letrec<{ expression: SearchExpression }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      fc.record({ kind: fc.constant('term' as const), anyOf: terms }),
      fc.record({ kind: fc.constant('term' as const), anyOf: terms, field: fc.constantFrom(...SEARCH_FIELDS) }),
    ),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), parts: fc.array(tie('expression'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), part: tie('expression') }),
  ),
}))
const question = fc.record({ account: fc.nat(1), collection: fc.constantFrom(...COLLECTIONS), expression, limit: fc.integer({ min: 1, max: 9 }), after: fc.option(fc.nat(7)) })

export function searchAgreement(store: () => Store): void {
  test('search: the same answers as memory for any documents and any expression', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.array(question, { minLength: 1, maxLength: 8 }), async (steps, questions) => {
      const accounts = [ids.next(), ids.next()]
      const documents = Array.from({ length: 8 }, () => ids.next())
      const owner = (of: { account: number; collection: string; document: number }): Omit<SearchDocument, 'fields'> =>
        ({ accountId: at(accounts, of.account), collection: of.collection, id: at(documents, of.document) })
      const memory = await openMemoryStore({ clock: systemClock })
      const ask = (of: Store): Promise<Id[][]> => of.read(tx => Promise.all(questions.map(asked => tx.search.query(
        at(accounts, asked.account), asked.collection, asked.expression, asked.limit,
        asked.after === null ? undefined : at(documents, asked.after)))))

      for (const target of [store(), memory]) {
        await target.transact(async tx => {
          for (const { kind, documents: touched } of steps) {
            if (kind === 'put') await tx.search.put(touched.map(document => ({ ...owner(document.place), fields: document.fields })))
            else await tx.search.remove(touched.map(document => owner(document.place)))
          }
        })
      }
      assert.deepEqual(await ask(store()), await ask(memory))
    }), { numRuns: RUNS })
  })
}

function at(list: readonly Id[], index: number): Id {
  const id = list[index]
  assert.ok(id)
  return id
}
