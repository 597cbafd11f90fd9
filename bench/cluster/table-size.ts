/** Does the task table stay as large as its work, however many tasks have passed through? */
import { percentile } from '../world.ts'
import type { BenchCluster } from './cluster.ts'

export const PASSING = 2_000_000
/** Waiting or running at any time: the producer waits for the nodes. */
const UNDER_WAY_MAX = 20_000
const PER_TRANSACTION = 1_000
const SAMPLE_EVERY = 50_000
/** The table has found its size. */
const WARM_UP = 200_000
const PASSED_MS_MAX = 600_000

/** Of the table with its indexes, in MiB: once it has found its size, at the end, the largest and the median. */
export interface Sizes { readonly first: number; readonly last: number; readonly max: number; readonly median: number; readonly perSecond: number }

export async function tableSizes(cluster: BenchCluster): Promise<Sizes> {
  const tally = cluster.tally()
  const samples: number[] = []
  const start = performance.now()
  for (let created = 0; created < PASSING; created += PER_TRANSACTION) {
    const tasks = cluster.tasks(PER_TRANSACTION, created, '')
    await cluster.store.transact(tx => tx.tasks.insert(tasks))
    await cluster.until(() => created - tally.ran < UNDER_WAY_MAX, 'the nodes keep up', PASSED_MS_MAX)
    if (created >= WARM_UP && created % SAMPLE_EVERY === 0) samples.push(await size(cluster))
  }
  await cluster.until(() => tally.ran >= PASSING, 'all have run', PASSED_MS_MAX)
  const perSecond = PASSING / ((performance.now() - start) / 1_000)
  samples.push(await size(cluster))
  const sorted = samples.toSorted((a, b) => a - b)
  return { first: samples[0] ?? NaN, last: samples.at(-1) ?? NaN, max: sorted.at(-1) ?? NaN, median: percentile(sorted, 0.5), perSecond }
}

async function size({ sql }: BenchCluster): Promise<number> {
  const { rows } = await sql.query<{ mib: number }>(`select pg_total_relation_size('task') / 1048576.0::float8 as mib`)
  return rows[0]?.mib ?? NaN
}
