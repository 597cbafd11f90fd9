/**
 * The loop of one lane on one node: fetch what is due in the buckets that are held, start what may start, write what
 * ended. It runs at its own pace: hints, ended runs and changed buckets only make it look sooner.
 */
import { Bell } from '../../base/bell.ts'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Lane } from '../lane.ts'
import type { HeldBucket } from '../lease/lease.ts'
import type { QueueStore } from '../ports/queue.ts'
import type { Batch, VariantLimits } from '../queue/pass.ts'
import { Window } from '../queue/window.ts'
import { isBuilt } from '../task-variant.ts'
import type { BatchRunner } from './batch-runner.ts'
import type { Pins } from './pins.ts'
import type { Solo } from './solo.ts'

const POLL_MS = 1_000
/** Rows of one fetch over all streams, and the least a stream gets. */
const FETCH_ROWS = 1_000
const FETCH_ROWS_STREAM_MIN = 50
/** More is fetched while fewer than this wait that no key holds back, and at most so many in all. */
const STARTABLE_LOW = 500
const WAITING_MAX = 5_000
/** Unbuilt or unknown variants that somehow stand in the store: one at a time is enough to fail them. */
const UNKNOWN_LIMITS: VariantLimits = { concurrency: 1, batchMax: 1 }

export interface LaneWorkerDeps {
  readonly lane: Lane
  readonly catalogue: Catalogue
  readonly queue: QueueStore
  readonly holder: Id
  readonly runner: BatchRunner
  readonly pins: Pins
  readonly solo: Solo
  readonly clock: Clock
  readonly log: Log
  /** As the executor asks it: what may not start is not taken out of the window. */
  readonly mayStart: (duty: string) => boolean
  /** Something ended: a closing bucket may be idle now. */
  readonly ended: () => void
}

