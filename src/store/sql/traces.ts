/** Traces in SQL, found by their ids, which are in the order of time, or by an address. */
import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { Trace, TraceFilter, TraceTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'
import type { TraceAddressColumns, TraceColumns } from './tables/telemetry.ts'
import { chunks } from './task-query.ts'

/** Rows in one insert. */
const ROWS_MAX = 1_000

export function sqlTraces(context: SqlContext): TraceTable {
  const { db } = context
  return {
    async put(traces) {
      for (const some of chunks(traces, ROWS_MAX)) {
        await db.insertInto('trace').values(some.map(columnsOf)).onConflict(conflict => conflict.doNothing()).execute()
      }
      for (const some of chunks(traces.flatMap(addressesOf), ROWS_MAX)) {
        await db.insertInto('trace_address').values(some).onConflict(conflict => conflict.doNothing()).execute()
      }
    },

    async get(ids) {
      const rows = await db.selectFrom('trace').selectAll().where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, traceOf(row)]))
      return ids.flatMap(id => found.get(id) ?? [])
    },

    async query(filter, { ascending, limit, afterId, position = 0 }) {
      const after = afterId === undefined ? [] : [compare(ascending ? '>' : '<', afterId)]
      const { rows } = await sql<{ id: string }>`select found.id ${from(context, filter, after)}
        order by found.id ${sql.raw(ascending ? 'asc' : 'desc')} limit ${limit} offset ${position}`.execute(db)
      return rows.map(({ id }) => id)
    },

    async count(filter) {
      const { rows } = await sql<{ count: number }>`select count(*) as count ${from(context, filter, [])}`.execute(db)
      return Number(rows[0]?.count ?? 0)
    },

    async remove(ids) {
      await db.deleteFrom('trace_address').where(listed(context, 'id', ids)).execute()
      const { numDeletedRows } = await db.deleteFrom('trace').where(listed(context, 'id', ids)).executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

/** Begins at the rows of an address where one is given: they are a range of one index, in order. */
function from(context: SqlContext, filter: TraceFilter, more: readonly RawBuilder<SqlBool>[]): RawBuilder<unknown> {
  const [first, second] = addressesIn(filter)
  const conditions = [...more]
  if (filter.fromId !== undefined) conditions.push(compare('>=', filter.fromId))
  if (filter.beforeId !== undefined) conditions.push(compare('<', filter.beforeId))
  if (filter.among !== undefined) conditions.push(listed(context, 'found.id', filter.among))
  if (first) conditions.push(sql`found.side = ${first.side} and found.address = ${first.address}`)
  if (second) {
    conditions.push(sql`exists (select 1 from trace_address other
      where other.side = ${second.side} and other.address = ${second.address} and other.id = found.id)`)
  }
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  return sql`from ${sql.table(first ? 'trace_address' : 'trace')} found ${where}`
}

function compare(operator: '>' | '>=' | '<', id: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`found.id ${sql.raw(operator)} ${storableText(id)}`
}

function addressesIn({ from, to }: TraceFilter): Omit<TraceAddressColumns, 'id'>[] {
  return [
    ...to === undefined ? [] : [{ side: 'to', address: storableText(to) }],
    ...from === undefined ? [] : [{ side: 'from', address: storableText(from) }],
  ]
}

function addressesOf({ id, from, recipients }: Trace): TraceAddressColumns[] {
  return [
    { side: 'from', address: storableText(from), id },
    ...[...new Set(recipients.map(storableText))].map(address => ({ side: 'to', address, id })),
  ]
}

function columnsOf({ id, from, recipients, size, events }: Trace): TraceColumns {
  return {
    id, sender: storableText(from), recipients: JSON.stringify(recipients.map(storableText)), size,
    events: JSON.stringify(events),
  }
}

function traceOf({ id, sender, recipients, size, events }: TraceColumns): Trace {
  return { id, from: sender, recipients: JSON.parse(recipients) as string[], size, events: JSON.parse(events) as JsonObject[] }
}
