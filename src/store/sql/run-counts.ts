/** Runs counted by hour: ids begin with the hour, so a stretch of time is a range of them. */
import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { RunCount, RunCountFilter, RunCountPage, RunOutcome, StoredRunCount } from '../../engine/ports.ts'
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