export class LaneWorker {
  readonly #deps: LaneWorkerDeps
  readonly #window: Window
  readonly #runs = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  #suspectBefore = new Map<number, number>()
  #trusted = false
  /**
   * What the next turn should look for, beside the rest of what was not read to its end. `news`: tasks that came or became
   * due. They stand behind a backlog, so streams that have one go on from where they were: reading them from their start
   * for each hint costs most of the rate while tasks keep coming (measured, PostgreSQL, 5,000 a second: 6,500 instead of
   * 18,000). `changes`: rows that were read before, too.
   */
  #wanted: 'nothing' | 'news' | 'changes' = 'changes'
  /** Monotonic times of the next looks when no hint comes: for changes, and for the next due time. */
  #pollAtMs = -Infinity
  #dueAtMs = Infinity
  readonly #bell = new Bell()
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: LaneWorkerDeps) {
    this.#deps = deps
    this.#window = new Window(deps.holder, variant => this.#limits(variant))
  }

  start(): void { this.#loop = this.#turns() }

  /** The buckets of this lane that are held; closing ones are not fetched from. */
  hold(buckets: readonly HeldBucket[]): void {
    const active = buckets.filter(bucket => bucket.phase === 'active')
    this.#suspectBefore = new Map(active.flatMap(({ bucket, suspectBefore }) => (suspectBefore === null ? [] : [[bucket, suspectBefore]])))
    this.#window.setBuckets(active.map(bucket => bucket.bucket))
    this.wake()
  }

  trust(trusted: boolean): void {
    this.#trusted = trusted
    if (!trusted) this.#window.dropWaiting()
    this.wake()
  }

  /** New tasks may be due. */
  wake(): void {
    if (this.#wanted === 'nothing') this.#wanted = 'news'
    this.#bell.ring()
  }

  /** These tasks were edited or destroyed; an empty list: any may have been. What waits of them is read again. */
  edited(ids: readonly Id[]): void {
    if (ids.length === 0) this.#window.dropWaiting()
    else this.#window.drop(new Set(ids))
    this.#wanted = 'changes'
    this.#bell.ring()
  }

  /** Whether nothing of this bucket runs that is not pinned. */
  idle(bucket: number): boolean {
    return this.#window.inFlightOf(bucket).every(row => this.#deps.pins.isPinned(row.id))
  }

  get inFlight(): number { return this.#window.inFlight }

  /** Starts nothing more; resolves when nothing runs (abort the runs through Pins to hurry them). */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    while (this.#runs.size > 0) await Promise.all(this.#runs)
  }

  async #turns(): Promise<void> {
    const { clock, log, lane } = this.#deps
    while (!this.#stop.signal.aborted) {
      try {
        await this.#turn()
      } catch (error) {
        log.warn({ lane: lane.name, error: errorText(error) }, 'fetching tasks failed')
        this.#pollAtMs = clock.monotonicMs() + POLL_MS
      }
      // On an embedded store everything above may have resolved without leaving the current event: heartbeats would starve.
      await clock.breathe()
      await this.#bell.wait(clock, Math.max(Math.min(this.#pollAtMs, this.#dueAtMs) - clock.monotonicMs(), 1), this.#stop.signal)
    }
  }

  /** Starts and fetches until nothing more can start. */
  async #turn(): Promise<void> {
    if (!this.#trusted) {
      this.#pollAtMs = this.#deps.clock.monotonicMs() + POLL_MS
      this.#dueAtMs = Infinity
      return
    }
    this.#launch()
    const nowMs = this.#deps.clock.monotonicMs()
    if (nowMs >= this.#pollAtMs) this.#wanted = 'changes'
    else if (nowMs >= this.#dueAtMs && this.#wanted === 'nothing') this.#wanted = 'news'
    if (this.#wanted === 'nothing' && (!this.#window.more || this.#full())) return
    await this.#fetch()
    if (!this.#trusted) this.#window.dropWaiting()
    this.#launch()
    if (this.#window.more && !this.#full()) this.#bell.ring()
  }

  async #fetch(): Promise<void> {
    const { clock, queue, lane } = this.#deps
    if (this.#wanted === 'changes') {
      this.#window.rewind()
      this.#pollAtMs = clock.monotonicMs() + POLL_MS
    }
    const reach = this.#wanted === 'nothing' ? 'further' : this.#full() ? 'ends' : 'all'
    if (reach !== 'further') this.#dueAtMs = Infinity
    this.#wanted = 'nothing'
    const cursors = this.#window.beginFetch(reach)
    const limit = Math.max(Math.ceil(FETCH_ROWS / Math.max(cursors.length, 1)), FETCH_ROWS_STREAM_MIN)
    try {
      if (cursors.length === 0) return this.#window.abandonFetch()
      const { rows, nextInMs } = await queue.fetch(lane.name, cursors, limit)
      this.#window.endFetch(cursors, rows, limit)
      if (nextInMs !== null) this.#dueAtMs = Math.min(this.#dueAtMs, clock.monotonicMs() + Math.max(nextInMs, 1))
    } catch (error) {
      this.#window.abandonFetch()
      throw error
    }
  }

  #full(): boolean {
    return this.#window.startable >= STARTABLE_LOW || this.#window.waiting >= WAITING_MAX
  }

  #launch(): void {
    if (this.#stop.signal.aborted || !this.#trusted || !this.#deps.mayStart(this.#deps.lane.duty)) return
    for (const batch of this.#window.start(this.#deps.solo.free)) {
      const run = this.#deps.runner.run(batch, this.#suspect(batch), (...ended) => { this.#ended(...ended) })
      this.#runs.add(run)
      void run.finally(() => this.#runs.delete(run))
    }
  }

  #ended(id: Id, settled: boolean, againInMs = Infinity): void {
    this.#window.finished(id, settled)
    this.#deps.ended()
    // No fetch has seen that time yet.
    this.#dueAtMs = Math.min(this.#dueAtMs, this.#deps.clock.monotonicMs() + Math.max(againInMs, 1))
    if (!settled) this.#wanted = 'changes'
    this.#bell.ring()
  }

  #suspect(batch: Batch): boolean {
    return batch.rows.some(row => row.due < (this.#suspectBefore.get(row.bucket) ?? -1))
  }

  #limits(name: string): VariantLimits {
    const variant = this.#deps.catalogue.variants.get(name)
    if (!variant || !isBuilt(variant)) return UNKNOWN_LIMITS
    return { concurrency: variant.limits.concurrencyPerNode, batchMax: variant.runBatch ? variant.limits.batchMax ?? 1 : 1 }
  }
}
