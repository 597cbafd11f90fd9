/** One life of a node, from join to the end of its node row: a lease holder, a worker for each lane, and the scheduler. */
import { pause, type Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Random } from '../../base/random.ts'
import { errorText } from '../../errors.ts'
import type { Catalogue } from '../catalogue.ts'
import { Holder, type ClusterView } from '../lease/holder.ts'
import { Lease, type HeldBucket, type LeaseTimes } from '../lease/lease.ts'
import type { BucketRef, NodeState } from '../ports/node.ts'
import type { EngineStore } from '../ports/store.ts'
import type { Hint } from '../ports/wakeups.ts'
import type { RetrySettings } from '../../base/retry-plan.ts'
import { BatchRunner } from '../run/batch-runner.ts'
import { Completer } from '../run/completer.ts'
import { Executor } from '../run/executor.ts'
import { History } from '../run/history.ts'
import { LaneWorker } from '../run/lane-worker.ts'
import { Pins } from '../run/pins.ts'
import { Solo } from '../run/solo.ts'
import { Chores, type Chore } from '../upkeep/chores.ts'
import { LaneLoop } from '../upkeep/lane-loop.ts'
import { Scheduler, SCHEDULER_LANE } from '../upkeep/scheduler.ts'
import { slotWork, type SlotWork } from '../upkeep/slot-work.ts'
import type { StoreTime } from './store-time.ts'

/** After the drain limit, how long outcomes of aborted runs may still take to be written. */
const LAST_WRITES_MS = 5_000
/** How long a run may take to notice that it should stop. */
const STUBBORN_MS = 10_000

export interface EngineDeps {
  readonly store: EngineStore
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly times: LeaseTimes
  /** What runs get as `context.deps`. */
  readonly runDeps: unknown
  /** Upkeep of the store, done by one node of the cluster. */
  readonly chores: readonly Chore[]
  /** Work of one node each, at its slots; left out: none. */
  readonly slotWork?: readonly SlotWork[]
  readonly settings: () => RetrySettings
  readonly nodeState: () => NodeState
  /** Left out: nobody looks on. */
  readonly onlooker?: Onlooker
}

/** Is told what people see change. Called by the hot path: what it does must cost next to nothing. */
export interface Onlooker {
  /** Tasks whose run was pinned, went on, or ended and is written. */
  readonly ran: (ids: readonly Id[]) => void
  /** Runs were added to the history. */
  readonly recorded: () => void
  /** The cluster as the store shows it at the moment; about once a second. */
  readonly planned: (view: ClusterView) => void
}

export class Incarnation {
  readonly id: Id
  readonly nodeId: number
  readonly #deps: EngineDeps
  readonly #holder: Holder
  readonly #lanes = new Map<string, LaneWorker>()
  readonly #pins: Pins
  readonly #completer: Completer
  readonly #history: History
  readonly #scheduler: LaneLoop
  readonly #chores: Chores
  readonly #slotLoops: readonly LaneLoop[]
  readonly #over: (lost: true) => void
  /** Resolves when the store has said that this incarnation is over. */
  readonly over: Promise<true>
  readonly #drainAsked: () => void
  /** Resolves when somebody has asked this incarnation, through its row, to finish and end. */
  readonly drainAsked: Promise<void>
  #held: readonly HeldBucket[] = []
  #duties: ReadonlySet<string>
  readonly #storeTime: StoreTime
  #closing = false
  #trusted = false
  #unsubscribe: () => void = () => {}
  view: ClusterView | null = null

