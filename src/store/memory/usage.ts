/** What accounts and tenants store, in memory. */
import type { Usage, UsageTable } from '../../services/ports.ts'
import type { MemoryContext } from './database.ts'

interface UsageRow extends Usage { readonly corrections: number }
const NOTHING: UsageRow = { octets: 0, emails: 0, tenantId: null, corrections: 0 }

export function memoryUsage(context: MemoryContext): UsageTable {
  const rows = context.table<UsageRow>('mail_usage')
  return {
    async get(ids) {
      return new Map(ids.flatMap(id => {
        const row = rows.get(id)
        return row ? [[id, usageOf(row)] as const] : []
      }))
    },

    async add(id, { octets, emails }) {
      const before = rows.get(id) ?? NOTHING
      const after = { ...before, octets: before.octets + octets, emails: before.emails + emails }
      rows.set(id, after)
      return usageOf(after)
    },

    async corrections(id) {
      return rows.get(id)?.corrections ?? 0
    },

    async correct(id, { octets, emails }, seen) {
      const before = rows.get(id) ?? NOTHING
      if (before.corrections !== seen) return null
      const after = { ...before, octets: before.octets + octets, emails: before.emails + emails, corrections: seen + 1 }
      rows.set(id, after)
      return usageOf(after)
    },

    async assign(accountId, tenantId) {
      const row = rows.get(accountId)
      if (row) rows.set(accountId, { ...row, tenantId })
    },

    async remove(id) {
      rows.delete(id)
    },

    async total() {
      const all = [...rows.rows()]
      return { octets: all.reduce((sum, row) => sum + row.octets, 0), emails: all.reduce((sum, row) => sum + row.emails, 0) }
    },
  }
}

function usageOf({ corrections: _, ...usage }: UsageRow): Usage { return usage }
