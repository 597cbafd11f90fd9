/**
 * What happens when. Each seed draws its own mix: in some worlds nothing crashes but clocks are bad, in others the store
 * goes away all the time ("swarm testing": faults that always come together hide one another).
 */
import type { JsonObject } from '../../src/base/json.ts'
import type { Random } from '../../src/base/random.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import type { TaskState } from '../../src/engine/ports/task.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import type { Cluster } from './cluster.ts'
import { EPOCH_MS, short } from './observer.ts'
import { DUTIES, script } from './work.ts'

/** Faults and clients do as they like for this long. */
export const FAULTS_MS = 40_000
/** Longer than a lease. */
export const STALL_MS_MAX = 25_000
const KEYS = ['a', 'b', 'c', 'd']
const LAGS_MS = [2_000, 6_000, 15_000]
const SCRIPTS = ['d', 'd', 'd', 'rd', 'td', 'rrd', 'f', 'rrrr']

export class Dice {
  readonly #random: Random
  constructor(random: Random) { this.#random = random }
  chance(of: number): boolean { return this.#random.next() < of }
  between(low: number, high: number): number { return Math.floor(low + this.#random.next() * (high - low)) }
  of<T>(list: readonly T[]): T {
    const chosen = list[this.between(0, list.length)]
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }
}

/** Hosts, weather, faults and clients of one world. */
export async function unleash(cluster: Cluster, dice: Dice): Promise<void> {
  const hosts = Array.from({ length: dice.between(2, 5) }, (_, at) => `host${at + 1}`)
  for (const host of hosts) {
    cluster.setDuties(host, dice.chance(0.7) ? DUTIES : DUTIES.filter(() => dice.chance(0.6)))
    restart(cluster, host, dice.between(0, 3_000))
  }
  cluster.sky.weather = {
    delayMs: dice.of([2, 20, 200]), slow: dice.of([0, 0.01, 0.1]), slowMs: dice.of([500, 3_000, 12_000]),
    lost: dice.of([0, 0, 0.01, 0.1]), hintLost: dice.of([0, 0.1, 1]),
  }
  cluster.observer.note(`weather ${JSON.stringify(cluster.sky.weather)}`)
  await addSchedule(cluster)
  clients(cluster, dice)
  for (const fault of FAULTS) {
    for (let left = dice.chance(0.5) ? dice.between(1, fault.most + 1) : 0; left > 0; left--) {
      const at = dice.between(1_000, FAULTS_MS)
      const [host, ms] = [dice.of(hosts), dice.between(fault.ms[0], fault.ms[1])]
      cluster.timeline.after(at, () => { fault.strike(cluster, host, ms, dice) })
    }
  }
}

interface Fault {
  readonly most: number
  readonly ms: readonly [number, number]
  readonly strike: (cluster: Cluster, host: string, ms: number, dice: Dice) => void
}

const FAULTS: readonly Fault[] = [
  { most: 3, ms: [500, 20_000], strike: (cluster, host, ms) => { cluster.crash(host); restart(cluster, host, ms) } },
  { most: 3, ms: [500, STALL_MS_MAX], strike: (cluster, host, ms) => { cluster.stall(host, ms) } },
  { most: 3, ms: [LEASE_TIMES.ttlMs, STALL_MS_MAX], strike: (cluster, host, ms) => { cluster.stallAsking(host, ms) } },
  { most: 3, ms: [500, 20_000], strike: (cluster, host, ms) => { cluster.cutOff(host, ms) } },
  { most: 3, ms: [1_000, 12_000], strike: lagAndRelieve },
  { most: 2, ms: [500, 15_000], strike: (cluster, _host, ms) => { cluster.storeAway(ms) } },
  { most: 2, ms: [8_000, 30_000], strike: drainAndRestart },
  { most: 4, ms: [0, 1], strike: (cluster, host, _ms, dice) => { cluster.setDuties(host, DUTIES.filter(() => dice.chance(0.6))) } },
  { most: 2, ms: [-60_000, 60_000], strike: (cluster, host, ms) => { cluster.process(host)?.machine.jump(ms) } },
]

/** What a host has sent before its end may come after it, when others have taken over. */
function drainAndRestart(cluster: Cluster, host: string, ms: number, dice: Dice): void {
  if (dice.chance(0.5)) cluster.lag(host, ms, dice.of(LAGS_MS))
  cluster.drain(host)
  restart(cluster, host, ms)
}

/** Somebody sees that the host is slow, take work off it, and give it back when that was no help. */
function lagAndRelieve(cluster: Cluster, host: string, ms: number, dice: Dice): void {
  cluster.lag(host, ms, dice.of(LAGS_MS))
  const duties = cluster.dutiesOf(host)
  const left = duties.filter(() => dice.chance(0.3))
  const takenMs = dice.between(0, ms)
  for (const [afterMs, then] of [[takenMs, left], [takenMs + dice.between(500, 6_000), duties]] as const) {
    cluster.timeline.after(afterMs, () => { if (cluster.timeline.nowMs < FAULTS_MS) cluster.setDuties(host, then) })
  }
}

function restart(cluster: Cluster, host: string, afterMs: number): void {
  cluster.timeline.after(afterMs, () => { if (!cluster.process(host)) cluster.boot(host) })
}

function clients(cluster: Cluster, dice: Dice): void {
  const ids: string[] = []
  for (let left = dice.between(12, 34); left > 0; left--) {
    // Many at once keep a bucket busy for a while, with short runs that nobody pins.
    const count = dice.chance(0.15) ? dice.between(6, 16) : 1
    const payload = script({
      key: dice.of(KEYS), script: dice.of(SCRIPTS), ms: count > 1 ? 300 : dice.of([1, 20, 300, 2_500, 9_000]), snoozes: dice.chance(0.15) ? 2 : 0,
      stubborn: dice.chance(0.1), children: dice.chance(0.2) ? 2 : 0,
    })
    const [variant, dueInMs] = [dice.chance(0.7) ? 'Probe' : 'Batch', dice.chance(0.3) ? dice.between(0, 30_000) : 0]
    cluster.timeline.after(dice.between(0, FAULTS_MS), () => {
      for (let each = 0; each < count; each++) void createTask(cluster, variant, payload, dueInMs).then(id => ids.push(id))
    })
  }
  if (dice.chance(0.15)) {
    const poison = script({ key: 'poison', ms: 100, script: 'x' })
    cluster.timeline.after(dice.between(0, FAULTS_MS / 3), () => { void createTask(cluster, 'Probe', poison, 0) })
  }
  for (let left = dice.between(0, 12); left > 0; left--) {
    const change = dice.of([park, retryNow, reschedule, destroy])
    cluster.timeline.after(dice.between(2_000, FAULTS_MS), () => { if (ids.length > 0) void change(cluster, dice.of(ids), dice) })
  }
}

export async function createTask(cluster: Cluster, variant: string, payload: JsonObject, dueInMs: number): Promise<string> {
  const now = EPOCH_MS + Math.floor(cluster.timeline.nowMs)
  const row = cluster.catalogue.row({ variant, payload, due: now + dueInMs }, cluster.ids, now)
  await cluster.store.transact(tx => tx.tasks.insert([row]))
  cluster.observer.created(row.id)
  cluster.observer.note(`client: ${variant} ${short(row.id)} of ${row.orderingKey}, ${JSON.stringify(payload['script'])}, ${String(payload['ms'])} ms`)
  return row.id
}

async function addSchedule(cluster: Cluster): Promise<void> {
  await cluster.store.transact(tx => tx.schedules.insert({
    id: cluster.ids.next(), name: 'every ten seconds', cron: '*/10 * * * * *', timeZone: 'UTC', catchUp: 'all', pausedUntil: null,
    variant: 'Tick', payload: script({ key: 'ticks' }), nextSlot: EPOCH_MS + 10_000,
  }))
}

const state = (status: TaskState['status'], due: number, failureReason: string | null): TaskState =>
  ({ status, due, attempt: 0, firstFailedAt: null, failedAt: failureReason === null ? null : due, failureReason })

const park = (cluster: Cluster, id: string) => edit(cluster, id, 'parks', () => ({ ...state('Failed', DUE_NEVER, 'parked'), failedAt: EPOCH_MS }))
const retryNow = (cluster: Cluster, id: string) => edit(cluster, id, 'retries', now => state('Pending', now, null))
const reschedule = (cluster: Cluster, id: string, dice: Dice) => edit(cluster, id, 'reschedules', now => state('Pending', now + dice.between(0, 20_000), null))

async function edit(cluster: Cluster, id: string, verb: string, change: (now: number) => TaskState): Promise<void> {
  const reply: unknown = await cluster.store.transact(async tx => {
    const [row] = await tx.tasks.get([id])
    return row ? tx.tasks.edit(id, row.version, { state: change(EPOCH_MS + Math.floor(cluster.timeline.nowMs)) }) : 'gone'
  })
  cluster.observer.edited(id)
  cluster.observer.note(`client: ${verb} ${short(id)}: ${JSON.stringify(reply)}`)
}

async function destroy(cluster: Cluster, id: string): Promise<void> {
  const reply = await cluster.store.transact(tx => tx.tasks.destroy(id))
  cluster.observer.note(`client: destroys ${short(id)}: ${reply}`)
}
