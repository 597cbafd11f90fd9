/**
 * Task rows on PostgreSQL. Batches travel as one array a column (unnest): one text, one plan and one round trip for any
 * number of rows (measured: 150,000 rows a second in batches of 1,000, against 3,000 one by one).
 */
import { CompiledQuery } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { TaskAhead, TaskRow } from '../../engine/ports/task.ts'
import { newRow } from '../queue/task-row.ts'
import type { Done, TaskRows } from '../queue/task-rows.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from '../sql/context.ts'
import type { TaskColumns } from '../sql/tables/queue.ts'
import { failureGroups, groupFailures, newestFailures } from '../sql/task-failures.ts'
import { readTask, taskColumns } from '../sql/task-columns.ts'
import { countChildren, getTasks, queryTasks, IS_LEFT } from '../sql/task-query.ts'
import { CLOCK_MS } from './database.ts'

/** More than a node can run at a time. */
const PINNED_MAX = 10_000

type ColumnTypes = Partial<Record<keyof TaskColumns, 'text' | 'bigint'>>

/** What a new row brings; the rest is the same for all. */
const INSERTED = {
  id: 'text', variant: 'text', lane: 'text', bucket: 'bigint', band: 'bigint', due: 'bigint', status: 'text',
  ordering_key: 'text', dedupe_key: 'text', account_id: 'text', domain_id: 'text', payload: 'text', attempt: 'bigint',
  first_failed_at: 'bigint', failed_at: 'bigint', failure_reason: 'text', parent_id: 'text',
  failure_key: 'text',
} as const satisfies ColumnTypes
/** What may change in a row's life. */
const WRITTEN = {
  bucket: 'bigint', band: 'bigint', due: 'bigint', status: 'text', version: 'bigint', ordering_key: 'text',
  dedupe_key: 'text', account_id: 'text', domain_id: 'text', payload: 'text', attempt: 'bigint',
  first_failed_at: 'bigint', failed_at: 'bigint', failure_reason: 'text', crashes: 'bigint', holder: 'text',
  started_at: 'bigint', progress: 'text', request: 'text', parent_id: 'text',
  failure_key: 'text',
} as const satisfies ColumnTypes

/** Written once: building it from parts for every call took longer than the database needs to run it. */
const INSERT = `insert into task (${names(INSERTED)}, created_at, version, crashes)
  select n.*, ${CLOCK_MS}, 1, 0 from ${unnest(INSERTED)} as n
  on conflict (dedupe_key) where dedupe_key is not null and status <> 'Failed' do nothing returning id`
const WRITE = `update task t set (${names(WRITTEN)}) = (select ${names(WRITTEN)}
    from jsonb_to_record($2::jsonb -> t.id) as n(${Object.entries(WRITTEN).map(([name, type]) => `${name} ${type}`).join(', ')}))
  where t.id = any($1::text[])`
/**
 * Each stream is one range of its index, which ends at the moment at which the statement began. Pinned tasks are looked
 * for node by node and not by `holder is not null`, for which a planner that knows nothing of the table reads all of it.
 */
const AHEAD = `
  with clock as materialized (select (extract(epoch from statement_timestamp()) * 1000)::bigint as now)
  select clock.now, t.id, t.lane, t.bucket, t.band, t.due, t.ordering_key as "orderingKey", t.holder
  from clock left join lateral (
    select t.* from unnest($1::text[], $2::bigint[], $3::bigint[]) as s(lane, bucket, band) cross join lateral (
      select * from task t where t.lane = s.lane and t.band = s.band and t.bucket = s.bucket and t.due <= clock.now
      order by t.due, t.id limit $4) t
    union all
    select t.* from node n cross join lateral (select * from task t where t.holder = n.incarnation limit ${PINNED_MAX}) t
    where t.ordering_key = any($5::text[])
  ) t on true`
/**
 * $1 the holder, then what `doneValues` gives. No join: rows that are written are found by `id = any(…)` alone, which
 * has one plan. With the statistics of a queue that was vacuumed while it was empty, a join reads the whole primary key for
 * each batch (measured, 60,000 rows: 56 instead of 1.5 ms for 20 tasks, 39 instead of 9 for 1,000).
 */
