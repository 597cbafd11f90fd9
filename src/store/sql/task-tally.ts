/**
 * Exact counts, for as many tasks as there are. A range of an index is read in slices, between which sockets and timers
 * have their turn: SQLite answers nothing else while a statement of its own runs.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import type { TaskFilter, TaskStatus, TaskTally } from '../../engine/ports/task.ts'
import type { SqlContext } from './context.ts'
import { everyCondition, failedAs, heldAs } from './task-query.ts'
import type { From, Pair, Ranges } from './task-ranges.ts'
import { rangesOf } from './task-ranges.ts'

/** About 1 ms in SQLite. */
const SLICE_ROWS = 10_000

/** In a transaction that sees one moment. */
export async function tallyTasks(context: SqlContext, filter: TaskFilter, clock: Clock): Promise<TaskTally[]> {
  const held = filter.running === false ? [] : await grouped(context, heldAs(filter))
  if (filter.running === true) return held.map(each => ({ ...each, running: each.count }))
  const running = new Map(held.map(each => [keyOf(each), each.count]))
  const counted = await counts(context, filter, clock)
  return counted.filter(({ count }) => count > 0).map(each => ({ ...each, running: running.get(keyOf(each)) ?? 0 }))
}

type Counted = Omit<TaskTally, 'running'>

async function counts(context: SqlContext, filter: TaskFilter, clock: Clock): Promise<Counted[]> {
  if (filter.failure !== undefined) return grouped(context, failedAs(context, filter))
  if (filter.parentId !== undefined) return grouped(context, sql`task t where ${everyCondition(filter)}`)
  const { pairs, within } = await rangesOf(context, filter)
  const counted: Counted[] = []
  for (const pair of pairs) {
    counted.push({ variant: pair.variant, status: pair.status as TaskStatus, count: await countRange(context, pair, within, clock) })
  }
  return counted
}

async function grouped({ db }: SqlContext, from: RawBuilder<unknown>): Promise<Counted[]> {
  const { rows } = await sql<Counted>`select t.variant, t.status, count(*) as count from ${from} group by t.variant, t.status`.execute(db)
  return rows
}

function keyOf({ variant, status }: Counted): string {
  return `${variant}/${status}`
}

export async function countRange(
  context: SqlContext, { variant, status }: Pair, within: Ranges['within'], clock: Clock,
): Promise<number> {
  const rest = (from?: From) =>
    sql`from task t where t.variant = ${variant} and t.status = ${status} and ${within(from)}`
  let count = 0
  let from: From | undefined
  for (let last = await lastOfSlice(context, rest(from)); last; last = await lastOfSlice(context, rest(from))) {
    count += SLICE_ROWS
    from = { ascending: true, key: last }
    await clock.breathe()
  }
  const { rows } = await sql<{ n: number }>`select count(*) as n ${rest(from)}`.execute(context.db)
  return count + Number(rows[0]?.n ?? 0)
}

/** Undefined when there are fewer. */
async function lastOfSlice({ db }: SqlContext, from: RawBuilder<unknown>): Promise<From['key'] | undefined> {
  const { rows } = await sql<From['key']>`select t.due, t.id ${from}
    order by t.due, t.id limit 1 offset ${SLICE_ROWS - 1}`.execute(db)
  return rows[0]
}
