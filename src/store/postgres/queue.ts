/**
 * The worker's side on PostgreSQL: its few hot statements are prepared once a connection and run outside of explicit
 * transactions, one round trip each, on connections with a pinned planner (pool.ts).
 */
import type pg from 'pg'
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import type { Finish, QueueStore } from '../../engine/ports/queue.ts'
import type { TaskRow } from '../../engine/ports/task.ts'
import { isPlain, settle } from '../queue/settle.ts'
import { pinnedRow } from '../queue/task-row.ts'
import type { SqlContext } from '../sql/context.ts'
import type { TaskColumns } from '../sql/tables/queue.ts'
import { readTask, TASK_COLUMNS } from '../sql/task-columns.ts'
import type { PostgresDatabase } from './database.ts'
import { fromPostgres } from './errors.ts'
import { byId, doneValues, postgresTaskRows, REMOVE_DONE } from './task-rows.ts'

/** Stable within a statement, so that an index range may end at it; clock_timestamp() would be looked at for each row. */
const NOW = '(extract(epoch from statement_timestamp()) * 1000)::bigint'
const TASK = TASK_COLUMNS.map(name => `t.${name}`).join(', ')

/** The index range of one stream `s`; its order is that of the index, so a limit reads no more than it gives. */
const STREAM = 't.lane = $1 and t.band = s.band and t.bucket = s.bucket'
/**
 * One round trip: a look at the first entry of each stream, then the due rows of those that have any, and with each row
 * (or alone) the time until the next one is due. `bucket = any(…) order by due` in place of the laterals would sort the whole backlog.
 */
const FETCH = `
  with streams as materialized (
    select s.bucket, s.band, s.due, s.id, f.due as first
    from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[]) as s(bucket, band, due, id)
    cross join lateral (
      select t.due from task t where ${STREAM} and (t.due, t.id) > (s.due, s.id) and t.due < ${DUE_NEVER}
      order by t.due, t.id limit 1) f
  ), ahead as (
    select min(case when s.first > ${NOW} then s.first else (
      select t.due from task t where ${STREAM} and t.due > ${NOW} and t.due < ${DUE_NEVER} order by t.due, t.id limit 1
    ) end) - ${NOW} as next_in_ms from streams s
  )
  select ahead.next_in_ms, f.* from ahead left join lateral (
    select ${TASK} from streams s cross join lateral (
      select * from task t where ${STREAM} and t.due <= ${NOW} and (t.due, t.id) > (s.due, s.id)
      order by t.due, t.id limit $6) t
    where s.first <= ${NOW}) f on true`

/**
 * The fence: our node row, kept alive until this statement has committed. KEY SHARE conflicts with the delete by which a
 * node is declared dead, not with a heartbeat's update.
 */
const FENCE = `fence as materialized (
    select 1 from node where incarnation = $1 and expires_at > ${NOW} for key share)`
const DONE = `
  with ${FENCE}, gone as (${REMOVE_DONE} and exists (select from fence) returning t.id)
  select (select count(*) from fence) as alive, array(select id from gone) as ids`
const PIN = `
  with ${FENCE}, pinned as (
    update task t set holder = $1, (started_at, progress) = (
      select p.started_at, p.progress from jsonb_to_record($3::jsonb -> t.id) as p(started_at bigint, progress text))
    where t.id = any($2::text[]) and t.version = ($3::jsonb -> t.id ->> 'version')::bigint
      and (t.holder is null or t.holder = $1) and exists (select from fence)
    returning t.id
  ) select (select count(*) from fence) as alive, array(select id from pinned) as ids`
const PINNED = 'select * from task where holder = $1'
const QUARANTINE = `
  update task t set status = 'Failed', due = ${DUE_NEVER}, failed_at = ${NOW}, failure_reason = $2::jsonb -> t.id ->> 'problem',
    holder = null, request = null, progress = null, started_at = null, version = t.version + 1
  where t.id = any($1::text[]) and t.version = ($2::jsonb -> t.id ->> 'version')::bigint`

interface Fenced { readonly alive: number; readonly ids: readonly Id[] }
type Fetched = TaskColumns & { readonly next_in_ms: number | null }

export function postgresQueue(database: PostgresDatabase): QueueStore {
  const run = <R extends pg.QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
    query<R>(database.queue, name, text, values)

  return {
    async fetch(lane, cursors, limit) {
      const found = await run<Fetched>('fetch', FETCH, [
        lane, cursors.map(cursor => cursor.bucket), cursors.map(cursor => cursor.band),
        cursors.map(cursor => cursor.afterDue), cursors.map(cursor => cursor.afterId), limit,
      ])
      const rows: TaskRow[] = []
      const unreadable: { readonly row: TaskRow; readonly problem: string }[] = []
      for (const columns of found) {
        if (columns.id === null) continue
        const { row, problem } = readTask(columns)
        if (problem === null) rows.push(row)
        else unreadable.push({ row, problem })
      }
      if (unreadable.length > 0) {
        await run('quarantine', QUARANTINE, [
          unreadable.map(({ row }) => row.id), byId(unreadable.map(({ row: { id, version }, problem }) => ({ id, version, problem }))),
        ])
      }
      return { rows, nextInMs: found[0]?.next_in_ms ?? null }
    },

    async finish(holder, items) {
      if (items.length === 0 || !items.every(isPlain)) return settleAll(database, holder, items)
      const [reply] = await run<Fenced & pg.QueryResultRow>('done', DONE,
        [holder, ...doneValues(items)])
      if (reply?.alive !== 1) return 'lost'
      const gone = new Set(reply.ids)
      const replies = items.map(item => gone.delete(item.id))
      const missed = items.filter((_item, index) => !replies[index])
      // A row that was changed while it ran may have to be unpinned.
      if (missed.length > 0) await settleAll(database, holder, missed)
      return replies
    },

    async pin(holder, pins) {
      const [reply] = await run<Fenced & pg.QueryResultRow>('pin', PIN, [
        holder, pins.map(pin => pin.id),
        byId(pins.map(({ id, version, startedAt, progress }) => ({ id, version, started_at: startedAt, progress: progress && JSON.stringify(progress) }))),
      ])
      if (reply?.alive !== 1) return 'lost'
      const pinned = new Set(reply.ids)
      return pins.map(pin => pinned.has(pin.id))
    },

    async pinned(holder) {
      const rows = await run<TaskColumns & pg.QueryResultRow>('pinned', PINNED, [holder])
      return rows.map(columns => pinnedRow(readTask(columns).row))
    },

    children: (id, left) => database.read(context => postgresTaskRows(context).countChildren(id, left)),
  }
}

function settleAll(database: PostgresDatabase, holder: Id, items: readonly Finish[]): Promise<'lost' | boolean[]> {
  return database.transactQueue(async context => {
    if (!await fenced(context, holder)) return 'lost'
    return settle(postgresTaskRows(context), holder, items, context.hints)
  })
}

/** As FENCE, for the rest of a transaction. */
async function fenced({ db, now }: SqlContext, holder: Id): Promise<boolean> {
  const row = await db.selectFrom('node').select('incarnation')
    .where('incarnation', '=', holder).where('expires_at', '>', now()).forKeyShare().executeTakeFirst()
  return row !== undefined
}

async function query<R extends pg.QueryResultRow>(
  pool: pg.Pool, name: string, text: string, values: readonly unknown[],
): Promise<R[]> {
  try {
    const { rows } = await pool.query<R>({ name: `rota_${name}`, text, values: [...values] })
    return rows
  } catch (error) {
    throw fromPostgres(error)
  }
}
