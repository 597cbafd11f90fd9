/** How fast does a cluster work off what has become due, beside what waits for another day? */
import { fillDue } from './backlog.ts'
import type { BenchCluster } from './cluster.ts'
import { machineMs } from './report.ts'

export const DRAIN_TASKS = 100_000
const DRAIN_MS_MAX = 300_000

/** Tasks a second, from the commit that makes them until the outcomes of all are written. */
export async function drainRate(cluster: BenchCluster): Promise<number> {
  const before = await count(cluster)
  const tally = cluster.tally()
  await fillDue(cluster, DRAIN_TASKS)
  const startMs = machineMs()
  await cluster.until(async () => tally.ran >= DRAIN_TASKS && await cluster.drained(), 'the backlog has run', DRAIN_MS_MAX)
  const seconds = (machineMs() - startMs) / 1_000
  const left = await count(cluster) - before
  if (left !== 0) throw new Error(`${left} tasks left`)
  return DRAIN_TASKS / seconds
}

async function count({ sql }: BenchCluster): Promise<number> {
  const { rows } = await sql.query<{ count: string }>('select count(*) from task')
  return Number(rows[0]?.count)
}
