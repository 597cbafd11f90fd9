/** Registry objects in memory. Indexes are scans: the reference shows what is right, not what is fast. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { IndexEntry, IndexMatch, ObjectQuery, ObjectRef, ObjectTable, WriteReply } from '../../registry/ports.ts'
import { RotaError } from '../../errors.ts'
import { idTaken, refuseRepeated } from '../taken-ids.ts'
import { keyText, storableText } from '../storable.ts'
import type { MemoryContext } from './database.ts'
import { rowKey } from './row-key.ts'

interface ObjectRow {
  readonly object: string
  readonly id: Id
  readonly version: number
  readonly body: string
  readonly index: readonly IndexEntry[]
  readonly links: readonly ObjectRef[]
}

export function memoryObjects(context: MemoryContext): ObjectTable {
  const objects = context.table<ObjectRow>('object')
  const versions = context.table<number>('object_version')
  const rowsOf = (object: string): ObjectRow[] => [...objects.rows()].filter(row => row.object === object)
  const matching = (object: string, where: ObjectQuery['where']): Id[] => rowsOf(object)
    .filter(row => where.every(match => holds(row, match))).map(row => row.id)

  const conflict = (object: string, id: Id, index: readonly IndexEntry[]): WriteReply | null => {
    for (const { field, value, unique } of index) {
      if (!unique) continue
      const other = rowsOf(object).find(row => row.id !== id && row.index.some(entry =>
        entry.unique && entry.field === field && entry.value === value))
      if (other) return { kind: 'conflict', field, existingId: other.id }
    }
    return null
  }

  const write = (row: ObjectRow): WriteReply => {
    const key = rowKey(row.object, row.id)
    for (const link of row.links) {
      const self = link.object === row.object && link.id === row.id
      const elsewhere = versions.get(link.object) === undefined
      if (!self && !elsewhere && !objects.get(rowKey(link.object, link.id))) throw dangling(row, link)
    }
    objects.set(key, row)
    bump(row.object)
    return { kind: 'written' }
  }

  const bump = (object: string): void => {
    versions.set(object, (versions.get(object) ?? 0) + 1)
    context.hints.object(object)
  }

  const linksTo = (target: ObjectRef): ObjectRef[] => [...objects.rows()]
    .filter(row => row.links.some(link => link.object === target.object && link.id === target.id))
    .map(row => ({ object: row.object, id: row.id }))
    .toSorted((left, right) => order(left.object, right.object) || order(left.id, right.id))

  return {
    /** One transaction writes at a time anyway. */
    async lock() {},

    async get(object, ids) {
      return ids.flatMap(id => {
        const row = objects.get(rowKey(object, id))
        return row ? [{ id, version: row.version, body: JSON.parse(row.body) as JsonObject }] : []
      })
    },

    async query(object, { where, ascending, limit, afterId, position = 0 }) {
      const sign = ascending ? 1 : -1
      return matching(object, where).filter(id => afterId === undefined || sign * order(id, afterId) > 0)
        .toSorted((left, right) => sign * order(left, right)).slice(position, position + limit)
    },

    async count(object, where) {
      return matching(object, where).length
    },

    async insert(object, id, body, index, links) {
      if (objects.get(rowKey(object, id))) return { kind: 'conflict', field: 'id', existingId: id }
      const entries = index.map(entry => ({ ...entry, value: keyText(entry.value) }))
      return conflict(object, id, entries)
        ?? write({ object, id, version: 1, body: JSON.stringify(body), index: entries, links })
    },

    async insertAll(object, rows) {
      refuseRepeated(object, rows.map(({ id }) => id))
      const taken = rows.find(({ id }) => objects.get(rowKey(object, id)))
      if (taken) throw idTaken(object, taken.id)
      for (const { id, body, index } of rows) {
        write({ object, id, version: 1, body: JSON.stringify(body), index: index.map(entry => ({ ...entry, value: keyText(entry.value) })), links: [] })
      }
    },

    async update(object, id, version, body, index, links) {
      const row = objects.get(rowKey(object, id))
      if (!row) return { kind: 'gone' }
      if (row.version !== version) return { kind: 'changed' }
      const entries = index.map(entry => ({ ...entry, value: keyText(entry.value) }))
      return conflict(object, id, entries)
        ?? write({ object, id, version: version + 1, body: JSON.stringify(body), index: entries, links })
    },

    async remove(object, id) {
      if (!objects.get(rowKey(object, id))) return false
      const linked = linksTo({ object, id }).find(ref => ref.object !== object || ref.id !== id)
      if (linked) throw dangling(linked, { object, id })
      objects.delete(rowKey(object, id))
      bump(object)
      return true
    },

    async linksTo(target, limit) {
      return linksTo(target).slice(0, limit)
    },

    async versions() {
      return Object.fromEntries(versions.entries())
    },
  }
}

/** The registry checks links first, so only who loses a race meets this. */
function dangling(from: ObjectRef, to: ObjectRef): RotaError {
  return new RotaError('store/conflict', `${from.object} ${from.id} would refer to no ${to.object} ${to.id}`)
}

function holds(row: ObjectRow, { field, value, prefix, comparison }: IndexMatch): boolean {
  const wanted = prefix ? storableText(value) : keyText(value)
  return row.index.some(entry =>
    entry.field === field && (prefix ? entry.value.startsWith(wanted) : compares(entry.value, comparison ?? '=', wanted)))
}

function compares(value: string, comparison: NonNullable<IndexMatch['comparison']> | '=', wanted: string): boolean {
  switch (comparison) {
    case '=': return value === wanted
    case '>': return value > wanted
    case '>=': return value >= wanted
    case '<': return value < wanted
    case '<=': return value <= wanted
  }
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
