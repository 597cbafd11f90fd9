/** One world from its seed to its verdict. */
import { seededRandom } from '../../src/base/random.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { Cluster } from './cluster.ts'
import { createTask, Dice, FAULTS_MS, STALL_MS_MAX, unleash } from './faults.ts'
import { EPOCH_MS, short } from './observer.ts'
import { FAIR } from './network.ts'
import { LANES, script } from './work.ts'

/** Everything that was wrong is over, at the latest, when the longest stall is, and a lease after it. */
const COVERED_MS = FAULTS_MS + STALL_MS_MAX + LEASE_TIMES.ttlMs + LEASE_TIMES.marginMs
/** A run is pinned after a second, and a pinned one holds up nothing. */
const HAND_OVER_MS = 4_000
/** Five lives of a lease. */
const POISON_MS = 60_000
/** What is left takes a few retries of a few seconds for each key. */
const DONE_MS = COVERED_MS + 240_000

export interface Verdict {
  readonly seed: number
  readonly breaches: readonly string[]
  readonly lastEvents: readonly string[]
  readonly hash: number
  readonly events: number
  readonly runs: number
  readonly late: number
}

export async function simulate(seed: number): Promise<Verdict> {
  const random = seededRandom(seed)
  const cluster = await Cluster.open(random)
  const { timeline, observer } = cluster
  await unleash(cluster, new Dice(random))
  await timeline.run(FAULTS_MS)
  cluster.sky.weather = FAIR
  observer.note('the faults end')
  // One that stalls may still have to drain first.
  for (let at = 1_000; at < STALL_MS_MAX + 5_000; at += 2_000) {
    timeline.after(at, () => { for (const host of cluster.hosts) if (!cluster.process(host)) cluster.boot(host) })
  }
  cluster.coverDuties()
  await timeline.run(COVERED_MS)
  await covered(cluster)
  await ended(cluster)
  await handedOver(cluster)
  await ended(cluster)
  for (const host of cluster.hosts) cluster.drain(host)
  await timeline.run(timeline.nowMs + 60_000, () => cluster.processes.length === 0)
  await tidy(cluster)
  const { breaches, lastEvents, hash, runs, late } = observer
  return { seed, breaches, lastEvents, hash, events: timeline.fired, runs, late }
}

/** L2. A poisonous task may still kill nodes, until it has used up its attempts. */
async function covered({ store, timeline, observer }: Cluster): Promise<void> {
  let open = await uncovered()
  while (open.length > 0 && timeline.nowMs < COVERED_MS + POISON_MS) {
    await timeline.run(timeline.nowMs + 2_000)
    open = await uncovered()
  }
  if (open.length > 0) observer.breach('L2', `nobody holds ${open.join()}, and the faults are long over`)

  async function uncovered(): Promise<string[]> {
    const { nodes, leases } = await store.leases.view()
    const live = new Set(nodes.map(node => node.incarnation))
    const held = new Set(leases.filter(({ holder }) => holder !== null && live.has(holder)).map(({ lane, bucket }) => `${lane}/${bucket}`))
    return LANES.flatMap(({ name, buckets }) => Array.from({ length: buckets }, (_, bucket) => `${name}/${bucket}`)).filter(bucket => !held.has(bucket))
  }
}

/** L3: while long runs keep a draining node alive, everything else of it is already done by others. */
async function handedOver(cluster: Cluster): Promise<void> {
  const { store, timeline, observer } = cluster
  // Somebody whose work others can do.
  const host = cluster.hosts.find(each => cluster.dutiesOf(each)
    .every(duty => cluster.hosts.some(other => other !== each && cluster.dutiesOf(other).includes(duty))))
  const incarnation = host === undefined ? undefined : cluster.process(host)?.node.incarnation?.id
  if (host === undefined || incarnation === undefined || cluster.processes.length < 2) return
  for (let at = 0; at < 20; at++) await createTask(cluster, 'Probe', script({ key: `long ${at}`, ms: 9_000 }), 0)
  await timeline.run(timeline.nowMs + 200)
  cluster.drain(host)
  await timeline.run(timeline.nowMs + HAND_OVER_MS)
  const { leases } = await store.leases.view()
  for (const { lane, bucket, holder } of leases) {
    if (holder === null || holder === incarnation) observer.breach('L3', `${lane}/${bucket} was not handed over by ${host}`)
  }
}

/** L1, the follow-ups of S2, and that S6 left nothing out. */
async function ended({ store, timeline, observer }: Cluster): Promise<void> {
  let waiting = await unfinished()
  while (waiting.length > 0 && timeline.nowMs < DONE_MS) {
    await timeline.run(timeline.nowMs + 5_000)
    waiting = await unfinished()
  }
  for (const row of waiting) observer.breach('L1', `${row.variant} ${short(row.id)} is still ${row.status}, due ${(row.due - EPOCH_MS) / 1_000} s`)
  const slots = observer.slots
  for (const [at, slot] of slots.entries()) {
    if (slot !== EPOCH_MS + (at + 1) * 10_000) return observer.breach('S6', `the slot ${(at + 1) * 10} s made no task`)
  }

  async function unfinished() {
    const now = EPOCH_MS + timeline.nowMs
    return store.read(async tx => {
      const ids = await tx.tasks.query({ status: ['Pending', 'Retry'] }, { order: { property: 'due', ascending: true }, limit: 1_000 })
      // The schedule goes on for ever: its newest tasks may wait.
      return (await tx.tasks.get(ids)).filter(row => row.variant !== 'Tick' || row.createdAt < now - 30_000)
    })
  }
}

async function tidy({ store, observer, processes }: Cluster): Promise<void> {
  for (const { host } of processes) observer.breach('L1', `${host} does not end`)
  const { nodes, leases } = await store.leases.view()
  for (const node of nodes) observer.breach('L2', `${node.hostname} left its row behind`)
  for (const { lane, bucket, holder } of leases) if (holder !== null) observer.breach('L2', `${lane}/${bucket} is still held`)
  const pinned = await store.read(async tx => {
    const ids = await tx.tasks.query({ running: true }, { order: { property: 'due', ascending: true }, limit: 100 })
    return tx.tasks.get(ids)
  })
  for (const row of pinned) observer.breach('L1', `${short(row.id)} is still pinned`)
}
