/** The audit log in memory. */
import type { AuditEntry, AuditFilter, AuditTable } from '../../registry/ports.ts'
import { storableText } from '../storable.ts'
import type { MemoryContext } from './database.ts'

type Place = Pick<AuditEntry, 'at' | 'id'>

export function memoryAudit(context: MemoryContext): AuditTable {
  const entries = context.table<AuditEntry>('audit')
  return {
    async append(entry) {
      const { actorName, via, remote } = entry
      entries.set(entry.id, {
        ...entry, actorName: storableText(actorName), via: via && storableText(via), remote: remote && storableText(remote),
      })
      context.hints.object('AuditEntry')
    },

    async get(ids) {
      return ids.flatMap(id => entries.get(id) ?? [])
    },

    async query(filter, { ascending, limit, after, position = 0 }) {
      const sign = ascending ? 1 : -1
      return [...entries.rows()]
        .filter(entry => holds(entry, filter) && (after === undefined || sign * order(entry, after) > 0))
        .toSorted((left, right) => sign * order(left, right))
        .slice(position, position + limit).map(({ id }) => id)
    },

    async count(filter) {
      return [...entries.rows()].filter(entry => holds(entry, filter)).length
    },

    async purge(before, limit) {
      const old = [...entries.rows()].filter(({ at }) => at < before).toSorted(order).slice(0, limit)
      for (const { id } of old) entries.delete(id)
      return old.length
    },
  }
}

function holds(entry: AuditEntry, { atMin = 0, atMax = Infinity, ...exact }: AuditFilter): boolean {
  return entry.at >= atMin && entry.at <= atMax
    && (Object.keys(exact) as (keyof typeof exact)[]).every(name => exact[name] === undefined || entry[name] === exact[name])
}

function order(left: Place, right: Place): number {
  return left.at - right.at || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
}