export const REMOVE_DONE = `delete from task t
  where t.id = any($2::text[]) and t.version = coalesce($3::bigint, ($4::jsonb ->> t.id)::bigint) and (t.holder is null or t.holder = $1)`

export function postgresTaskRows(context: SqlContext): TaskRows {
  const { db } = context
  const run = async <Row>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]> =>
    (await db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows
  const locked = async (where: string, value: unknown): Promise<TaskRow[]> =>
    (await run<TaskColumns>(`select * from task where ${where} order by id for update`, value))
      .map(columns => readTask(columns).row)
  return {
    get: ids => getTasks(context, ids),
    query: (filter, page) => queryTasks(context, filter, page),
    count: filter => context.counts.count(context, filter),
    tally: filter => context.counts.tally(context, filter),
    survey: () => context.counts.survey(context),
    failures: (limit, keys) => failureGroups(context, limit, keys),
    newestFailures: (keys, each) => newestFailures(context, keys, each),
    groupFailures: limit => groupFailures(context, limit),
    async ahead(streams, orderingKeys, limit) {
      const found = await run<TaskAhead & { readonly now: number; readonly id: Id | null }>(AHEAD,
        streams.map(stream => stream.lane), streams.map(stream => stream.bucket), streams.map(stream => stream.band),
        limit, orderingKeys)
      return { now: found[0]?.now ?? 0, tasks: found.filter(task => task.id !== null) }
    },

    lock: ids => locked('id = any($1::text[])', ids),
    lockHeld: holder => locked('holder = $1', holder),
    lockWaiting: dedupeKeys => locked(`dedupe_key = any($1::text[]) and status <> 'Failed'`, dedupeKeys),

    async lockChildren(parentIds, limit) {
      // No order, which would sort all that there are. The limit counts what is locked, not what has gone meanwhile.
      const found = await run<TaskColumns>(`select * from task where parent_id = any($1::text[]) and ${IS_LEFT.waiting} limit $2 for update`, parentIds, limit)
      return found.map(columns => readTask(columns).row)
    },
    async countChildren(parentId, left) {
      const [found] = await run<{ readonly n: number }>(`select count(*) as n from task where parent_id = $1 and ${IS_LEFT[left]}`, parentId)
      return Number(found?.n ?? 0)
    },
    children: ids => countChildren(context, ids),

    async insert(tasks) {
      const rows = tasks.map(task => taskColumns(newRow(task, 0)))
      return new Set((await run<{ id: string }>(INSERT, ...arrays(rows, INSERTED))).map(row => row.id))
    },
    async write(rows) {
      await run(WRITE, rows.map(row => row.id), byId(rows.map(taskColumns)))
    },
    async remove(ids) {
      await run('delete from task where id = any($1::text[])', ids)
    },
    async removeDone(holder, done) {
      if (done.length === 0) return new Set<Id>()
      const gone = await run<{ id: Id }>(`${REMOVE_DONE} returning t.id`, holder, ...doneValues(done))
      return new Set(gone.map(row => row.id))
    },
  }
}

/** The ids, and the version that all of them have, or else that of each. */
export function doneValues(done: readonly Pick<Done, 'id' | 'version'>[]): unknown[] {
  const [first] = done
  const common = done.every(({ version }) => version === first?.version)
  return [done.map(({ id }) => id), common ? first?.version : null, common ? '{}' : JSON.stringify(Object.fromEntries(done.map(({ id, version }) => [id, version])))]
}

/** For `$n::jsonb -> t.id`. */
export function byId(rows: readonly { readonly id: Id }[]): string {
  return JSON.stringify(Object.fromEntries(rows.map(row => [row.id, row])), (_name, value: unknown) => typeof value === 'string' ? storableText(value) : value)
}

function keys(types: ColumnTypes): (keyof TaskColumns)[] {
  return Object.keys(types) as (keyof TaskColumns)[]
}

function names(types: ColumnTypes): string {
  return keys(types).join(', ')
}

/** One array parameter for each column, from $1 on. */
function unnest(types: ColumnTypes): string {
  return `unnest(${keys(types).map((name, index) => `$${index + 1}::${types[name]}[]`).join(', ')})`
}

function arrays(rows: readonly TaskColumns[], types: ColumnTypes): unknown[] {
  return keys(types).map(name => rows.map(row => row[name]))
}
