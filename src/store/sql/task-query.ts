/**
 * Reading tasks by id and by filter: the same text for both databases. Pages come from the ranges of an index
 * (task-ranges.ts); what runs is few, and is found by its holder.
 */
import { CompiledQuery, sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import type { Id } from '../../base/ids.ts'
import type { Children, PartsLeft, TaskFilter, TaskPage, TaskRow } from '../../engine/ports/task.ts'
import type { SqlContext } from './context.ts'
import type { TaskColumns } from './tables/queue.ts'
import { readTask } from './task-columns.ts'
import { dueRange, eachRange, rangesOf } from './task-ranges.ts'

/** Rows that are looked at in the order of ids, for each id wanted, before what matches is gathered and sorted instead. */
const WALK_ROWS_PER_ID = 40

/** One text for any number of ids, and ready-made: building it takes longer than finding a row. */
const GET = {
  sqlite: 'select * from task where id in (select value from json_each(?))',
  postgres: 'select * from task where id = any($1::text[])',
}

export async function getTasks({ db, dialect }: SqlContext, ids: readonly Id[]): Promise<TaskRow[]> {
  const parameter = dialect === 'sqlite' ? JSON.stringify(ids) : ids
  const { rows } = await db.executeQuery<TaskColumns>(CompiledQuery.raw(GET[dialect], [parameter]))
  return rows.map(columns => readTask(columns).row)
}

/** Each status is a range of the index of parents, so that those that wait are found however many have failed. */
export const IS_LEFT: Readonly<Record<PartsLeft, string>> = { waiting: `status in ('Pending', 'Retry')`, failed: `status = 'Failed'` }

/** Children that wait are few at a time. */
export async function countChildren({ db }: SqlContext, ids: readonly Id[]): Promise<ReadonlyMap<Id, Children>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Children & { readonly id: Id }>`select t.parent_id as id,
      count(case when t.status <> 'Failed' then 1 end) as waiting, count(case when t.status = 'Failed' then 1 end) as failed
    from task t where t.parent_id in (${sql.join(ids)}) group by t.parent_id`.execute(db)
  return new Map(rows.map(({ id, waiting, failed }) => [id, { waiting, failed }]))
}

export function queryTasks(context: SqlContext, filter: TaskFilter, page: TaskPage): Promise<Id[]> {
  return byIndex(context, async () => {
    const byDue = page.order.property === 'due'
    if (filter.running === true) return idsOf(context, sql`${heldAs(filter)} and ${isAfter(page)}`, page)
    if (filter.failure !== undefined) return idsOf(context, sql`${failedAs(context, filter)} and ${isAfter(page)}`, page)
    if (filter.parentId !== undefined) return idsOf(context, sql`task t where ${everyCondition(filter)} and ${isAfter(page)}`, page)
    if (!byDue) {
      const walked = await idsOf(context, walk(filter, page), page)
      if (walked.length === page.limit) return walked
    }
    const { pairs, within } = await rangesOf(context, filter)
    if (pairs.length === 0) return []
    const { order: { ascending }, after } = page
    const from = byDue && after ? { ascending, key: { due: after.value, id: after.id } } : undefined
    const first = byDue ? sql`order by ${orderOf(page)} limit ${page.limit + (page.position ?? 0)}` : sql``
    return idsOf(context, sql`${eachRange(context, pairs, isPair =>
      sql`select t.due, t.id from task t where ${isPair} and ${within(from)} ${first}`)} t where ${isAfter(page)}`, page)
  })
}

/**
 * PostgreSQL takes a bitmap scan and a sort for a range when it believes it to be small, and it believes so of every new
 * table: half a second for a page that the index has ready. Nothing here wants anything but the index.
 */
export async function byIndex<T>({ db, dialect }: SqlContext, read: () => Promise<T>): Promise<T> {
  if (dialect === 'sqlite') return read()
  await sql`set local enable_bitmapscan = off; set local enable_seqscan = off`.execute(db)
  const result = await read()
  await sql`set local enable_bitmapscan to default; set local enable_seqscan to default`.execute(db)
  return result
}

