/** Run history: records in the order in which they began, and counts by hour (run-counts.ts). */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { RunFilter, RunHistory, RunOutcome, RunPage, RunRecord } from '../../engine/ports/run.ts'
import type { CounterTable } from '../../services/ports.ts'
import { HOUR_MS } from '../queue/retention.ts'
import { runCounters } from '../queue/run-counts.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { listed } from './listed.ts'
import { addRunCounts, addRunSlots, countRunCounts, getRunCounts, purgeRunCounts, queryRunCounts, runRates } from './run-counts.ts'
import type { RunColumns } from './tables/queue.ts'
import { chunks } from './task-query.ts'

/** Rows in one insert: twelve parameters each, and both databases allow more than 30,000. */
const RECORDS_MAX = 1_000

export function sqlRuns(context: SqlContext, counters: CounterTable): RunHistory {
  const { db } = context
  return {
    async record(runs, counts, slots = []) {
      for (const some of chunks(runs, RECORDS_MAX)) {
        await db.insertInto('run').values(some.map(runColumns)).onConflict(conflict => conflict.doNothing()).execute()
      }
      await addRunCounts(context, counts)
      await addRunSlots(context, slots)
      await counters.add(runCounters(counts))
    },

    async get(ids) {
      const rows = await db.selectFrom('run').selectAll().where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, runRecord(row)]))
      return ids.flatMap(id => found.get(id) ?? [])
    },

    async query(filter, { ascending, limit, after, position = 0 }) {
      const direction = ascending ? 'asc' : 'desc'
      const rows = await db.selectFrom('run').selectAll().where(eb => eb.and(conditions(eb, filter, after && { after, ascending })))
        .orderBy('started_at', direction).orderBy('id', direction).limit(limit).offset(position).execute()
      return rows.map(runRecord)
    },

    async count(filter) {
      const { count } = await db.selectFrom('run').select(eb => eb.fn.countAll<number>().as('count'))
        .where(eb => eb.and(conditions(eb, filter))).executeTakeFirstOrThrow()
      return count
    },

    getCounts: ids => getRunCounts(context, ids),
    queryCounts: (filter, page) => queryRunCounts(context, filter, page),
    countCounts: filter => countRunCounts(context, filter),
    rates: (by, min, only) => runRates(context, by, min, only),

    async purge(before, limit) {
      await purgeRunCounts(context, before - HOUR_MS)
      const old = db.selectFrom('run').select('id').where('started_at', '<', before).orderBy('started_at').orderBy('id').limit(limit)
      const { numDeletedRows } = await db.deleteFrom('run').where('id', 'in', old).executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

interface From { readonly after: NonNullable<RunPage['after']>; readonly ascending: boolean }

function conditions(eb: ExpressionBuilder<Database, 'run'>, filter: RunFilter, from?: From): Expression<SqlBool>[] {
  const { taskId, parentId, variant, accountId, nodeId, outcome } = filter
  const list = bounds(eb, filter, from)
  if (taskId !== undefined) list.push(eb('task_id', '=', storableText(taskId)))
  if (parentId !== undefined) list.push(eb('parent_id', '=', storableText(parentId)))
  if (variant !== undefined) list.push(eb('variant', '=', storableText(variant)))
  if (accountId !== undefined) list.push(eb('account_id', '=', storableText(accountId)))
  if (nodeId !== undefined) list.push(eb('node_id', '=', nodeId))
  if (outcome !== undefined) list.push(eb('outcome', '=', outcome))
  return list
}

/** One lower and one upper bound of time: of two SQLite may begin at the wrong one, and read up to the other. */
function bounds(eb: ExpressionBuilder<Database, 'run'>, { startedMin = 0, startedMax = Infinity }: RunFilter, from?: From): Expression<SqlBool>[] {
  const place = from && (from.ascending ? from.after.startedAt >= startedMin : from.after.startedAt <= startedMax) ? from : undefined
  const list: Expression<SqlBool>[] = []
  if (place) {
    const { after, ascending } = place
    list.push(eb(eb.refTuple('started_at', 'id'), ascending ? '>' : '<', eb.tuple(after.startedAt, storableText(after.id))))
  }
  if (startedMin > 0 && place?.ascending !== true) list.push(eb('started_at', '>=', startedMin))
  if (startedMax < Infinity && place?.ascending !== false) list.push(eb('started_at', '<=', startedMax))
  return list
}

function runColumns(run: RunRecord): RunColumns {
  return {
    id: run.id,
    task_id: run.taskId,
    variant: run.variant,
    account_id: run.accountId === null ? null : storableText(run.accountId),
    node_id: run.nodeId,
    started_at: run.startedAt,
    duration_ms: Math.round(run.durationMs),
    attempt: run.attempt,
    outcome: run.outcome,
    error: run.error === null ? null : storableText(run.error),
    note: run.note === null ? null : storableText(run.note),
    parent_id: run.parentId,
  }
}

function runRecord(columns: RunColumns): RunRecord {
  return {
    id: columns.id,
    taskId: columns.task_id,
    variant: columns.variant,
    accountId: columns.account_id,
    nodeId: columns.node_id,
    startedAt: columns.started_at,
    durationMs: columns.duration_ms,
    attempt: columns.attempt,
    outcome: columns.outcome as RunOutcome,
    error: columns.error,
    note: columns.note,
    parentId: columns.parent_id,
  }
}
