/** Hosts, each with an engine of its own as long as it runs, on one store. */
import type { IdSource } from '../../src/base/ids.ts'
import { idSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom, type Random } from '../../src/base/random.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import type { NodeState } from '../../src/engine/ports/node.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store } from '../../src/store/store.ts'
import { Machine, trueClock } from './machine.ts'
import { FAIR, Network, type Sky } from './network.ts'
import { Observer } from './observer.ts'
import { Timeline } from './timeline.ts'
import { DUTIES, LANES, SETTINGS, VARIANTS, type Seat } from './work.ts'

/** How fast two clocks run apart: real ones are a thousand times better. */
const CLOCK_DRIFT = 0.02
const WALL_OFFSET_MS_MAX = 5_000
/** A supervisor starts a process again after this long. */
const SUPERVISOR_MS = 2_000

export interface Process {
  readonly host: string
  readonly machine: Machine
  readonly network: Network
  readonly node: EngineNode
  /** As it has learned them: one that stalls learns late. */
  duties: readonly string[]
}

export class Cluster {
  readonly timeline: Timeline
  readonly store: Store
  readonly observer: Observer
  readonly catalogue = new Catalogue(VARIANTS, LANES)
  /** Of clients. */
  readonly ids: IdSource
  readonly sky: Sky = { weather: FAIR, storeAway: false }
  readonly #random: Random
  readonly #duties = new Map<string, readonly string[]>()
  readonly #processes = new Map<string, Process>()

  private constructor(timeline: Timeline, store: Store, random: Random) {
    this.timeline = timeline
    this.observer = new Observer(timeline, store)
    this.store = this.observer.watched(store)
    this.#random = random
    this.ids = idSource(1_023, trueClock(timeline))
  }

  static async open(random: Random): Promise<Cluster> {
    const timeline = new Timeline()
    return new Cluster(timeline, await openMemoryStore({ clock: trueClock(timeline) }), random)
  }

  get hosts(): readonly string[] { return [...this.#duties.keys()] }
  get processes(): readonly Process[] { return [...this.#processes.values()] }
  process(host: string): Process | undefined { return this.#processes.get(host) }
  dutiesOf(host: string): readonly string[] { return this.#duties.get(host) ?? [] }

  /** Also for a host that runs: its role was edited. */
  setDuties(host: string, duties: readonly string[]): void {
    this.observer.note(`${host} has the duties ${duties.join(', ') || '-'}`)
    this.#duties.set(host, duties)
    const process = this.#processes.get(host)
    process?.machine.deliver(() => {
      process.duties = duties
      process.node.announce()
    })
  }

  boot(host: string): void {
    const rate = 1 + (this.#random.next() * 2 - 1) * CLOCK_DRIFT
    const machine = new Machine(this.timeline, rate, Math.floor((this.#random.next() * 2 - 1) * WALL_OFFSET_MS_MAX))
    const network = new Network(this.timeline, seededRandom(Math.floor(this.#random.next() * 2 ** 32)), machine, this.sky)
    const seat: Seat = {
      clock: machine,
      begin: (tasks, lane, key, signal) => this.observer.begin(host, machine, process.duties, tasks, lane, key, signal),
      kill: () => {
        this.crash(host)
        this.timeline.after(SUPERVISOR_MS, () => { if (!this.#processes.get(host)) this.boot(host) })
        return new Promise<never>(() => {})
      },
    }
    const nodeState = (): NodeState =>
      ({ role: null, duties: process.duties, pushShard: null, draining: process.node.phase === 'draining', info: {} })
    const node = new EngineNode({
      store: network.reach(this.store), catalogue: this.catalogue, clock: machine,
      random: seededRandom(Math.floor(this.#random.next() * 2 ** 32)), log: silentLog, times: LEASE_TIMES, runDeps: seat, chores: [],
      settings: () => SETTINGS, nodeState, hostname: host, version: 'simulated', alone: false,
    })
    const process: Process = { host, machine, network, node, duties: this.dutiesOf(host) }
    this.#processes.set(host, process)
    this.observer.note(`${host} starts`)
    // A start that is refused (another of its name lives, the store is away) is tried again, as a supervisor does.
    node.start().catch(() => {
      if (machine.dead || this.#processes.get(host) !== process || node.phase === 'draining' || node.phase === 'stopped') return
      this.observer.note(`${host} could not start`)
      machine.die()
      this.timeline.after(SUPERVISOR_MS, () => { if (this.#processes.get(host) === process) this.boot(host) })
    })
  }

  crash(host: string): void {
    const process = this.#processes.get(host)
    if (!process) return
    this.observer.note(`${host} crashes`)
    process.machine.die()
    this.#processes.delete(host)
  }

  /** Planned: SIGTERM, and then it is gone. */
  drain(host: string): void {
    const process = this.#processes.get(host)
    if (!process) return
    this.observer.note(`${host} drains`)
    process.machine.deliver(() => {
      const { node } = process
      node.announce()
      void node.stop().catch(() => undefined).then(() => {
        process.machine.die()
        if (this.#processes.get(host) === process) this.#processes.delete(host)
        this.observer.note(`${host} has drained`)
      })
    })
  }

  stall(host: string, ms: number): void {
    const machine = this.#processes.get(host)?.machine
    if (!machine || machine.stalled) return
    this.observer.note(`${host} stalls for ${ms} ms`)
    machine.stall()
    this.timeline.after(ms, () => {
      this.observer.note(`${host} wakes`)
      machine.wake()
    })
  }

  /** Soon: what it has asked the queue then is answered while it stalls, and is the first that it hears. */
  stallAsking(host: string, ms: number): void {
    const process = this.#processes.get(host)
    process?.network.whileItAsks(() => { if (this.#processes.get(host) === process) this.stall(host, ms) })
  }

  cutOff(host: string, ms: number): void {
    const network = this.#processes.get(host)?.network
    if (!network) return
    this.observer.note(`${host} is cut off for ${ms} ms`)
    network.cutOff = true
    this.timeline.after(ms, () => { network.cutOff = false })
  }

  lag(host: string, ms: number, lagMs: number): void {
    const network = this.#processes.get(host)?.network
    if (!network) return
    this.observer.note(`some requests of ${host} are held back by up to ${lagMs} ms for ${ms} ms`)
    network.lagMs = lagMs
    this.timeline.after(ms, () => { network.lagMs = 0 })
  }

  storeAway(ms: number): void {
    this.observer.note(`the store is away for ${ms} ms`)
    this.sky.storeAway = true
    this.timeline.after(ms, () => { this.sky.storeAway = false })
  }

  /** Work that no host may do lies: each duty that nobody has goes to somebody. Who has what stays unequal. */
  coverDuties(): void {
    for (const duty of DUTIES) {
      if (this.hosts.some(host => this.dutiesOf(host).includes(duty))) continue
      const host = this.hosts[Math.floor(this.#random.next() * this.hosts.length)]
      if (host !== undefined) this.setDuties(host, [...this.dutiesOf(host), duty])
    }
  }
}
