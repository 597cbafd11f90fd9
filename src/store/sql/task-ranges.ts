/**
 * What a filter asks for, as ranges of an index. All lists of tasks are read from three indexes with one tail:
 * `task_list (variant, status, due, id)`, and the same behind `account_id` and behind `domain_id`. In it the tasks of one
 * variant and status are one range in due order. There are a few dozen such pairs at most, so a page is the first rows of
 * each range, merged; and no plan depends on how many tasks a filter matches.
 */
import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports.ts'
import type { TaskFilter } from '../../engine/ports.ts'
import type { SqlContext } from './context.ts'

export interface Pair { readonly variant: string; readonly status: string }
/** A pair in a statement: values, or columns of a list of pairs. */
type PairTerms = Readonly<Record<keyof Pair, RawBuilder<string>>>
export interface Ranges {
  readonly pairs: readonly Pair[]
  /** That a `task t` is one of a pair, all of them or those that come after a key in an order. */
  readonly within: (pair: PairTerms, from?: From) => RawBuilder<SqlBool>
  /** In the order of the index, whatever else a planner might find for one pair alone. */
  readonly inOrder: (ascending: boolean) => RawBuilder<unknown>
}
export interface From { readonly ascending: boolean; readonly key: Key }
interface Key { readonly due: number; readonly id: Id }
interface Owner { readonly column: 'account_id' | 'domain_id'; readonly id: Id }

/** Ids are made of digits and small letters. */
const [BEFORE_EVERY_ID, AFTER_EVERY_ID] = ['', '~']

/** The pairs that there are, as far as the filter wants them. `running: true` is not served from here: see task-query.ts. */
export async function rangesOf(context: SqlContext, filter: TaskFilter): Promise<Ranges> {
  const { variants, status: statuses } = filter
  const { min, max } = dueRange(filter)
  // A Failed task has no due time: no bound on it matches.
  const wanted = ({ variant, status }: Pair) => (!variants || variants.includes(variant))
    && (!statuses || statuses.some(name => name === status)) && (max === DUE_NEVER || status !== 'Failed')
  const owner = ownerOf(filter)
  const within = context.dialect === 'sqlite' ? equalities : rowValues
  return {
    pairs: min > max ? [] : (await pairsOf(context, owner)).filter(wanted),
    within: (pair, from) => sql<SqlBool>`${within(owner, pair, { min, max, from })} and ${restOf(filter)}`,
    inOrder: ascending => sql.join(columnsOf(owner).map(column => sql`${column} ${ascending ? sql`asc` : sql`desc`}`)),
  }
}

/** The rows that `read` selects from each range, together. */
export function eachRange<Row>(
  { dialect }: SqlContext, pairs: readonly Pair[], read: (pair: PairTerms) => RawBuilder<Row>,
): RawBuilder<Row> {
  if (dialect === 'sqlite') {
    return sql<Row>`(${sql.join(pairs.map(pair => sql<Row>`select * from (${read(termsOf(pair))})`), sql` union all `)})`
  }
  const [variants, statuses] = [pairs.map(({ variant }) => variant), pairs.map(({ status }) => status)]
  // `offset 0`: each range is read by itself, or a planner that takes it for large walks through all tasks in the outer order.
  return sql<Row>`(select x.* from unnest(${variants}::text[], ${statuses}::text[]) as p(variant, status)
    cross join lateral (${read({ variant: sql.ref('p.variant'), status: sql.ref('p.status') })} offset 0) x)`
}

export function termsOf({ variant, status }: Pair): PairTerms {
  return { variant: sql<string>`${variant}`, status: sql<string>`${status}` }
}

interface Bounds { readonly min: number; readonly max: number; readonly from: From | undefined }

/**
 * PostgreSQL: from one place of the index to another. To equalities of single columns other indexes answer too, and by the
 * statistics of a moment ago (when one account had everything) the wrong one looks as good: seconds for ten tasks.
 */
function rowValues(owner: Owner | null, { variant, status }: PairTerms, { min, max, from }: Bounds): RawBuilder<SqlBool> {
  const columns = sql.join(columnsOf(owner))
  const at = (key: Key) => sql`(${sql.join([...(owner ? [owner.id] : []), variant, status, key.due, key.id])})`
  const [first, last] = [{ due: min, id: BEFORE_EVERY_ID }, { due: max, id: AFTER_EVERY_ID }]
  const after = from?.ascending && from.key.due >= min ? from.key : first
  const before = from && !from.ascending && from.key.due <= max ? from.key : last
  return sql<SqlBool>`${isOwned(owner)} and (${columns}) > ${at(after)} and (${columns}) < ${at(before)}`
}

