/**
 * The change log of documents in SQL. Writers of one (account, collection) take turns on its counter row: the
 * modseq they get is the order of their commits, and a reader who sees a modseq sees every change up to it.
 */
import { sql } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { DocumentChange, DocumentLog } from '../../services/ports.ts'
import type { SqlContext } from './context.ts'
import { numberedList } from './listed.ts'

export interface CollectionKey { readonly account_id: Id; readonly collection: string }
export interface DocumentKey extends CollectionKey { readonly id: Id }

export function sqlDocumentLog(context: SqlContext): DocumentLog {
  const { db } = context
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

/** Writes nothing new, but the row stays locked until the transaction ends. */
export async function lock({ db }: SqlContext, { account_id, collection }: CollectionKey): Promise<void> {
  await db.insertInto('document_counter').values({ account_id, collection, modseq: 0 })
    .onConflict(conflict => conflict.columns(['account_id', 'collection'])
      .doUpdateSet(eb => ({ modseq: eb.ref('document_counter.modseq') })))
    .execute()
}

export async function nextModseq({ db }: SqlContext, { account_id, collection }: CollectionKey, by = 1): Promise<number> {
  const row = await db.insertInto('document_counter').values({ account_id, collection, modseq: by })
    .onConflict(conflict => conflict.columns(['account_id', 'collection'])
      .doUpdateSet(eb => ({ modseq: eb('document_counter.modseq', '+', by) })))
    .returning('modseq').executeTakeFirstOrThrow()
  return row.modseq
}

export async function logWritten(
  { db }: SqlContext, key: DocumentKey, modseq: number, kind: DocumentChange['kind'],
): Promise<void> {
  await db.insertInto('document_change').values({ ...key, modseq, kind }).execute()
}

/** `last` is the modseq of the last of them. */
export async function logRemoved(context: SqlContext, { account_id, collection }: CollectionKey, last: number, ids: ReadonlySet<Id>): Promise<void> {
  await sql`insert into document_change (account_id, collection, modseq, id, kind)
    select ${account_id}, ${collection}, cast(${last - ids.size} as bigint) + v.nth, v.value, 'destroyed'
    from ${numberedList(context, [...ids])}`.execute(context.db)
}
