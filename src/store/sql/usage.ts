/** What accounts and tenants store, in SQL: one row each, which its writers add to in turn. */
import type { Usage, UsageTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'

export function sqlUsage(context: SqlContext): UsageTable {
  const { db } = context
  return {
    async get(ids) {
      const rows = await db.selectFrom('mail_usage').selectAll().where(listed(context, 'id', ids)).execute()
      return new Map(rows.map(row => [row.id, usageOf(row)]))
    },

    async add(id, { octets, emails }) {
      const row = await db.insertInto('mail_usage').values({ id, octets, emails, tenant_id: null })
        .onConflict(conflict => conflict.column('id').doUpdateSet(eb => ({
          octets: eb('mail_usage.octets', '+', octets),
          emails: eb('mail_usage.emails', '+', emails),
        })))
        .returningAll().executeTakeFirstOrThrow()
      return usageOf(row)
    },

    async assign(accountId, tenantId) {
      await db.updateTable('mail_usage').set({ tenant_id: tenantId }).where('id', '=', accountId).execute()
    },

    async remove(id) {
      await db.deleteFrom('mail_usage').where('id', '=', storableText(id)).execute()
    },
  }
}

function usageOf(row: { readonly octets: number; readonly emails: number; readonly tenant_id: string | null }): Usage {
  return { octets: row.octets, emails: row.emails, tenantId: row.tenant_id }
}
