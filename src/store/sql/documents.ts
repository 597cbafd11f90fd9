/**
 * Documents of accounts in SQL. Writers of one (account, collection) take turns on its counter row: the
 * modseq they get is the order of their commits, and a reader who sees a modseq sees every change up to it.
 */
import { sql } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DocumentChange, DocumentIndex, DocumentTable } from '../../services/ports.ts'
import { keyText, storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed, numberedList, valueList } from './listed.ts'

/** Rows of one insert: below the parameter limits of both databases. */
const INSERTED_ROWS_MAX = 1_000

export function sqlDocuments(context: SqlContext): DocumentTable {
  const { db } = context
  const documents = (accountId: Id, collection: string) =>
    db.selectFrom('document').where('account_id', '=', accountId).where('collection', '=', collection)
  const indexed = (accountId: Id, collection: string, name: string, value: string) =>
    db.selectFrom('document_index').where('account_id', '=', accountId).where('collection', '=', collection)
      .where('name', '=', name).where('value', '=', keyText(value))
  const highest = async (accountId: Id, collection: string): Promise<number> => {
    const row = await db.selectFrom('document_counter').select('modseq')
      .where('account_id', '=', accountId).where('collection', '=', collection).executeTakeFirst()
    return row?.modseq ?? 0
  }

  return {
    lock(accountId, collection) {
      return lock(context, { account_id: accountId, collection })
    },

    async share(accountId, collection) {
      // The one writer of SQLite is alone anyway.
      if (context.dialect === 'sqlite') return
      const counter = db.selectFrom('document_counter').select('modseq')
        .where('account_id', '=', accountId).where('collection', '=', collection).forShare()
      // Only a row can be shared: the first one makes it.
      if (await counter.executeTakeFirst() === undefined) await lock(context, { account_id: accountId, collection })
    },

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
      await log(context, key, modseq, existed ? 'updated' : 'created')
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

    async list(accountId, collection, limit, after) {
      const rows = await documents(accountId, collection).select('id')
        .$if(after !== undefined, query => query.where('id', '>', storableText(after ?? '')))
        .orderBy('id').limit(limit).execute()
      return rows.map(row => row.id)
    },

    modseq: highest,

    async changes(accountId, collection, since, limit) {
      const rows = await db.selectFrom('document_change').select(['modseq', 'id', 'kind'])
        .where('account_id', '=', accountId).where('collection', '=', collection).where('modseq', '>', since)
        .orderBy('modseq').limit(limit).execute()
      // Every modseq has an entry until it is trimmed, so what is missing is missing at the start.
      const oldest = rows[0]?.modseq ?? await highest(accountId, collection) + 1
      if (oldest > since + 1) return null
      return rows.map(({ modseq, id, kind }) => ({ modseq, id, kind: kind as DocumentChange['kind'] }))
    },

    async trim(accountId, collection, keep, limit) {
      const entries = { account_id: accountId, collection }
      const oldest = await db.selectFrom('document_change').select('modseq').where(eb => eb.and(entries))
        .orderBy('modseq').limit(1).executeTakeFirst()
      if (oldest === undefined) return 0
      const last = Math.min(await highest(accountId, collection) - keep, oldest.modseq + limit - 1)
      const removed = await db.deleteFrom('document_change').where(eb => eb.and(entries))
        .where('modseq', '<=', last).executeTakeFirst()
      return Number(removed.numDeletedRows)
    },

    draw(accountId, sequence, count) {
      return nextModseq(context, { account_id: accountId, collection: sequence }, count)
    },

    async collections(accountId) {
      // Whoever writes a collection writes its counter first.
      const rows = await db.selectFrom('document_counter').select('collection')
        .where('account_id', '=', accountId).orderBy('collection').execute()
      return rows.map(row => row.collection)
    },

    async erase(accountId, collection, ids) {
      for (const table of ['document_index', 'document'] as const) {
        await db.deleteFrom(table).where('account_id', '=', accountId).where('collection', '=', collection)
          .where(listed(context, 'id', ids)).execute()
      }
    },

    async forget(accountId, collection, limit) {
      const key = { account_id: accountId, collection }
      const last = await db.selectFrom('document_change').select('modseq').where(eb => eb.and(key))
        .orderBy('modseq').limit(1).offset(limit - 1).executeTakeFirst()
      const removed = await db.deleteFrom('document_change').where(eb => eb.and(key))
        .$if(last !== undefined, query => query.where('modseq', '<=', last?.modseq ?? 0)).executeTakeFirst()
      if (last === undefined) await db.deleteFrom('document_counter').where(eb => eb.and(key)).execute()
      return Number(removed.numDeletedRows)
    },
  }
}

interface CollectionKey { readonly account_id: Id; readonly collection: string }
interface DocumentKey extends CollectionKey { readonly id: Id }

/** Writes nothing new, but the row stays locked until the transaction ends. */
async function lock({ db }: SqlContext, { account_id, collection }: CollectionKey): Promise<void> {
  await db.insertInto('document_counter').values({ account_id, collection, modseq: 0 })
    .onConflict(conflict => conflict.columns(['account_id', 'collection'])
      .doUpdateSet(eb => ({ modseq: eb.ref('document_counter.modseq') })))
    .execute()
}

async function nextModseq({ db }: SqlContext, { account_id, collection }: CollectionKey, by = 1): Promise<number> {
  const row = await db.insertInto('document_counter').values({ account_id, collection, modseq: by })
    .onConflict(conflict => conflict.columns(['account_id', 'collection'])
      .doUpdateSet(eb => ({ modseq: eb('document_counter.modseq', '+', by) })))
    .returning('modseq').executeTakeFirstOrThrow()
  return row.modseq
}

async function log(
  { db }: SqlContext, key: DocumentKey, modseq: number, kind: DocumentChange['kind'],
): Promise<void> {
  await db.insertInto('document_change').values({ ...key, modseq, kind }).execute()
}

/** `last` is the modseq of the last of them. */
async function logRemoved(context: SqlContext, { account_id, collection }: CollectionKey, last: number, ids: ReadonlySet<Id>): Promise<void> {
  await sql`insert into document_change (account_id, collection, modseq, id, kind)
    select ${account_id}, ${collection}, cast(${last - ids.size} as bigint) + v.nth, v.value, 'destroyed'
    from ${numberedList(context, [...ids])}`.execute(context.db)
}

/** Writes only the rows that differ: a flag that changes moves one row of a message, not all of them. */
async function putIndex(
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
