/** Documents of accounts in memory, with their index rows and change log. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DocumentChange, DocumentIndex, DocumentTable } from '../../services/ports.ts'
import { keyText } from '../storable.ts'
import type { MemoryContext } from './database.ts'
import { rowKey } from './row-key.ts'

interface DocumentRow {
  readonly id: Id
  readonly modseq: number
  readonly body: string
  readonly index: readonly DocumentIndex[]
}
type Documents = ReadonlyMap<Id, DocumentRow>

export function memoryDocuments(context: MemoryContext): DocumentTable {
  /** All by account and collection. */
  const documents = context.table<Documents>('documents')
  const log = context.table<readonly DocumentChange[]>('document_changes')
  const counters = context.table<number>('document_counters')
  const rowsOf = (accountId: Id, collection: string): Documents =>
    documents.get(rowKey(accountId, collection)) ?? new Map<Id, DocumentRow>()
  const changesOf = (accountId: Id, collection: string): readonly DocumentChange[] =>
    log.get(rowKey(accountId, collection)) ?? []
  const highest = (accountId: Id, collection: string): number => counters.get(rowKey(accountId, collection)) ?? 0
  const advance = (accountId: Id, collection: string, by: number): number => {
    const modseq = highest(accountId, collection) + by
    counters.set(rowKey(accountId, collection), modseq)
    return modseq
  }
  const record = (accountId: Id, collection: string, id: Id, kind: DocumentChange['kind']): number => {
    const modseq = advance(accountId, collection, 1)
    log.set(rowKey(accountId, collection), [...changesOf(accountId, collection), { modseq, id, kind }])
    return modseq
  }

  return {
    /** One transaction writes at a time anyway. */
    async lock() {},
    async share() {},

    async get(accountId, collection, ids) {
      const rows = rowsOf(accountId, collection)
      return ids.flatMap(id => {
        const row = rows.get(id)
        return row ? [{ id, modseq: row.modseq, body: JSON.parse(row.body) as JsonObject }] : []
      })
    },

    async present(accountId, collection, ids) {
      const rows = rowsOf(accountId, collection)
      return new Set(ids.filter(id => rows.has(id)))
    },

    async put(accountId, collection, id, body, index) {
      const rows = new Map(rowsOf(accountId, collection))
      const modseq = record(accountId, collection, id, rows.has(id) ? 'updated' : 'created')
      const entries = index.map(entry => ({ ...entry, value: keyText(entry.value) }))
      rows.set(id, { id, modseq, body: JSON.stringify(body), index: entries })
      documents.set(rowKey(accountId, collection), rows)
      return modseq
    },

    async remove(accountId, collection, ids) {
      const rows = new Map(rowsOf(accountId, collection))
      const gone = new Set(ids.filter(id => rows.delete(id)))
      if (gone.size === 0) return gone
      documents.set(rowKey(accountId, collection), rows)
      for (const id of gone) record(accountId, collection, id, 'destroyed')
      return gone
    },

    async scan(accountId, collection, { name, value, ascending, limit, after }) {
      const hits = entriesOf(rowsOf(accountId, collection), name, value)
      const sign = ascending ? 1 : -1
      return hits
        .filter(hit => after === undefined || sign * compare(hit, after) > 0)
        .toSorted((left, right) => sign * compare(left, right))
        .slice(0, limit)
    },

    async first(accountId, collection, name, values) {
      const rows = rowsOf(accountId, collection)
      return new Map(values.flatMap(value => {
        const [hit] = entriesOf(rows, name, value).toSorted(compare)
        return hit ? [[value, hit.id] as const] : []
      }))
    },

    async count(accountId, collection, name, value) {
      return entriesOf(rowsOf(accountId, collection), name, value).length
    },

    async having(accountId, collection, name, value, ids) {
      return new Set(entriesOf(rowsOf(accountId, collection), name, value).map(({ id }) => id).filter(id => ids.includes(id)))
    },

    async list(accountId, collection, limit, after) {
      return [...rowsOf(accountId, collection).keys()]
        .filter(id => after === undefined || id > after).toSorted().slice(0, limit)
    },

    async modseq(accountId, collection) {
      return highest(accountId, collection)
    },

    async changes(accountId, collection, since, limit) {
      const kept = changesOf(accountId, collection)
      const trimmed = highest(accountId, collection) - kept.length
      return since < trimmed ? null : kept.slice(since - trimmed, since - trimmed + limit)
    },

    async trim(accountId, collection, keep, limit) {
      const kept = changesOf(accountId, collection)
      const count = Math.max(0, Math.min(kept.length - keep, limit))
      if (count > 0) log.set(rowKey(accountId, collection), kept.slice(count))
      return count
    },

    async draw(accountId, sequence, count) {
      return advance(accountId, sequence, count)
    },

    async collections(accountId) {
      const prefix = rowKey(accountId, '')
      const keys = [...documents.entries(), ...counters.entries()].map(([key]) => key)
      return [...new Set(keys.filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length)))].toSorted()
    },

    async erase(accountId, collection, ids) {
      if (!documents.get(rowKey(accountId, collection))) return
      const rows = new Map(rowsOf(accountId, collection))
      for (const id of ids) rows.delete(id)
      documents.set(rowKey(accountId, collection), rows)
    },

    async forget(accountId, collection, limit) {
      const changes = changesOf(accountId, collection)
      if (changes.length > limit) {
        log.set(rowKey(accountId, collection), changes.slice(limit))
        return limit
      }
      for (const table of [documents, log, counters]) table.delete(rowKey(accountId, collection))
      return changes.length
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
