/** Documents of accounts in memory, with their index rows; their changes are in document-log.ts. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DocumentIndexes, DocumentRows, DocumentTable } from '../../services/ports.ts'
import { keyText } from '../storable.ts'
import type { MemoryContext } from './database.ts'
import { Collections, type Documents } from './document-collections.ts'
import { memoryDocumentLog } from './document-log.ts'

export function memoryDocuments(context: MemoryContext): DocumentTable {
  const collections = new Collections(context)
  return { ...documentRows(collections), ...documentIndexes(collections), ...memoryDocumentLog(collections) }
}

function documentRows(collections: Collections): DocumentRows {
  return {
    async get(accountId, collection, ids) {
      const rows = collections.rows(accountId, collection)
      return ids.flatMap(id => {
        const row = rows.get(id)
        return row ? [{ id, modseq: row.modseq, body: JSON.parse(row.body) as JsonObject }] : []
      })
    },

    async present(accountId, collection, ids) {
      const rows = collections.rows(accountId, collection)
      return new Set(ids.filter(id => rows.has(id)))
    },

    async put(accountId, collection, id, body, index) {
      const rows = new Map(collections.rows(accountId, collection))
      const modseq = collections.record(accountId, collection, id, rows.has(id) ? 'updated' : 'created')
      const entries = index.map(entry => ({ ...entry, value: keyText(entry.value) }))
      rows.set(id, { id, modseq, body: JSON.stringify(body), index: entries })
      collections.replaceRows(accountId, collection, rows)
      return modseq
    },

    async remove(accountId, collection, ids) {
      const rows = new Map(collections.rows(accountId, collection))
      const gone = new Set(ids.filter(id => rows.delete(id)))
      if (gone.size === 0) return gone
      collections.replaceRows(accountId, collection, rows)
      for (const id of gone) collections.record(accountId, collection, id, 'destroyed')
      return gone
    },

    async list(accountId, collection, limit, after) {
      return [...collections.rows(accountId, collection).keys()]
        .filter(id => after === undefined || id > after).toSorted().slice(0, limit)
    },

    async erase(accountId, collection, ids) {
      const rows = new Map(collections.rows(accountId, collection))
      if (ids.filter(id => rows.delete(id)).length > 0) collections.replaceRows(accountId, collection, rows)
    },
  }
}

function documentIndexes(collections: Collections): DocumentIndexes {
  return {
    async scan(accountId, collection, { name, value, ascending, limit, after }) {
      const hits = entriesOf(collections.rows(accountId, collection), name, value)
      const sign = ascending ? 1 : -1
      return hits
        .filter(hit => after === undefined || sign * compare(hit, after) > 0)
        .toSorted((left, right) => sign * compare(left, right))
        .slice(0, limit)
    },

    async first(accountId, collection, name, values) {
      const rows = collections.rows(accountId, collection)
      return new Map(values.flatMap(value => {
        const [hit] = entriesOf(rows, name, value).toSorted(compare)
        return hit ? [[value, hit.id] as const] : []
      }))
    },

    async count(accountId, collection, name, value) {
      return entriesOf(collections.rows(accountId, collection), name, value).length
    },

    async having(accountId, collection, name, value, ids) {
      return new Set(entriesOf(collections.rows(accountId, collection), name, value).map(({ id }) => id).filter(id => ids.includes(id)))
    },
  }
}

interface Hit { readonly id: Id; readonly sort: number }

/** One hit a document: of two rows with the same name and value the later counts. */
function entriesOf(rows: Documents, name: string, value: string): Hit[] {
  const wanted = keyText(value)
  return [...rows.values()].flatMap(row => {
    const entry = row.index.findLast(candidate => candidate.name === name && candidate.value === wanted)
    return entry ? [{ id: row.id, sort: entry.sort }] : []
  })
}

function compare(left: Hit, right: Hit): number {
  if (left.sort !== right.sort) return left.sort - right.sort
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0
}