/** SQLite takes the index of which it can use most columns; of two lower bounds it may use the wrong one, so there is one. */
function equalities(owner: Owner | null, { variant, status }: PairTerms, { min, max, from }: Bounds): RawBuilder<SqlBool> {
  const { due, id } = from?.key ?? { due: 0, id: '' }
  const lower = from?.ascending && due >= min ? sql`(t.due, t.id) > (${due}, ${id})` : sql`t.due >= ${min}`
  const upper = from && !from.ascending && due <= max ? sql`(t.due, t.id) < (${due}, ${id})` : sql`t.due <= ${max}`
  return sql<SqlBool>`${isOwnedBy(owner)} and t.variant = ${variant} and t.status = ${status} and ${lower} and ${upper}`
}

function columnsOf(owner: Owner | null): RawBuilder<unknown>[] {
  return [...(owner ? [owner.column] : []), 'variant', 'status', 'due', 'id'].map(column => sql.ref(`t.${column}`))
}

/** Times are whole ms, so an exclusive bound is the next one. */
export function dueRange({ dueMin, dueMax, dueAbove, dueBelow }: TaskFilter): { readonly min: number; readonly max: number } {
  const bounded = [dueMin, dueMax, dueAbove, dueBelow].some(bound => bound !== undefined)
  return {
    min: Math.max(dueMin ?? 0, dueAbove === undefined ? 0 : dueAbove + 1),
    max: bounded ? Math.min(dueMax ?? DUE_NEVER, dueBelow === undefined ? DUE_NEVER : dueBelow - 1, DUE_NEVER - 1) : DUE_NEVER,
  }
}

/** One look-up or two for each pair there is, however many tasks it has. */
async function pairsOf({ db, dialect }: SqlContext, owner: Owner | null): Promise<Pair[]> {
  const { rows } = await (dialect === 'sqlite' ? pairsBySteps(owner) : pairsByRowValues(owner)).execute(db)
  return rows
}

/** From one entry of the index to the first of the next pair, until the owner's are over. */
function pairsByRowValues(owner: Owner | null): RawBuilder<Pair> {
  const names = [...(owner ? [owner.column] : []), 'variant', 'status']
  const columnsIn = (table: string) => sql.join(names.map(name => sql.ref(`${table}.${name}`)))
  const next = (after: RawBuilder<unknown>) => sql`select ${columnsIn('t')} from task t
    where ${isOwned(owner)} and (${columnsIn('t')}) > (${after}) order by ${columnsIn('t')} limit 1`
  const isOwners = (table: string) => owner ? sql`${sql.ref(`${table}.${owner.column}`)} = ${owner.id}` : sql`true`
  return sql<Pair>`with recursive p as (
    (${next(sql.join([...(owner ? [owner.id] : []), '', '']))})
    union all
    select t.* from p cross join lateral (${next(columnsIn('p'))}) t where ${isOwners('p')}
  ) select p.variant, p.status from p where ${isOwners('p')}`
}

/**
 * From a status to the next one of its variant, and after the last to the next variant, whose statuses begin after the
 * empty text: SQLite looks up the first column only of `(variant, status) > (…)`, and would read all tasks of a variant.
 */
function pairsBySteps(owner: Owner | null): RawBuilder<Pair> {
  const first = (column: keyof Pair, where: RawBuilder<unknown>) => sql`(select t.${sql.ref(column)} from task t
    where ${isOwnedBy(owner)} and ${where} order by t.${sql.ref(column)} limit 1)`
  const status = first('status', sql`t.variant = p.variant and t.status > p.status`)
  return sql<Pair>`with recursive p(variant, status) as (
    select ${first('variant', sql`true`)}, ''
    union all
    select case when ${status} is null then ${first('variant', sql`t.variant > p.variant`)} else p.variant end,
      coalesce(${status}, '')
    from p where p.variant is not null
  ) select variant, status from p where variant is not null and status <> ''`
}

function ownerOf({ accountId, domainId }: TaskFilter): Owner | null {
  if (accountId !== undefined) return { column: 'account_id', id: accountId }
  return domainId === undefined ? null : { column: 'domain_id', id: domainId }
}

/** What an index of owners is limited to; a planner does not see it in a comparison of row values. */
function isOwned(owner: Owner | null): RawBuilder<SqlBool> {
  return owner ? sql<SqlBool>`${sql.ref(`t.${owner.column}`)} is not null` : sql<SqlBool>`true`
}

function isOwnedBy(owner: Owner | null): RawBuilder<SqlBool> {
  return owner ? sql<SqlBool>`${sql.ref(`t.${owner.column}`)} = ${owner.id}` : sql<SqlBool>`true`
}

/** What no index holds. It is looked up row by row: it must be rare that it matters, or that it is false. */
function restOf({ accountId, domainId, lane, running }: TaskFilter): RawBuilder<SqlBool> {
  const rest = [sql<SqlBool>`true`]
  if (accountId !== undefined && domainId !== undefined) rest.push(sql<SqlBool>`t.domain_id = ${domainId}`)
  if (lane !== undefined) rest.push(sql<SqlBool>`t.lane = ${lane}`)
  if (running === false) rest.push(sql<SqlBool>`t.holder is null`)
  return sql.join(rest, sql` and `)
}
