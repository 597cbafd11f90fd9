/**
 * The search index in memory: the plain meaning of every expression, against which the databases are tested.
 */
import type { Id } from '../../base/ids.ts'
import { assertNever } from '../../base/assert.ts'
import type { BlobOwner, SearchExpression, SearchField, SearchTable } from '../../services/ports.ts'
import { SEARCH_FIELDS } from '../../services/ports.ts'
import { checkExpression, indexedTerms } from '../search-terms.ts'
import type { MemoryContext } from './database.ts'
import { rowKey } from './row-key.ts'

type Terms = Readonly<Record<SearchField, ReadonlySet<string>>>
interface SearchRow extends BlobOwner { readonly terms: Terms }

export function memorySearch(context: MemoryContext): SearchTable {
  const indexed = context.table<SearchRow>('search')
  const keyOf = (owner: BlobOwner): string => rowKey(owner.accountId, owner.collection, owner.id)

  return {
    async put(added) {
      for (const { accountId, collection, id, fields } of added) {
        const owner = { accountId, collection, id }
        indexed.set(keyOf(owner), { ...owner, terms: indexedTerms(fields) })
      }
    },

    async remove(owners) {
      for (const owner of owners) indexed.delete(keyOf(owner))
    },

    async query(accountId, collection, expression, limit, afterId): Promise<Id[]> {
      checkExpression(expression)
      return [...indexed.rows()]
        .filter(row => row.accountId === accountId && row.collection === collection)
        .filter(row => (afterId === undefined || row.id < afterId) && matches(row.terms, expression))
        .map(row => row.id)
        .toSorted()
        .toReversed()
        .slice(0, limit)
    },

    async has(owner) {
      return indexed.get(keyOf(owner)) !== undefined
    },

    async purge(accountId, limit) {
      const found = [...indexed.rows()].filter(row => row.accountId === accountId).slice(0, limit)
      for (const row of found) indexed.delete(keyOf(row))
      return found.length
    },
  }
}

function matches(terms: Terms, expression: SearchExpression): boolean {
  switch (expression.kind) {
    case 'term': {
      const fields = expression.field === undefined ? SEARCH_FIELDS : [expression.field]
      return fields.some(field => expression.anyOf.some(term => terms[field].has(term)))
    }
    case 'and': return expression.parts.every(part => matches(terms, part))
    case 'or': return expression.parts.some(part => matches(terms, part))
    case 'not': return !matches(terms, expression.part)
    default: return assertNever(expression)
  }
}
