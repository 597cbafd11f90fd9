/** What accounts and tenants store, in memory. */
import type { Usage, UsageTable } from '../../services/ports.ts'
import type { MemoryContext } from './database.ts'

const NOTHING: Usage = { octets: 0, emails: 0, tenantId: null }

export function memoryUsage(context: MemoryContext): UsageTable {
  const rows = context.table<Usage>('mail_usage')
  return {
    async get(ids) {
      return new Map(ids.flatMap(id => {
        const row = rows.get(id)
        return row ? [[id, row] as const] : []
      }))
    },

    async add(id, { octets, emails }) {
      const before = rows.get(id) ?? NOTHING
      const after = { ...before, octets: before.octets + octets, emails: before.emails + emails }
      rows.set(id, after)
      return after
    },

    async assign(accountId, tenantId) {
      const row = rows.get(accountId)
      if (row) rows.set(accountId, { ...row, tenantId })
    },

    async remove(id) {
      rows.delete(id)
    },
  }
}
