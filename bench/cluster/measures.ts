/** The questions about a cluster, and their answers as rows of the table. PostgreSQL only. */
import { percentile, type Measure } from '../world.ts'
import { fillWaiting } from './backlog.ts'
import { BenchCluster } from './cluster.ts'
import { DRAIN_TASKS, drainRate } from './drain.ts'
import { moves, TRIES } from './moves.ts'
import { pickup, type Pace } from './stream.ts'
import { PASSING, tableSizes } from './table-size.ts'

const STREAM_MS = 10_000
const LIGHT: Pace = { everyMs: 5, perTransaction: 1 }
const HEAVY: Pace = { everyMs: 10, perTransaction: 50 }
const NODES = [1, 2, 3]
/** Of the questions that do not vary it. */
const NODES_USUAL = 2
const WAITING = [1_000, 1_000_000]
/** Takes minutes to make. */
const WAITING_LARGE = 5_000_000

/** `large`: with five million waiting tasks too. */
export async function clusterMeasures(large: boolean): Promise<Measure[]> {
  return [
    ...await nodesMeasures(),
    ...await waitingMeasures(large ? [...WAITING, WAITING_LARGE] : WAITING),
    ...await moveMeasures(),
    ...await sizeMeasures(),
  ]
}

async function nodesMeasures(): Promise<Measure[]> {
  const measured: Measure[] = []
  for (const nodes of NODES) {
    const cluster = await BenchCluster.open(nodes)
    const label = `${nodes} node${nodes === 1 ? '' : 's'}`
    measured.push(await drain(cluster, label), ...await pickups(cluster, label, LIGHT), ...await pickups(cluster, label, HEAVY))
    await cluster.close()
  }
  return measured
}

/** One database that gets fuller and fuller. */
async function waitingMeasures(steps: readonly number[]): Promise<Measure[]> {
  const cluster = await BenchCluster.open(NODES_USUAL)
  const measured: Measure[] = []
  let waiting = 0
  for (const step of steps) {
    const start = performance.now()
    await fillWaiting(cluster, step - waiting)
    const label = `${step.toLocaleString('en')} waiting`
    measured.push({ what: `filling the table to ${label}`, unit: 's', value: (performance.now() - start) / 1_000 })
    waiting = step
    measured.push(await drain(cluster, label), ...await pickups(cluster, label, LIGHT))
  }
  await cluster.close()
  return measured
}

async function drain(cluster: BenchCluster, label: string): Promise<Measure> {
  return { what: `drain of ${DRAIN_TASKS.toLocaleString('en')}, ${label}`, unit: 'tasks/s', value: await drainRate(cluster) }
}

async function pickups(cluster: BenchCluster, label: string, pace: Pace): Promise<Measure[]> {
  const { p50, p99 } = await pickup(cluster, pace, STREAM_MS)
  const what = `pickup on another node at ${(1_000 / pace.everyMs * pace.perTransaction).toLocaleString('en')} tasks/s, ${label}`
  return [{ what: `${what}, p50`, unit: 'ms', value: p50 }, { what: `${what}, p99`, unit: 'ms', value: p99 }]
}

async function moveMeasures(): Promise<Measure[]> {
  const { takeOver, drain: left, join } = await moves()
  const both = (what: string, tries: readonly number[]): Measure[] => [
    { what: `${what}, median of ${TRIES}`, unit: 'ms', value: percentile(tries, 0.5) },
    { what: `${what}, longest`, unit: 'ms', value: tries.at(-1) ?? NaN },
  ]
  return [
    ...both('kill -9 until another node runs the work', takeOver),
    ...both('longest wait in a steady stream while a node drains', left),
    ...both('longest wait in a steady stream while a node joins', join),
  ]
}

async function sizeMeasures(): Promise<Measure[]> {
  const cluster = await BenchCluster.open(NODES_USUAL)
  const { first, median, last, max, perSecond } = await tableSizes(cluster)
  await cluster.close()
  const size = (which: string, value: number): Measure => ({ what: `task table with indexes, ${which}`, unit: 'MiB', value })
  return [
    { what: `${PASSING.toLocaleString('en')} tasks passing through`, unit: 'tasks/s', value: perSecond },
    size('near the start', first), size('median', median), size('at the end', last), size('largest', max),
  ]
}
