/** Points of metrics in SQL. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Counters, MetricFilter, MetricTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { listed } from './listed.ts'

/** `follows` of the first slot. */
const NONE = 0

export function sqlMetrics(context: SqlContext): MetricTable {
  const { db } = context
  return {
    async newest() {
      const row = await db.selectFrom('metric_slot').selectAll().orderBy('slot', 'desc').limit(1).executeTakeFirst()
      if (!row) return null
      return { slot: row.slot, after: row.follows === NONE ? null : row.follows, counters: JSON.parse(row.counters) as Counters }
    },

    async append({ slot, after, counters }, points) {
      const { numInsertedOrUpdatedRows } = await db.insertInto('metric_slot')
        .values({ slot, follows: after ?? NONE, counters: JSON.stringify(counters) })
        .onConflict(conflict => conflict.doNothing()).executeTakeFirst()
      if (Number(numInsertedOrUpdatedRows) === 0) return false
      if (points.length > 0) await db.insertInto('metric').values(points.map(point => ({ ...point, slot }))).execute()
      return true
    },

    async get(ids) {
      const rows = await db.selectFrom('metric').selectAll().where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, row]))
      return ids.flatMap(id => found.get(id) ?? [])
    },

    async query(filter, { ascending, limit, after, position = 0 }) {
      const direction = ascending ? 'asc' : 'desc'
      const rows = await db.selectFrom('metric').select('id').where(eb => eb.and(conditions(eb, context, filter)))
        .$if(after !== undefined, query => query.where(eb =>
          eb(eb.refTuple('slot', 'id'), ascending ? '>' : '<', eb.tuple(after?.slot ?? 0, storableText(after?.id ?? '')))))
        .orderBy('slot', direction).orderBy('id', direction).limit(limit).offset(position).execute()
      return rows.map(({ id }) => id)
    },

    async count(filter) {
      const { count } = await db.selectFrom('metric').select(eb => eb.fn.countAll<number>().as('count'))
        .where(eb => eb.and(conditions(eb, context, filter))).executeTakeFirstOrThrow()
      return count
    },

    async purge(before, limit) {
      const old = db.selectFrom('metric').select('id').where('slot', '<', before).orderBy('slot').orderBy('id').limit(limit)
      const { numDeletedRows } = await db.deleteFrom('metric').where('id', 'in', old).executeTakeFirst()
      await db.deleteFrom('metric_slot').where('slot', '<', before)
        .where('slot', '<', eb => eb.selectFrom('metric_slot as later').select(({ fn }) => fn.max('later.slot').as('slot'))).execute()
      return Number(numDeletedRows)
    },
  }
}

function conditions(eb: ExpressionBuilder<Database, 'metric'>, context: SqlContext, { metrics, slotMin, slotMax }: MetricFilter): Expression<SqlBool>[] {
  const list: Expression<SqlBool>[] = []
  if (metrics !== undefined) list.push(listed(context, 'metric', metrics))
  if (slotMin !== undefined) list.push(eb('slot', '>=', slotMin))
  if (slotMax !== undefined) list.push(eb('slot', '<=', slotMax))
  return list
}
