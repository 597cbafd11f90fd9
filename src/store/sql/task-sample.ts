/** Rows at 500 places spread over the task table, from which is estimated what is too many to count. */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { SqlContext } from './context.ts'

const PLACES = 500
/** Rows at each place in SQLite; in PostgreSQL it is a page, some 30. */
const ROWS_PER_PLACE = 32

/** `selected` of `task t` at these places; `each`: how many rows of the table one of them stands for. */
export async function sample<Row>(context: SqlContext, selected: RawBuilder<unknown>, tail: RawBuilder<unknown> = sql``): Promise<{ readonly rows: readonly Row[]; readonly each: number }> {
  const { db, dialect } = context
  if (dialect === 'postgres') {
    const pages = await number(context, sql`select pg_relation_size('task') / current_setting('block_size')::int as n`)
    const percent = Math.min(100, 100 * PLACES / Math.max(1, pages))
    // The same pages each time, so that the number does not jump.
    const { rows } = await sql<Row>`select ${selected} from task t tablesample system (${percent}) repeatable (1) ${tail}`.execute(db)
    return { rows, each: 100 / percent }
  }
  const first = await number(context, sql`select min(rowid) as n from task`)
  const count = await number(context, sql`select max(rowid) as n from task`) - first + 1
  const step = Math.max(ROWS_PER_PLACE, Math.floor(count / PLACES))
  const { rows } = await sql<Row>`with recursive place(start) as (
      select ${first} union all select start + ${step} from place where start + ${step} < ${first + count})
    select ${selected} from place cross join task t on t.rowid between place.start and place.start + ${ROWS_PER_PLACE - 1} ${tail}`.execute(db)
  return { rows, each: step / ROWS_PER_PLACE }
}

async function number({ db }: SqlContext, query: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await (query as ReturnType<typeof sql<{ n: number | null }>>).execute(db)
  return Number(rows[0]?.n ?? 0)
}
