/**
 * Drives one incarnation's lease against the store: heartbeats, plans, acquisitions, releases. It tells its listener what
 * may be worked; it decides nothing itself (lease.ts and assign.ts do).
 */
import { Bell } from '../../base/bell.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import { assign, type Assignment } from '../assign/assign.ts'
import type { Lane } from '../lane.ts'
import type { BucketRef, LeaseRow, LeaseStore, NodeRow, NodeState } from '../ports/node.ts'
import { LEASE_TIMES, type HeldBucket, type Lease, type LeaseTimes } from './lease.ts'

/** A heartbeat that failed is tried again this soon: one that hung must not cost the lease. */
const BEAT_AGAIN_MS = 500
/** How long a plan may be old when no hint came. */
const PLAN_EVERY_MS = 1_000

export interface HolderDeps {
  readonly leases: LeaseStore
  readonly lanes: readonly Lane[]
  readonly clock: Clock
  readonly log: Log
  readonly times?: LeaseTimes
  /** What the node row should say now. */
  readonly nodeState: () => NodeState
  readonly listener: HolderListener
  /** Called after this node changed what others plan with (its row, its leases). */
  readonly published: () => void
}
export interface HolderListener {
  /** The buckets that are held have changed. */
  held(buckets: readonly HeldBucket[]): void
  /** Trust ran out or came back. */
  trust(trusted: boolean): void
  /** Whether a closing bucket has nothing left that would have to be waited for. */
  idle(bucket: BucketRef): boolean
  /** What the plan saw. */
  planned(view: ClusterView): void
  /** The store said that this incarnation is gone. */
  over(): void
}
/** What the last plan saw, for health and people. */
export interface ClusterView {
  readonly nodes: readonly NodeRow[]
  readonly leases: readonly LeaseRow[]
  readonly assignment: Assignment
  readonly storeNow: number
  /** Monotonic time of this node at which the store was asked. */
  readonly askedMs: number
}

export class Holder {
  readonly #lease: Lease
  readonly #deps: HolderDeps
  readonly #times: LeaseTimes
  readonly #stop = new AbortController()
  #closing = false
  readonly #planBell = new Bell()
  readonly #beatBell = new Bell()
  #announced = false
  #trusted = false
  #cancelTrustTimer: () => void = () => {}
  #loops: Promise<unknown> | null = null

  constructor(lease: Lease, deps: HolderDeps) {
    this.#lease = lease
    this.#deps = deps
    this.#times = deps.times ?? LEASE_TIMES
  }

  /** Runs until the incarnation is over or `stop` was called. `joinedMs`: monotonic start of the join. */
  start(joinedMs: number): void {
    this.#lease.heartbeatAnswered(joinedMs, true)
    this.#trustChanged()
    this.#loops = Promise.all([this.#heartbeats(), this.#plans()])
  }

  /** By the clock, not by a timer that may be late. */
  get trusted(): boolean { return this.#lease.trusted(this.#deps.clock.monotonicMs()) }

  /** Plan now: a hint came, a role changed, a bucket became idle. */
  kick(): void { this.#planBell.ring() }

  /** What the node row says has changed (role, drain): write it at once, so that every node plans with it. */
  announce(): void {
    this.#announced = true
    this.#beatBell.ring()
  }

  /** Gives everything back as it becomes idle. */
  close(): void {
    this.#closing = true
    this.#lease.closeAll()
    this.#deps.listener.held(this.#lease.held)
    this.kick()
  }

  /** The store said elsewhere that this incarnation is gone. */
  lost(): void {
    if (this.#lease.over) return
    this.#lease.end()
    this.#deps.listener.held([])
    this.#trustChanged()
    this.#stop.abort()
    this.#deps.listener.over()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loops
    // Only now: a heartbeat that was on its way has set the timer anew.
    this.#cancelTrustTimer()
  }

  async #heartbeats(): Promise<void> {
    const { clock, leases, log, nodeState } = this.#deps
    let waitMs = this.#times.heartbeatMs
    while (!this.#stop.signal.aborted) {
      await this.#beatBell.wait(clock, waitMs, this.#stop.signal)
      waitMs = this.#times.heartbeatMs
      if (this.#stop.signal.aborted) return
      const announced = this.#announced
      this.#announced = false
      const startedMs = clock.monotonicMs()
      try {
        const renewed = await leases.heartbeat(this.#lease.incarnation, nodeState(), this.#times.ttlMs)
        if (!renewed) return this.lost()
        this.#lease.heartbeatAnswered(startedMs, true)
        this.#trustChanged()
        if (announced) this.#deps.published()
      } catch (error) {
        log.warn({ error: errorText(error) }, 'heartbeat failed')
        waitMs = BEAT_AGAIN_MS
      }
    }
  }

  async #plans(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#planOnce()
      } catch (error) {
        this.#deps.log.warn({ error: errorText(error) }, 'planning failed')
      }
      await this.#planBell.wait(this.#deps.clock, PLAN_EVERY_MS, this.#stop.signal)
    }
  }

  async #planOnce(): Promise<void> {
    const { leases, lanes, listener, clock, log } = this.#deps
    for (const dead of await leases.reap(this.#lease.incarnation)) log.warn({ node: dead.hostname, incarnation: dead.incarnation }, 'node declared dead')
    const askedMs = clock.monotonicMs()
    const view = await leases.view()
    const assignment = assign(view.nodes, lanes)
    listener.planned({ nodes: view.nodes, leases: view.leases, assignment, storeNow: view.now, askedMs })
    const wanted = this.#lease.plan(this.#closing ? nobody(assignment) : assignment, view.leases, view.now)
    if (wanted.length > 0 && this.#lease.trusted(clock.monotonicMs())) {
      const granted = await leases.acquire(this.#lease.incarnation, wanted)
      if (granted === 'lost') return this.lost()
      this.#lease.granted(granted)
    }
    listener.held(this.#lease.held)
    await this.#releaseIdle()
  }

  async #releaseIdle(): Promise<void> {
    const { leases, listener } = this.#deps
    const idle = this.#lease.held.filter(bucket => bucket.phase !== 'active' && listener.idle(bucket))
    if (idle.length === 0) return
    this.#lease.leaving(idle)
    await leases.release(this.#lease.incarnation, idle)
    this.#lease.released(idle)
    listener.held(this.#lease.held)
    this.#deps.published()
  }

  /** Tells the listener when trust changes, and sets a timer for the moment at which it would run out. */
  #trustChanged(): void {
    const { clock, listener } = this.#deps
    const now = clock.monotonicMs()
    const trusted = this.#lease.trusted(now)
    this.#cancelTrustTimer()
    if (trusted) this.#cancelTrustTimer = clock.after(this.#lease.trustedUntilMs - now, () => { this.#trustChanged() })
    if (trusted === this.#trusted) return
    this.#trusted = trusted
    listener.trust(trusted)
    this.kick()
  }
}

function nobody(assignment: Assignment): Assignment {
  return new Map([...assignment].map(([lane, owners]) => [lane, owners.map(() => null)]))
}
