/**
 * Documents of accounts in SQL. Writers of one (account, collection) take turns on its counter row: the modseq they get
 * is the order of their commits, and a reader who sees a modseq sees every change up to it.
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DocumentChange, DocumentIndex, DocumentTable } from '../../services/ports.ts'
import { keyText, storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'

interface Owner { readonly account_id: Id; readonly collection: string }

export function sqlDocuments(context: SqlContext): DocumentTable {
  const { db } = context
  const documents = (accountId: Id, collection: string) =>
    db.selectFrom('document').where('account_id', '=', accountId).where('collection', '=', collection)
  const indexed = (accountId: Id, collection: string, name: string, value: string) => db.selectFrom('document_index')
    .where('account_id', '=', accountId).where('collection', '=', collection)
    .where('name', '=', name).where('value', '=', keyText(value))

  return {
    lock(accountId, collection) {
      return lock(context, { account_id: accountId, collection })
    },

    async get(accountId, collection, ids) {
      const rows = await documents(accountId, collection).select(['id', 'modseq', 'body']).where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, row]))
      return ids.flatMap(id => {
        const row = found.get(id)
        return row ? [{ id, modseq: row.modseq, body: JSON.parse(row.body) as JsonObject }] : []
      })
    },

    async put(accountId, collection, id, body, index) {
      const owner = { account_id: accountId, collection }
      const modseq = await nextModseq(context, owner)
      const old = await documents(accountId, collection).select('id').where('id', '=', id).executeTakeFirst()
      const columns = { modseq, body: JSON.stringify(body) }
      if (old) {
        await db.updateTable('document').set(columns)
          .where('account_id', '=', accountId).where('collection', '=', collection).where('id', '=', id).execute()
      } else {
        await db.insertInto('document').values({ ...owner, id, ...columns }).execute()
      }
      await putIndex(context, owner, id, index, old !== undefined)
      await db.insertInto('document_change').values({ ...owner, modseq, id, kind: old ? 'updated' : 'created' }).execute()
      return modseq
    },

    async remove(accountId, collection, id) {
      const owner = { account_id: accountId, collection }
      await lock(context, owner)
      const removed = await db.deleteFrom('document')
        .where('account_id', '=', accountId).where('collection', '=', collection).where('id', '=', storableText(id)).executeTakeFirst()
      if (removed.numDeletedRows === 0n) return null
      const modseq = await nextModseq(context, owner)
      await db.deleteFrom('document_index')
        .where('account_id', '=', accountId).where('collection', '=', collection).where('id', '=', id).execute()
      await db.insertInto('document_change').values({ ...owner, modseq, id, kind: 'destroyed' }).execute()
      return modseq
    },

    async scan(accountId, collection, { name, value, ascending, limit, after }) {
      const direction = ascending ? 'asc' : 'desc'
      const rows = await indexed(accountId, collection, name, value).select(['id', 'sort'])
        .$if(after !== undefined, query => query.where(eb => eb(
          eb.refTuple('sort', 'id'), ascending ? '>' : '<', eb.tuple(after?.sort ?? 0, storableText(after?.id ?? '')))))
        .orderBy('sort', direction).orderBy('id', direction).limit(limit).execute()
      return rows.map(({ id, sort }) => ({ id, sort }))
    },

    async count(accountId, collection, name, value) {
      const row = await indexed(accountId, collection, name, value)
        .select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return row.count
    },

    async list(accountId, collection, limit, after) {
      const rows = await documents(accountId, collection).select('id')
        .$if(after !== undefined, query => query.where('id', '>', storableText(after ?? '')))
        .orderBy('id').limit(limit).execute()
      return rows.map(row => row.id)
    },

    async modseq(accountId, collection) {
      const row = await db.selectFrom('document_counter').select('modseq')
        .where('account_id', '=', accountId).where('collection', '=', collection).executeTakeFirst()
      return row?.modseq ?? 0
    },

    async changes(accountId, collection, since, limit) {
      const rows = await db.selectFrom('document_change').select(['modseq', 'id', 'kind'])
        .where('account_id', '=', accountId).where('collection', '=', collection).where('modseq', '>', since)
        .orderBy('modseq').limit(limit).execute()
      return rows.map(row => ({ ...row, kind: row.kind as DocumentChange['kind'] }))
    },
  }
}

/** Writes nothing new, but the row stays locked until the transaction ends. */
async function lock({ db }: SqlContext, owner: Owner): Promise<void> {
  await db.insertInto('document_counter').values({ ...owner, modseq: 0 })
    .onConflict(conflict => conflict.columns(['account_id', 'collection'])
      .doUpdateSet(eb => ({ modseq: eb.ref('document_counter.modseq') })))
    .execute()
}

async function nextModseq({ db }: SqlContext, owner: Owner): Promise<number> {
  const row = await db.insertInto('document_counter').values({ ...owner, modseq: 1 })
    .onConflict(conflict => conflict.columns(['account_id', 'collection'])
      .doUpdateSet(eb => ({ modseq: eb('document_counter.modseq', '+', 1) })))
    .returning('modseq').executeTakeFirstOrThrow()
  return row.modseq
}

/** Writes only the rows that differ: a flag that changes moves one row of a message, not all of them. */
async function putIndex({ db }: SqlContext, owner: Owner, id: Id, index: readonly DocumentIndex[], existed: boolean): Promise<void> {
  const wanted = new Map(index.map(({ name, value, sort }) => {
    const row = { name, value: keyText(value), sort }
    return [JSON.stringify([row.name, row.value]), row]
  }))
  const rowsOf = { account_id: owner.account_id, collection: owner.collection, id }
  const stored = existed
    ? await db.selectFrom('document_index').select(['name', 'value', 'sort'])
      .where('account_id', '=', owner.account_id).where('collection', '=', owner.collection).where('id', '=', id).execute()
    : []
  for (const row of stored) {
    const key = JSON.stringify([row.name, row.value])
    if (wanted.get(key)?.sort === row.sort) {
      wanted.delete(key)
      continue
    }
    await db.deleteFrom('document_index')
      .where('account_id', '=', owner.account_id).where('collection', '=', owner.collection).where('id', '=', id)
      .where('name', '=', row.name).where('value', '=', row.value).execute()
  }
  const rows = [...wanted.values()].map(row => ({ ...rowsOf, ...row }))
  for (let start = 0; start < rows.length; start += INSERTED_ROWS_MAX) {
    await db.insertInto('document_index').values(rows.slice(start, start + INSERTED_ROWS_MAX)).execute()
  }
}

/** Of one statement: below the parameter limits of both databases. */
const INSERTED_ROWS_MAX = 1_000
