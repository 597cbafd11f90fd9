/** The index rows of documents in SQL. */
import { sql } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { DocumentIndex, DocumentIndexes } from '../../services/ports.ts'
import { keyText, storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { DocumentKey } from './document-log.ts'
import { listed, valueList } from './listed.ts'

/** Rows of one insert: below the parameter limits of both databases. */
const INSERTED_ROWS_MAX = 1_000

export function sqlDocumentIndexes(context: SqlContext): DocumentIndexes {
  const { db } = context
  const indexed = (accountId: Id, collection: string, name: string, value: string) =>
    db.selectFrom('document_index').where('account_id', '=', accountId).where('collection', '=', collection)
      .where('name', '=', name).where('value', '=', keyText(value))

  return {
    async scan(accountId, collection, { name, value, ascending, limit, after }) {
      const direction = ascending ? 'asc' : 'desc'
      const rows = await indexed(accountId, collection, name, value).select(['id', 'sort'])
        .$if(after !== undefined, query => query.where(eb => eb(
          eb.refTuple('sort', 'id'), ascending ? '>' : '<',
          eb.tuple(after?.sort ?? 0, storableText(after?.id ?? '')))))
        .orderBy('sort', direction).orderBy('id', direction).limit(limit).execute()
      return rows.map(({ id, sort }) => ({ id, sort }))
    },

    async first(accountId, collection, name, values) {
      const stored = new Map(values.map(value => [keyText(value), value]))
      const { rows } = await sql<{ value: string; id: Id | null }>`select v.value, (
          select i.id from document_index i
          where i.account_id = ${accountId} and i.collection = ${collection} and i.name = ${name} and i.value = v.value
          order by i.sort, i.id limit 1) as id
        from ${valueList(context, [...stored.keys()])}`.execute(db)
      return new Map(rows.flatMap(({ value, id }) => id === null ? [] : [[stored.get(value) ?? value, id] as const]))
    },

    async count(accountId, collection, name, value) {
      const row = await indexed(accountId, collection, name, value)
        .select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return row.count
    },

    async having(accountId, collection, name, value, ids) {
      const rows = await indexed(accountId, collection, name, value).select('id').where(listed(context, 'id', ids)).execute()
      return new Set(rows.map(({ id }) => id))
    },
  }
}

/** Writes only the rows that differ: a flag that changes moves one row of a message, not all of them. */
export async function putIndex(
  { db }: SqlContext, key: DocumentKey, index: readonly DocumentIndex[], existed: boolean,
): Promise<void> {
  const missing = new Map(index.map(({ name, value, sort }) => {
    const row = { name, value: keyText(value), sort }
    return [JSON.stringify([row.name, row.value]), row]
  }))
  const stored = existed
    ? await db.selectFrom('document_index').select(['name', 'value', 'sort'])
      .where(eb => eb.and(key)).execute()
    : []
  for (const { name, value, sort } of stored) {
    const rowKey = JSON.stringify([name, value])
    if (missing.get(rowKey)?.sort === sort) missing.delete(rowKey)
    else await db.deleteFrom('document_index').where(eb => eb.and({ ...key, name, value })).execute()
  }
  const rows = Array.from(missing.values(), row => ({ ...key, ...row }))
  for (let start = 0; start < rows.length; start += INSERTED_ROWS_MAX) {
    await db.insertInto('document_index').values(rows.slice(start, start + INSERTED_ROWS_MAX)).execute()
  }
}
