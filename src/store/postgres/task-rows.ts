/**
 * Task rows on PostgreSQL. Batches travel as one array a column (unnest): one text, one plan and one round trip for any
 * number of rows (measured: 150,000 rows a second in batches of 1,000, against 3,000 one by one).
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { TaskRow } from '../../engine/ports.ts'
import { newRow } from '../queue/task-row.ts'
import type { TaskRows } from '../queue/task-rows.ts'
import type { SqlContext } from '../sql/context.ts'
import type { TaskColumns } from '../sql/tables/queue.ts'
import { readTask, taskColumns } from '../sql/task-columns.ts'
import { countTasks, getTasks, queryTasks } from '../sql/task-query.ts'

type ColumnTypes = Partial<Record<keyof TaskColumns, 'text' | 'bigint'>>

/** What a new row brings; the rest is the same for all. */
const INSERTED = {
  id: 'text', variant: 'text', lane: 'text', bucket: 'bigint', band: 'bigint', due: 'bigint', status: 'text',
  ordering_key: 'text', dedupe_key: 'text', account_id: 'text', domain_id: 'text', payload: 'text', attempt: 'bigint',
  first_failed_at: 'bigint', failed_at: 'bigint', failure_reason: 'text',
} as const satisfies ColumnTypes
/** What may change in a row's life. */
const WRITTEN = {
  id: 'text', band: 'bigint', due: 'bigint', status: 'text', version: 'bigint', dedupe_key: 'text', payload: 'text',
  attempt: 'bigint', first_failed_at: 'bigint', failed_at: 'bigint', failure_reason: 'text', crashes: 'bigint',
  holder: 'text', started_at: 'bigint', progress: 'text', request: 'text',
} as const satisfies ColumnTypes

export function postgresTaskRows(context: SqlContext): TaskRows {
  const { db } = context
  const locked = async (where: RawBuilder<unknown>): Promise<TaskRow[]> => {
    const { rows } = await sql<TaskColumns>`select * from task where ${where} order by id for update`.execute(db)
    return rows.map(columns => readTask(columns).row)
  }
  return {
    get: ids => getTasks(context, ids),
    query: (filter, page) => queryTasks(context, filter, page),
    count: filter => countTasks(context, filter),

    lock: ids => locked(sql`id = any(${ids}::text[])`),
    lockHeld: holder => locked(sql`holder = ${holder}`),
    lockWaiting: keys => locked(sql`dedupe_key = any(${keys}::text[]) and status <> 'Failed'`),

    async insert(tasks) {
      const rows = tasks.map(task => taskColumns(newRow(task, 0)))
      const { rows: inserted } = await sql<{ id: string }>`
        insert into task (${columnList(INSERTED)}, created_at, version, crashes)
        select n.*, ${context.now()}, 1, 0 from ${unnest(rows, INSERTED)} as n
        on conflict (dedupe_key) where dedupe_key is not null and status <> 'Failed' do nothing
        returning id`.execute(db)
      return new Set(inserted.map(row => row.id))
    },
    async write(rows) {
      const names = Object.keys(WRITTEN).filter(name => name !== 'id')
      await sql`update task set ${sql.join(names.map(name => sql`${sql.id(name)} = n.${sql.id(name)}`))}
        from ${unnest(rows.map(taskColumns), WRITTEN)} as n(${columnList(WRITTEN)}) where task.id = n.id`.execute(db)
    },
    async remove(ids) {
      await sql`delete from task where id = any(${ids}::text[])`.execute(db)
    },
  }
}

function columnList(types: ColumnTypes): RawBuilder<unknown> {
  return sql.join(Object.keys(types).map(name => sql.id(name)))
}

/** One array parameter for each column. */
function unnest(rows: readonly TaskColumns[], types: ColumnTypes): RawBuilder<unknown> {
  const arrays = (Object.entries(types) as [keyof TaskColumns, 'text' | 'bigint'][])
    .map(([name, type]) => sql`${rows.map(row => row[name])}::${sql.raw(type)}[]`)
  return sql`unnest(${sql.join(arrays)})`
}
