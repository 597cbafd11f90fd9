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

    async corrections(id) {
      const row = await db.selectFrom('mail_usage').select('corrections').where('id', '=', id).executeTakeFirst()
      return row?.corrections ?? 0
    },

    async correct(id, { octets, emails }, seen) {
      await db.insertInto('mail_usage').values({ id, octets: 0, emails: 0, tenant_id: null })
        .onConflict(conflict => conflict.doNothing()).execute()
      // Whoever corrects at the same time waits here, and then finds another number.
      const row = await db.updateTable('mail_usage')
        .set(eb => ({ octets: eb('octets', '+', octets), emails: eb('emails', '+', emails), corrections: eb('corrections', '+', 1) }))
        .where('id', '=', id).where('corrections', '=', seen).returningAll().executeTakeFirst()
      return row ? usageOf(row) : null
    },

    async assign(accountId, tenantId) {
      await db.updateTable('mail_usage').set({ tenant_id: tenantId }).where('id', '=', accountId).execute()
    },

    async remove(id) {
      await db.deleteFrom('mail_usage').where('id', '=', storableText(id)).execute()
    },

    async total() {
      const row = await db.selectFrom('mail_usage')
        .select(eb => [eb.fn.sum<string | null>('octets').as('octets'), eb.fn.sum<string | null>('emails').as('emails')])
        .executeTakeFirstOrThrow()
      // PostgreSQL adds bigint up as numeric, which comes as text.
      return { octets: Number(row.octets ?? 0), emails: Number(row.emails ?? 0) }
    },
  }
}

function usageOf(row: { readonly octets: number; readonly emails: number; readonly tenant_id: string | null }): Usage {
  return { octets: row.octets, emails: row.emails, tenantId: row.tenant_id }
}
