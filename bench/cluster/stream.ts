/** A steady stream of tasks, created by a process that works none of them, and how soon the nodes started them. */
import { pause, systemClock } from '../../src/base/clock.ts'
import { percentile } from '../world.ts'
import type { BenchCluster, Tally } from './cluster.ts'
import { machineMs, REPORT_EVERY_MS } from './report.ts'

/** Transactions that may be under way: a store that is slower than the stream slows it down. */
const OPEN_MAX = 50
/** A node that was killed tells nothing more; the others tell the last runs within this time. */
const LAST_REPORTS_MS = 5 * REPORT_EVERY_MS
const STARTED_WITHIN_MS_MAX = 60_000
/** The first ones meet cold caches. */
const WARM_UP_MS = 1_000

export interface Pace { readonly everyMs: number; readonly perTransaction: number }

/** Until the signal. Resolves when all have run, with the runs. */
export async function stream(cluster: BenchCluster, { everyMs, perTransaction }: Pace, stop: AbortSignal): Promise<Tally['runs']> {
  const tally = cluster.tally()
  const open = new Set<Promise<unknown>>()
  const beganMs = machineMs()
  let created = 0
  for (let tick = 0; !stop.aborted; tick++) {
    const tasks = cluster.tasks(perTransaction, created, String(machineMs()))
    created += perTransaction
    const work = cluster.store.transact(tx => tx.tasks.insert(tasks)).finally(() => open.delete(work))
    open.add(work)
    if (open.size >= OPEN_MAX) await Promise.race(open)
    await pause(systemClock, beganMs + (tick + 1) * everyMs - machineMs(), stop)
  }
  await Promise.all(open)
  await cluster.until(() => cluster.drained(), `${created} tasks have run`, STARTED_WITHIN_MS_MAX)
  await pause(systemClock, LAST_REPORTS_MS)
  return tally.runs
}

/** Ms from before the transaction that creates a task to its start. */
export async function pickup(cluster: BenchCluster, pace: Pace, ms: number): Promise<{ p50: number; p99: number }> {
  const beganMs = machineMs()
  const runs = await stream(cluster, pace, AbortSignal.timeout(ms))
  const latencies = runs.filter(run => run.createdMs > beganMs + WARM_UP_MS)
    .map(run => run.startedMs - run.createdMs).toSorted((a, b) => a - b)
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}
