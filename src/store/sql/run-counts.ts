/** Runs counted by hour: ids begin with the hour, so a stretch of time is a range of them. And by five minutes, of the last day. */
import { expressionBuilder, sql } from 'kysely'
import type { Expression, ExpressionBuilder, RawBuilder, SqlBool } from 'kysely'
import type { RunCount, RunCountFilter, RunCountPage, RunOutcome, RunRate, RunSlot, StoredRunCount } from '../../engine/ports/run.ts'
import { DAY_MS } from '../queue/retention.ts'
import { runCountId, runCountRange } from '../queue/run-counts.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { listed } from './listed.ts'
import type { RunHourColumns } from './tables/queue.ts'

export async function addRunCounts({ db }: SqlContext, counts: readonly RunCount[]): Promise<void> {
  for (const count of counts) {
    const { hour, variant, nodeId, outcome, runs, durationMs } = count
    await db.insertInto('run_hour')
      .values({ id: runCountId(count), hour, variant, node_id: nodeId, outcome, runs, duration_ms: Math.round(durationMs) })
      .onConflict(conflict => conflict.column('id').doUpdateSet({
        runs: sql<number>`run_hour.runs + excluded.runs`,
        duration_ms: sql<number>`run_hour.duration_ms + excluded.duration_ms`,
      })).execute()
  }
}

/** Kept for a day by the store's clock: that of a node may be wrong. */
export async function addRunSlots({ db, now }: SqlContext, slots: readonly RunSlot[]): Promise<void> {
  for (const { slot, nodeId, outcome, runs, durationMs } of slots) {
    await db.insertInto('run_slot')
      .values({ slot, node_id: nodeId, outcome, runs, duration_ms: Math.round(durationMs) })
      .onConflict(conflict => conflict.columns(['slot', 'node_id', 'outcome']).doUpdateSet({
        runs: sql<number>`run_slot.runs + excluded.runs`,
        duration_ms: sql<number>`run_slot.duration_ms + excluded.duration_ms`,
      })).execute()
  }
  if (slots.length > 0) await db.deleteFrom('run_slot').where('slot', '<', sql<number>`${now()} - ${DAY_MS}`).execute()
}

export async function runRates({ db }: SqlContext, by: 'slot' | 'hour', min: number, only: RunCountFilter = {}): Promise<RunRate[]> {
  const wanted = conditions(expressionBuilder<Database, 'run_hour'>(), { ...only, hourMin: min })
  const sums = by === 'slot'
    ? sql`select slot as at, outcome, sum(runs) as runs, sum(duration_ms) as ms from run_slot where slot >= ${min} group by slot, outcome`
    : sql`select hour as at, outcome, sum(runs) as runs, sum(duration_ms) as ms from run_hour
      where ${sql.join(wanted, sql` and `)} group by hour, outcome`
  const { rows } = await (sums as RawBuilder<{ at: number; outcome: RunOutcome; runs: number; ms: number }>).execute(db)
  return rows.map(({ at, outcome, runs, ms }) => ({ at, outcome, runs: Number(runs), durationMs: Number(ms) }))
}

export async function getRunCounts(context: SqlContext, ids: readonly string[]): Promise<StoredRunCount[]> {
  const rows = await context.db.selectFrom('run_hour').selectAll().where(listed(context, 'id', ids)).execute()
  const found = new Map(rows.map(row => [row.id, runCount(row)]))
  return ids.flatMap(id => found.get(id) ?? [])
}

export async function queryRunCounts({ db }: SqlContext, filter: RunCountFilter, page: RunCountPage): Promise<StoredRunCount[]> {
  const { ascending, limit, position = 0 } = page
  const rows = await db.selectFrom('run_hour').selectAll().where(eb => eb.and(conditions(eb, filter, page)))
    .orderBy('id', ascending ? 'asc' : 'desc').limit(limit).offset(position).execute()
  return rows.map(runCount)
}

export async function countRunCounts({ db }: SqlContext, filter: RunCountFilter): Promise<number> {
  const { count } = await db.selectFrom('run_hour').select(eb => eb.fn.countAll<number>().as('count'))
    .where(eb => eb.and(conditions(eb, filter))).executeTakeFirstOrThrow()
  return count
}

/** Those of the hours that were over before. */
export async function purgeRunCounts({ db }: SqlContext, hourMax: number): Promise<void> {
  await db.deleteFrom('run_hour').where(eb => eb.and(conditions(eb, { hourMax }))).execute()
}

function conditions(eb: ExpressionBuilder<Database, 'run_hour'>, filter: RunCountFilter, page?: RunCountPage): Expression<SqlBool>[] {
  const { variant, nodeId, outcome } = filter
  const { above, below } = runCountRange(filter, page)
  const list: Expression<SqlBool>[] = [eb('id', '>', storableText(above)), eb('id', '<', storableText(below))]
  if (variant !== undefined) list.push(eb('variant', '=', storableText(variant)))
  if (nodeId !== undefined) list.push(eb('node_id', '=', nodeId))
  if (outcome !== undefined) list.push(eb('outcome', '=', outcome))
  return list
}

function runCount({ node_id: nodeId, duration_ms: durationMs, outcome, ...rest }: RunHourColumns): StoredRunCount {
  return { ...rest, nodeId, durationMs, outcome: outcome as RunOutcome }
}