  constructor(id: Id, nodeId: number, ids: IdSource, time: StoreTime, deps: EngineDeps) {
    this.id = id
    this.nodeId = nodeId
    this.#deps = deps
    const { promise, resolve } = Promise.withResolvers<true>()
    this.over = promise
    this.#over = resolve
    const drain = Promise.withResolvers<void>()
    this.drainAsked = drain.promise
    this.#drainAsked = drain.resolve
    this.#storeTime = time
    this.#duties = new Set(deps.nodeState().duties)
    const { store, catalogue, log, random, settings, runDeps, onlooker } = deps
    const { clock } = time
    const ran = onlooker?.ran
    const lost = () => { this.#lost() }
    this.#completer = new Completer({ queue: store.queue, holder: id, clock, log, lost, ...(ran ? { written: ran } : {}) })
    const release = (task: Id, startedAt: number) => { this.#completer.add({ kind: 'release', id: task, startedAt }, () => {}) }
    this.#pins = new Pins({ queue: store.queue, holder: id, clock, log, lost, release, ...(ran ? { written: ran } : {}) })
    this.#history = new History({ store, ids, clock, log, ...(onlooker ? { written: onlooker.recorded } : {}) })
    const loopDeps = { clock, log, ended: () => { this.#kickIfClosing() } }
    this.#scheduler = new LaneLoop(new Scheduler({ store, catalogue, ids, log }), loopDeps)
    this.#chores = new Chores(deps.chores, clock, log)
    this.#slotLoops = (deps.slotWork ?? []).map(work => new LaneLoop(slotWork(work, store, log), loopDeps))
    this.#holder = this.#makeHolder()
    const mayStart = (duty: string) => this.#holder.trusted && this.#duties.has(duty)
    const solo = new Solo(() => { for (const lane of this.#lanes.values()) lane.wake() })
    const executor = new Executor({ clock, log, deps: runDeps, mayStart, children: (id, left) => store.queue.children(id, left) })
    const runner = new BatchRunner({ catalogue, nodeId, ids, executor, completer: this.#completer, history: this.#history, pins: this.#pins, solo, settings, now: () => clock.now(), random, log })
    const taskLanes = new Set([...catalogue.variants.values()].map(variant => variant.lane))
    for (const lane of catalogue.lanes.values()) {
      if (!taskLanes.has(lane.name)) continue
      const worker = new LaneWorker({ lane, catalogue, queue: store.queue, holder: id, runner, pins: this.#pins, solo, clock, log, mayStart, ended: () => { this.#kickIfClosing() } })
      this.#lanes.set(lane.name, worker)
    }
  }

  get #laneLoops(): readonly LaneLoop[] { return [this.#scheduler, ...this.#slotLoops] }
  get held(): readonly HeldBucket[] { return this.#held }
  get trusted(): boolean { return this.#trusted }
  /** Of the node's wall clock to the store's, as last measured. */
  get clockOffsetMs(): number | null { return this.#storeTime.offsetMs }
  get inFlight(): number { return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.inFlight, 0) }
  /** The runs that are under way, for people. */
  get running(): readonly { readonly id: Id; readonly variant: string; readonly startedAt: number }[] {
    return this.#pins.running.flatMap(flight => flight.rows.map(row => ({ id: row.id, variant: row.variant, startedAt: flight.startedAt })))
  }

  /** `joinedMs`: monotonic time at which the join began. */
  start(joinedMs: number): void {
    this.#deps.log.info({ incarnation: this.id, node: this.nodeId, duties: [...this.#duties] }, 'joined the cluster')
    this.#unsubscribe = this.#deps.store.wakeups.subscribe(hint => { this.#hint(hint) })
    this.#pins.start()
    this.#history.start()
    this.#chores.start()
    for (const loop of this.#laneLoops) loop.start()
    for (const lane of this.#lanes.values()) lane.start()
    this.#holder.start(joinedMs)
  }

  /** The node state (role, draining) has changed. What the role has lost is not started from now on, whatever the others know. */
  announce(): void {
    const duties = new Set(this.#deps.nodeState().duties)
    if (duties.symmetricDifference(this.#duties).size > 0) this.#deps.log.info({ duties: [...duties] }, 'other duties from now on')
    this.#duties = duties
    this.#holder.announce()
  }

  /**
   * Planned end: finish what runs within the limit (or until `hurry`), abort the rest uncharged, give the leases back, leave.
   * The others see the node until `closed`, when nothing but the engine is left of it.
   */
  async drain(limitMs: number, hurry: AbortSignal, closed: Promise<unknown>): Promise<void> {
    const { clock, store } = this.#deps
    this.#holder.close()
    this.#holder.announce()
    await this.#stopParts(async ended => {
      await pause(clock, limitMs, AbortSignal.any([hurry, ended]))
      if (ended.aborted) return
      this.#pins.abortAll('handover', 'the node stops')
      await pause(clock, LAST_WRITES_MS, ended)
      if (ended.aborted) return
      this.#completer.abandon()
      await pause(clock, STUBBORN_MS, ended)
    })
    await closed
    await this.#holder.stop()
    try {
      await store.leases.leave(this.id)
    } catch (error) {
      this.#deps.log.warn({ error: errorText(error) }, 'the cluster could not be told that this node has gone: its row expires by itself')
    }
  }

  /** Unplanned end: the rows belong to others, so everything is dropped as fast as runs stop. */
  async dispose(): Promise<void> {
    this.#pins.abortAll('untrusted', 'this incarnation is over')
    this.#completer.abandon()
    await this.#stopParts(ended => pause(this.#deps.clock, STUBBORN_MS, ended))
    await this.#holder.stop()
  }

  /**
   * Resolves when every run has ended and is written, or when `patience` (told when that happens) has: runs that ignore
   * their signal are left alone then, their outcomes cannot count any more.
   */
  async #stopParts(patience: (ended: AbortSignal) => Promise<void>): Promise<void> {
    const { log } = this.#deps
    const ended = new AbortController()
    const lanes = Promise.all([...this.#lanes.values()].map(lane => lane.stop()))
    const work = lanes.then(() => this.#completer.settled()).then(() => { ended.abort() })
    await Promise.race([work, patience(ended.signal)])
    if (!ended.signal.aborted) log.error({ running: this.running.map(run => run.variant) }, 'runs ignore that they should stop')
    await this.#completer.settled()
    await this.#pins.stop()
    await this.#chores.stop()
    await Promise.all(this.#laneLoops.map(loop => loop.stop()))
    await this.#history.stop()
    this.#unsubscribe()
  }

  #makeHolder(): Holder {
    const { store, catalogue, clock, log, times, nodeState } = this.#deps
    return new Holder(new Lease(this.id, times), {
      leases: store.leases, lanes: [...catalogue.lanes.values()], clock, log, times, nodeState,
      published: () => { store.wakeups.publish({ kind: 'leases' }) },
      listener: {
        held: buckets => { this.#hold(buckets) },
        trust: trusted => { this.#trust(trusted) },
        idle: bucket => this.#idle(bucket),
        planned: view => {
          this.view = view
          this.#deps.onlooker?.planned(view)
          this.#storeTime.seen(view.storeNow, view.askedMs)
          if (view.nodes.some(node => node.incarnation === this.id && node.drainRequested)) this.#drainAsked()
        },
        over: () => { this.#over(true) },
      },
    })
  }

  #hold(buckets: readonly HeldBucket[]): void {
    if (sameBuckets(this.#held, buckets)) return
    this.#held = [...buckets]
    this.#closing = buckets.some(bucket => bucket.phase !== 'active')
    for (const [name, lane] of this.#lanes) lane.hold(buckets.filter(bucket => bucket.lane === name))
    this.#activateUpkeep()
  }

  #trust(trusted: boolean): void {
    this.#trusted = trusted
    if (!trusted) {
      this.#deps.log.warn({ incarnation: this.id }, 'lease no longer trusted: running work is stopped')
      this.#pins.abortAll('untrusted', 'the lease is no longer trusted')
    }
    for (const lane of this.#lanes.values()) lane.trust(trusted)
    this.#activateUpkeep()
  }

  #activateUpkeep(): void {
    const works = (lane: string): boolean => this.#trusted && this.#held.some(bucket => bucket.lane === lane && bucket.phase === 'active')
    this.#chores.activate(works(SCHEDULER_LANE))
    for (const loop of this.#laneLoops) loop.activate(works(loop.lane))
  }

  #idle(bucket: BucketRef): boolean {
    const lane = this.#lanes.get(bucket.lane)
    return lane === undefined ? this.#laneLoops.every(loop => loop.lane !== bucket.lane || loop.idle) : lane.idle(bucket.bucket)
  }

  #kickIfClosing(): void {
    if (this.#closing) this.#holder.kick()
  }

  #hint(hint: Hint): void {
    switch (hint.kind) {
      case 'tasks':
        for (const [name, lane] of this.#lanes) if (hint.lanes.length === 0 || hint.lanes.includes(name)) lane.wake()
        break
      case 'edited':
        for (const lane of this.#lanes.values()) lane.edited(hint.ids)
        break
      case 'requests':
        this.#pins.kick()
        break
      case 'leases':
        this.#holder.kick()
        break
      case 'schedules':
        this.#scheduler.kick()
        break
      case 'objects':
        for (const loop of this.#slotLoops) loop.kick()
        break
      case 'ran':
      case 'recorded':
      case 'lost':
        // For onlookers.
        break
    }
  }

  #lost(): void { this.#holder.lost() }
}

function sameBuckets(a: readonly HeldBucket[], b: readonly HeldBucket[]): boolean {
  return a.length === b.length && a.every((bucket, index) => bucket === b[index])
}
