/** Keys with an expiry in SQL. An expired key is not there, whether or not it has been removed yet. */
import type { ExpressionBuilder } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { KeyValueTable } from '../../registry/ports.ts'
import { compareText, keyText, storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { listed } from './listed.ts'

/** Of one statement, which has three parameters for each. */
const PUT_ROWS_MAX = 500

export function sqlKeys(context: SqlContext): KeyValueTable {
  const { db, now, dialect } = context
  const live = (eb: ExpressionBuilder<Database, 'key_value'>) =>
    eb.or([eb('key_value.expires_at', 'is', null), eb('key_value.expires_at', '>', now())])

  return {
    async get(key) {
      const row = await db.selectFrom('key_value').select('value')
        .where('key', '=', keyText(key)).where(live).executeTakeFirst()
      return row ? JSON.parse(row.value) as JsonObject : null
    },

    async getAll(keys) {
      const texts = keys.map(keyText)
      const rows = await db.selectFrom('key_value').select(['key', 'value']).where(listed(context, 'key', texts)).where(live).execute()
      const found = new Map(rows.map(({ key, value }) => [key, value]))
      return texts.map(key => {
        const value = found.get(key)
        return value === undefined ? null : JSON.parse(value) as JsonObject
      })
    },

    async put(key, value, expiresAt) {
      const columns = { value: JSON.stringify(value), expires_at: expiresAt }
      await db.insertInto('key_value').values({ key: keyText(key), ...columns })
        .onConflict(conflict => conflict.column('key').doUpdateSet(columns)).execute()
    },

    async putAll(rows) {
      // In one order, so that none of two that put the same keys waits for the other one.
      const last = new Map(rows.map(({ key, value, expiresAt }) => [keyText(key), { value: JSON.stringify(value), expires_at: expiresAt }]))
      const columns = [...last].map(([key, others]) => ({ key, ...others })).toSorted((one, other) => compareText(one.key, other.key))
      for (let start = 0; start < columns.length; start += PUT_ROWS_MAX) {
        await db.insertInto('key_value').values(columns.slice(start, start + PUT_ROWS_MAX))
          .onConflict(conflict => conflict.column('key').doUpdateSet(eb => ({ value: eb.ref('excluded.value'), expires_at: eb.ref('excluded.expires_at') })))
          .execute()
      }
    },

    async create(key, value, expiresAt) {
      const columns = { value: JSON.stringify(value), expires_at: expiresAt }
      // A second creator waits here for the first to commit, and then sees its row.
      const row = await db.insertInto('key_value').values({ key: keyText(key), ...columns })
        .onConflict(conflict => conflict.column('key').doUpdateSet(columns)
          .where('key_value.expires_at', '<=', now()))
        .returning('key_value.key').executeTakeFirst()
      return row !== undefined
    },

    async remove(key) {
      const row = await db.deleteFrom('key_value').where('key', '=', keyText(key))
        .returning(eb => eb.case().when(live(eb)).then(1).else(0).end().as('live')).executeTakeFirst()
      return row?.live === 1
    },

    async list(prefix, limit, after) {
      const start = storableText(prefix)
      const end = endOfPrefix(start)
      const rows = await db.selectFrom('key_value').select(['key', 'value']).where(live)
        .where('key', '>=', start)
        .$if(end !== null, query => query.where('key', '<', end))
        .$if(after !== undefined, query => query.where('key', '>', storableText(after ?? '')))
        .orderBy('key').limit(limit).execute()
      return rows.map(row => ({ key: row.key, value: JSON.parse(row.value) as JsonObject }))
    },

    async removeExpired(limit) {
      const expired = db.selectFrom('key_value').select('key')
        .where('expires_at', '<=', now()).orderBy('expires_at').limit(limit)
      // The outer condition is for PostgreSQL: a row that was put again since the inner query saw it stays.
      const removed = await db.deleteFrom('key_value').where('key', 'in', expired)
        .where('expires_at', '<=', now()).executeTakeFirst()
      return Number(removed.numDeletedRows)
    },

    async removePrefix(prefix, limit) {
      const start = storableText(prefix)
      const end = endOfPrefix(start)
      const found = db.selectFrom('key_value').select('key')
        .where('key', '>=', start)
        .$if(end !== null, query => query.where('key', '<', end))
        .orderBy('key').limit(limit)
        // Else what somebody else removes meanwhile would count as found, and fewer than are left would look like all.
        .$if(dialect === 'postgres', query => query.forUpdate().skipLocked())
      const removed = await db.deleteFrom('key_value').where('key', 'in', found).executeTakeFirst()
      return Number(removed.numDeletedRows)
    },
  }
}

const LAST_CODE_POINT = 0x10ffff
const BEFORE_SURROGATES = 0xd7ff
const AFTER_SURROGATES = 0xe000

/** The first text after all that begin with the prefix, by code points as UTF-8 is; null: none is. */
function endOfPrefix(prefix: string): string | null {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0)
  while (points.at(-1) === LAST_CODE_POINT) points.pop()
  const last = points.pop()
  if (last === undefined) return null
  return String.fromCodePoint(...points, last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1)
}
