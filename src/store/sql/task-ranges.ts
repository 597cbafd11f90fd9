/**
 * What a filter asks for, as ranges of an index. All lists of tasks are read from three indexes with one tail:
 * `task_list (variant, status, due, id)`, and the same behind `account_id` and behind `domain_id`. In it the tasks of one
 * variant and status are one range in due order. There are a few dozen such pairs at most, so a page is the first rows of
 * each range, merged; and no plan depends on how many tasks a filter matches.
 */
import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import type { TaskFilter } from '../../engine/ports/task.ts'
import type { SqlContext } from './context.ts'

export interface Pair { readonly variant: string; readonly status: string }
export interface Ranges {
  readonly pairs: readonly Pair[]
  /** What must hold of a `task t` besides its pair: the whole of the ranges, or what comes after a key in an order. */
  readonly within: (from?: From) => RawBuilder<SqlBool>
}
export interface From { readonly ascending: boolean; readonly key: { readonly due: number; readonly id: Id } }

/** The pairs that there are, as far as the filter wants them. `running: true` is not served from here: see task-query.ts. */
export async function rangesOf(context: SqlContext, filter: TaskFilter): Promise<Ranges> {
  const { variants, status: statuses } = filter
  const { min, max } = dueRange(filter)
  // A Failed task has no due time: no bound on it matches.
  const wanted = ({ variant, status }: Pair) => (!variants || variants.includes(variant))
    && (!statuses || statuses.some(name => name === status)) && (max === DUE_NEVER || status !== 'Failed')
  const owner = ownerOf(filter)
  const pairs = min > max ? [] : (await pairsOf(context, owner)).filter(wanted)
  const rest = restOf(filter)
  return { pairs, within: from => sql<SqlBool>`${owner} and ${bounds(min, max, from)} and ${rest}` }
}

/** One lower and one upper bound: of two lower ones SQLite may begin at the wrong one, and read up to the other. */
function bounds(min: number, max: number, from?: From): RawBuilder<SqlBool> {
  const [lower, upper] = [sql<SqlBool>`t.due >= ${min}`, sql<SqlBool>`t.due <= ${max}`]
  if (!from) return sql<SqlBool>`${lower} and ${upper}`
  const { ascending, key: { due, id } } = from
  if (ascending) return sql<SqlBool>`${due < min ? lower : sql`(t.due, t.id) > (${due}, ${id})`} and ${upper}`
  return sql<SqlBool>`${lower} and ${due > max ? upper : sql`(t.due, t.id) < (${due}, ${id})`}`
}

/** The rows that `read` selects from each range, together. */
export function eachRange<Row>(
  { dialect }: SqlContext, pairs: readonly Pair[], read: (isPair: RawBuilder<SqlBool>) => RawBuilder<Row>,
): RawBuilder<Row> {
  if (dialect === 'sqlite') {
    const parts = pairs.map(({ variant, status }) =>
      sql<Row>`select * from (${read(sql<SqlBool>`t.variant = ${variant} and t.status = ${status}`)})`)
    return sql<Row>`(${sql.join(parts, sql` union all `)})`
  }
  const [variants, statuses] = [pairs.map(({ variant }) => variant), pairs.map(({ status }) => status)]
  // `offset 0`: each range is read by itself, or a planner that takes it for large walks through all tasks in the outer order.
  return sql<Row>`(select x.* from unnest(${variants}::text[], ${statuses}::text[]) as p(variant, status)
    cross join lateral (${read(sql<SqlBool>`t.variant = p.variant and t.status = p.status`)} offset 0) x)`
}

/** Times are whole ms, so an exclusive bound is the next one. */
export function dueRange({ dueMin, dueMax, dueAbove, dueBelow }: TaskFilter): { readonly min: number; readonly max: number } {
  const bounded = [dueMin, dueMax, dueAbove, dueBelow].some(bound => bound !== undefined)
  return {
    min: Math.max(dueMin ?? 0, dueAbove === undefined ? 0 : dueAbove + 1),
    max: bounded ? Math.min(dueMax ?? DUE_NEVER, dueBelow === undefined ? DUE_NEVER : dueBelow - 1, DUE_NEVER - 1) : DUE_NEVER,
  }
}

/**
 * One look-up for each pair there is, however many tasks it has: from a status to the next one of its variant, and after
 * the last to the next variant, whose statuses begin after the empty text. (SQLite looks up the first column only of
 * `(variant, status) > (…)`, and would read through all tasks of a variant.)
 */
async function pairsOf({ db, dialect }: SqlContext, owner: RawBuilder<SqlBool>): Promise<Pair[]> {
  const first = (column: 'variant' | 'status', where: RawBuilder<unknown>) => sql`(select t.${sql.ref(column)} from task t
    where ${owner} and ${where} order by t.${sql.ref(column)} limit 1)`
  const status = first('status', sql`t.variant = p.variant and t.status > p.status`)
  // Both parts of a recursion must be of one collation: that of the columns.
  const none = dialect === 'sqlite' ? sql`''` : sql`'' collate "C"`
  const { rows } = await sql<Pair>`with recursive p(variant, status) as (
    select ${first('variant', sql`true`)}, ${none}
    union all
    select case when ${status} is null then ${first('variant', sql`t.variant > p.variant`)} else p.variant end,
      coalesce(${status}, ${none})
    from p where p.variant is not null
  ) select variant, status from p where variant is not null and status <> ''`.execute(db)
  return rows
}

function ownerOf({ accountId, domainId }: TaskFilter): RawBuilder<SqlBool> {
  if (accountId !== undefined) return sql<SqlBool>`t.account_id = ${accountId}`
  return domainId === undefined ? sql<SqlBool>`true` : sql<SqlBool>`t.domain_id = ${domainId}`
}

/** What no index holds. It is looked up row by row: it must be rare that it matters, or that it is false. */
function restOf({ accountId, domainId, lane, running, idMax }: TaskFilter): RawBuilder<SqlBool> {
  const rest = [sql<SqlBool>`true`]
  if (accountId !== undefined && domainId !== undefined) rest.push(sql<SqlBool>`t.domain_id = ${domainId}`)
  if (lane !== undefined) rest.push(sql<SqlBool>`t.lane = ${lane}`)
  if (idMax !== undefined) rest.push(sql<SqlBool>`t.id <= ${idMax}`)
  if (running === false) rest.push(sql<SqlBool>`t.holder is null`)
  return sql.join(rest, sql` and `)
}
