/** Backlogs that the database makes itself: a hundred thousand tasks that are due, or millions that wait for another day. */
import { ACCOUNTS, account, type BenchCluster } from './cluster.ts'
import { PROBE_LANE } from '../world.ts'

const DAY_MS = 86_400_000
/** Between the due times of two that wait: five million fill a month. In rising order, or each would meet another cold page. */
const APART_MS = 500
/** Of one statement: what it writes must fit into memory and log. */
const PART = 500_000

/** In (due, id) order behind what real nodes make: 13 digits are ids of early 2025. */
const FILL = `
  insert into task (id, variant, lane, bucket, band, due, status, version, ordering_key, dedupe_key, account_id, payload,
    created_at, attempt, crashes)
  select lpad(n::text, 13, '0'), 'Probe', $1, b.bucket, 0, $2::bigint + n * $3::bigint, 'Pending', 1, b.account,
    'Probe/' || lpad(n::text, 13, '0'),
    b.account, json_build_object('word', '', 'accountId', b.account), $2::bigint, 0, 0
  from generate_series($4::bigint, $5::bigint) as n
  join unnest($6::text[], $7::bigint[]) with ordinality as b(account, bucket, index) on b.index = n % ${ACCOUNTS} + 1`

let filled = 0

/** Ready to run, all at the same time. Resolves after the commit. */
export async function fillDue(cluster: BenchCluster, count: number): Promise<void> {
  await fill(cluster, count, await cluster.store.now() - 1, 0)
  cluster.store.wakeups.publish({ kind: 'tasks', lanes: [PROBE_LANE.name] })
}

/** Due tomorrow at the earliest. */
export async function fillWaiting(cluster: BenchCluster, count: number): Promise<void> {
  const due = await cluster.store.now() + DAY_MS
  for (let at = 0; at < count; at += PART) await fill(cluster, Math.min(PART, count - at), due, APART_MS)
  // Long since done in a database that got them over weeks: hint bits, and the map of pages that all can see.
  await cluster.sql.query('vacuum task')
}

async function fill({ sql, catalogue }: BenchCluster, count: number, due: number, apartMs: number): Promise<void> {
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => account(index))
  const buckets = accounts.map(name => catalogue.bucketOf(PROBE_LANE.name, name))
  await sql.query(FILL, [PROBE_LANE.name, due, apartMs, filled + 1, filled + count, accounts, buckets])
  filled += count
}
