/** Documents of accounts in SQL: their rows here, what finds them in document-index.ts, their changes in document-log.ts. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DocumentRows, DocumentTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { putIndex, sqlDocumentIndexes } from './document-index.ts'
import { lock, logRemoved, logWritten, nextModseq, sqlDocumentLog } from './document-log.ts'
import { listed } from './listed.ts'

export function sqlDocuments(context: SqlContext): DocumentTable {
  return { ...sqlDocumentRows(context), ...sqlDocumentIndexes(context), ...sqlDocumentLog(context) }
}

function sqlDocumentRows(context: SqlContext): DocumentRows {
  const { db } = context
  const documents = (accountId: Id, collection: string) =>
    db.selectFrom('document').where('account_id', '=', accountId).where('collection', '=', collection)

  return {
    async get(accountId, collection, ids) {
      const rows = await documents(accountId, collection).select(['id', 'modseq', 'body'])
        .where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, row]))
      return ids.flatMap(id => {
        const row = found.get(id)
        return row ? [{ id, modseq: row.modseq, body: JSON.parse(row.body) as JsonObject }] : []
      })
    },

    async present(accountId, collection, ids) {
      const rows = await documents(accountId, collection).select('id').where(listed(context, 'id', ids)).execute()
      return new Set(rows.map(({ id }) => id))
    },

    async put(accountId, collection, id, body, index) {
      const key = { account_id: accountId, collection, id }
      const modseq = await nextModseq(context, key)
      const columns = { modseq, body: JSON.stringify(body) }
      const inserted = await db.insertInto('document').values({ ...key, ...columns })
        .onConflict(conflict => conflict.doNothing()).executeTakeFirst()
      const existed = inserted.numInsertedOrUpdatedRows === 0n
      if (existed) await db.updateTable('document').set(columns).where(eb => eb.and(key)).execute()
      await putIndex(context, key, index, existed)
      await logWritten(context, key, modseq, existed ? 'updated' : 'created')
      return modseq
    },

    async remove(accountId, collection, ids) {
      const key = { account_id: accountId, collection }
      await lock(context, key)
      const removed = await db.deleteFrom('document').where(eb => eb.and(key)).where(listed(context, 'id', ids)).returning('id').execute()
      const there = new Set(removed.map(({ id }) => id))
      const gone = new Set(ids.filter(id => there.has(id)))
      if (gone.size === 0) return gone
      await db.deleteFrom('document_index').where(eb => eb.and(key)).where(listed(context, 'id', [...gone])).execute()
      await logRemoved(context, key, await nextModseq(context, key, gone.size), gone)
      return gone
    },

    async list(accountId, collection, limit, after) {
      const rows = await documents(accountId, collection).select('id')
        .$if(after !== undefined, query => query.where('id', '>', storableText(after ?? '')))
        .orderBy('id').limit(limit).execute()
      return rows.map(row => row.id)
    },

    async erase(accountId, collection, ids) {
      for (const table of ['document_index', 'document'] as const) {
        await db.deleteFrom(table).where('account_id', '=', accountId).where('collection', '=', collection)
          .where(listed(context, 'id', ids)).execute()
      }
    },
  }
}