/** What runs, of what a filter says: all that the live nodes have pinned is found first, by the index of holders. */
export function heldAs(filter: TaskFilter): RawBuilder<unknown> {
  return sql`(with held as materialized (
      select t.id, t.due, t.variant, t.status, t.account_id, t.domain_id, t.lane, t.holder, t.parent_id, t.failure_key
      from node n join task t on t.holder = n.incarnation)
    select * from held) t where ${everyCondition({ ...filter, running: true })}`
}

/** The tasks of one group, as far as the rest of a filter wants them: by id they are one range of an index. */
export function failedAs(context: SqlContext, filter: TaskFilter): RawBuilder<unknown> {
  return sql`${taskFailure(context)} where ${everyCondition(filter)}`
}

/** `task t`, by the index of failures: SQLite would go through all failed tasks of a variant. */
export function taskFailure({ dialect }: SqlContext): RawBuilder<unknown> {
  return dialect === 'sqlite' ? sql`task t indexed by task_failure` : sql`task t`
}

export function everyCondition(filter: TaskFilter): RawBuilder<SqlBool> {
  const { variants, status, accountId, domainId, lane, running, parentId, failure, idMax } = filter
  const { min, max } = dueRange(filter)
  const all = [sql<SqlBool>`t.due >= ${min} and t.due <= ${max}`]
  if (variants) all.push(isOneOf('variant', variants))
  if (status) all.push(isOneOf('status', status))
  if (accountId !== undefined) all.push(sql<SqlBool>`t.account_id = ${accountId}`)
  if (domainId !== undefined) all.push(sql<SqlBool>`t.domain_id = ${domainId}`)
  if (parentId !== undefined) all.push(sql<SqlBool>`t.parent_id = ${parentId}`)
  if (failure !== undefined) all.push(sql<SqlBool>`t.failure_key = ${failure} and t.status = 'Failed'`)
  if (idMax !== undefined) all.push(sql<SqlBool>`t.id <= ${idMax}`)
  if (lane !== undefined) all.push(sql<SqlBool>`t.lane = ${lane}`)
  if (running !== undefined) all.push(running ? sql<SqlBool>`t.holder is not null` : sql<SqlBool>`t.holder is null`)
  return sql.join(all, sql` and `)
}

function isOneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return values.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`t.${sql.ref(column)} in (${sql.join(values)})`
}

/** The next rows in the order of ids, and of these what matches. */
function walk(filter: TaskFilter, page: TaskPage): RawBuilder<unknown> {
  return sql`(select * from task t where ${isAfter(page)} order by ${orderOf(page)} limit ${page.limit * WALK_ROWS_PER_ID}) t where ${everyCondition(filter)}`
}

async function idsOf({ db }: SqlContext, from: RawBuilder<unknown>, page: TaskPage): Promise<Id[]> {
  const { rows } = await sql<{ id: Id }>`select t.id from ${from}
    order by ${orderOf(page)} limit ${page.limit} offset ${page.position ?? 0}`.execute(db)
  return rows.map(row => row.id)
}

/** Ids begin with the time at which they were made: they are the order of creation. */
function orderOf({ order: { property, ascending } }: TaskPage): RawBuilder<unknown> {
  const direction = ascending ? sql`asc` : sql`desc`
  return property === 'due' ? sql`t.due ${direction}, t.id ${direction}` : sql`t.id ${direction}`
}

function isAfter({ order: { property, ascending }, after }: TaskPage): RawBuilder<SqlBool> {
  if (after === undefined) return sql<SqlBool>`true`
  const beyond = ascending ? sql`>` : sql`<`
  return property === 'due'
    ? sql<SqlBool>`(t.due, t.id) ${beyond} (${after.value}, ${after.id})`
    : sql<SqlBool>`t.id ${beyond} ${after.id}`
}

export function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size))
  return parts
}
