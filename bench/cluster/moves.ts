/** How long does work wait when a node dies, leaves or comes? Two nodes, and tasks for every bucket all the time. */
import { pause, systemClock } from '../../src/base/clock.ts'
import { PROBE_LANE } from '../world.ts'
import { BenchCluster } from './cluster.ts'
import { machineMs, type Run } from './report.ts'
import { stream, type Pace } from './stream.ts'

export const TRIES = 5
const PACE: Pace = { everyMs: 5, perTransaction: 1 }
const BEFORE_MS = 500
/** After the move, until what it delayed has run. */
const AFTER_MS = 1_000
const TAKE_OVER_MS_MAX = 60_000

export interface Moves { readonly takeOver: number[]; readonly drain: number[]; readonly join: number[] }

/** Ms of each try, in rising order. */
export async function moves(): Promise<Moves> {
  const cluster = await BenchCluster.open(2)
  const found: Moves = { takeOver: [], drain: [], join: [] }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const second = `second-${attempt}`
    found.drain.push(await pauseDuring(cluster, () => cluster.node('node-2').stop()))
    found.join.push(await pauseDuring(cluster, async () => {
      cluster.join(second)
      await cluster.settled()
    }))
    found.takeOver.push(await takeOver(cluster, second))
    cluster.join('node-2')
    await cluster.settled()
  }
  await cluster.close()
  for (const each of Object.values(found) as number[][]) each.sort((a, b) => a - b)
  return found
}

/** From kill -9 until tasks of all buckets of the dead node have started on the other one. */
async function takeOver(cluster: BenchCluster, name: string): Promise<number> {
  const orphans = new Set((await cluster.held()).get(name))
  const stop = new AbortController()
  const streaming = stream(cluster, PACE, stop.signal)
  await pause(systemClock, BEFORE_MS)
  const killedMs = machineMs()
  await cluster.node(name).kill()
  const held = async () => (await cluster.held()).get('node-1')?.length === PROBE_LANE.buckets
  await cluster.until(held, 'the other node holds everything', TAKE_OVER_MS_MAX)
  await pause(systemClock, AFTER_MS)
  stop.abort()
  const first = new Map<number, number>()
  for (const run of await streaming) {
    const bucket = cluster.catalogue.bucketOf(PROBE_LANE.name, run.account)
    if (orphans.has(bucket) && run.node === 'node-1' && !first.has(bucket)) first.set(bucket, run.startedMs)
  }
  if (first.size !== orphans.size) throw new Error(`only ${first.size} of ${orphans.size} buckets ran again`)
  return Math.max(...first.values()) - killedMs
}

/** The longest that any task of the stream waited for its start. */
async function pauseDuring(cluster: BenchCluster, move: () => Promise<unknown>): Promise<number> {
  const stop = new AbortController()
  const streaming = stream(cluster, PACE, stop.signal)
  await pause(systemClock, BEFORE_MS)
  const movedMs = machineMs()
  await move()
  await pause(systemClock, AFTER_MS)
  stop.abort()
  return Math.max(...(await streaming).filter(run => run.startedMs > movedMs).map(waited))
}

function waited(run: Run): number { return run.startedMs - run.createdMs }
