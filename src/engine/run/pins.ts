/**
 * Watches the runs of one node. A run that lasts is pinned: its rows show holder, start and progress, and survive a
 * hand-over. Requests on pinned rows (destroy, edit) are carried to the run as an abort.
 */
import { Bell } from '../../base/bell.ts'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { PinnedRow, QueueStore } from '../ports/queue.ts'
import type { TaskRow } from '../ports/task.ts'
import { StopReason, stopKind } from './stop-reason.ts'

const PIN_AFTER_MS = 1_000
const TICK_MS = 500
/** How often all rows that the store shows as ours are compared with what runs. */
const COMPARE_EVERY_MS = 5_000

/** One batch while it runs. */
export interface Flight {
  readonly rows: readonly TaskRow[]
  readonly startedAt: number
  readonly startedMs: number
  readonly stop: AbortController
  progress: JsonObject | null
  /** A pin was asked for: rows may carry it, and must be unpinned when nothing else is written. */
  mayBePinned: boolean
  /** Rows that carry our pin for certain. */
  readonly pinned: Set<Id>
  /** Rows that were edited or destroyed meanwhile: what they end with will not count. */
  readonly changed: Set<Id>
  progressWritten: JsonObject | null
  /** Rows whose request made us stop. */
  readonly requested: Set<Id>
}

export interface PinsDeps {
  readonly queue: QueueStore
  readonly holder: Id
  readonly clock: Clock
  readonly log: Log
  readonly lost: () => void
  readonly release: (id: Id, startedAt: number) => void
  /** Told of the tasks whose pins or progress are in the store. */
  readonly written?: (ids: readonly Id[]) => void
}

export class Pins {
  readonly #deps: PinsDeps
  readonly #flights = new Set<Flight>()
  readonly #stop = new AbortController()
  readonly #bell = new Bell()
  #ticking: Promise<void> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()
  #compareAtMs = -Infinity
  /** Pins that belonged to no run at the last comparison, with their start. */
  #strays: ReadonlyMap<Id, number> = new Map()

  constructor(deps: PinsDeps) { this.#deps = deps }

  start(): void { this.#loop = this.#watch() }

  /** Ends the watching; call it when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  /** Look for requests now: a hint came. */
  kick(): void { this.#bell.ring() }

  begin(rows: readonly TaskRow[]): Flight {
    const { clock } = this.#deps
    const flight: Flight = {
      rows, startedAt: clock.now(), startedMs: clock.monotonicMs(), stop: new AbortController(),
      progress: null, mayBePinned: false, pinned: new Set(), changed: new Set(), progressWritten: null, requested: new Set(),
    }
    this.#flights.add(flight)
    return flight
  }

  /** Pins before the run starts. False when some row changed meanwhile, or the store did not take it: do not run. */
  async pinFirst(flight: Flight): Promise<boolean> {
    try {
      await this.#pin(flight)
      return flight.rows.every(row => flight.pinned.has(row.id))
    } catch (error) {
      this.#deps.log.warn({ error: errorText(error) }, 'pinning failed')
      return false
    }
  }

  /** The run has ended; resolves when no pin of it can land any more. */
  async end(flight: Flight): Promise<void> {
    this.#flights.delete(flight)
    await this.#ticking
  }

  isPinned(id: Id): boolean {
    for (const flight of this.#flights) if (flight.pinned.has(id)) return true
    return false
  }

  get running(): readonly Flight[] { return [...this.#flights] }

  /** Stops every run of this node; what they were doing is left uncharged. */
  abortAll(kind: 'untrusted' | 'handover', message: string): void {
    for (const flight of this.#flights) flight.stop.abort(new StopReason(kind, message))
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#bell.wait(this.#deps.clock, TICK_MS, this.#stop.signal)
      if (this.#flights.size === 0 && !this.#mayCompare()) continue
      this.#ticking = this.#tick()
      await this.#ticking
    }
  }

  async #tick(): Promise<void> {
    for (const flight of this.#flights) {
      if (this.#deps.clock.monotonicMs() - flight.startedMs < PIN_AFTER_MS || stopKind(flight.stop.signal) !== null) continue
      if (flight.pinned.size + flight.changed.size === flight.rows.length && flight.progress === flight.progressWritten) continue
      await this.#pinFurther(flight)
    }
    if (!this.#mayCompare() && ![...this.#flights].some(flight => flight.mayBePinned)) return
    try {
      const pinned = await this.#deps.queue.pinned(this.#deps.holder)
      this.#takeRequests(pinned)
      if (this.#mayCompare()) this.#releaseStrays(pinned)
    } catch (error) {
      this.#deps.log.warn({ error: errorText(error) }, 'looking for pins failed')
    }
  }

  #mayCompare(): boolean { return this.#deps.clock.monotonicMs() >= this.#compareAtMs }

  /**
   * A pin whose request came to the store after its run was over, because the network held it back, belongs to nobody and
   * would hold up its key for ever. What is seen twice is let go; results that are not written yet go before that.
   */
  #releaseStrays(pinned: readonly PinnedRow[]): void {
    this.#compareAtMs = this.#deps.clock.monotonicMs() + COMPARE_EVERY_MS
    const running = new Set([...this.#flights].flatMap(flight => flight.rows.map(row => row.id)))
    const strays = new Map(pinned.filter(({ id }) => !running.has(id)).map(({ id, startedAt }) => [id, startedAt]))
    for (const [id, startedAt] of strays) {
      if (this.#strays.get(id) === startedAt) this.#deps.release(id, startedAt)
    }
    this.#strays = strays
  }

  /** A pin that fails is tried again at the next tick; a flight whose rows have all changed works for nobody and is stopped. */
  async #pinFurther(flight: Flight): Promise<void> {
    try {
      await this.#pin(flight)
      if (flight.changed.size === flight.rows.length) flight.stop.abort(new StopReason('cancelled', 'the task was changed or destroyed'))
    } catch (error) {
      this.#deps.log.warn({ error: errorText(error) }, 'pinning failed')
    }
  }

  async #pin(flight: Flight): Promise<void> {
    const { progress } = flight
    flight.mayBePinned = true
    const rows = flight.rows.filter(row => !flight.changed.has(row.id))
    const pins = rows.map(row => ({ id: row.id, version: row.version, startedAt: flight.startedAt, progress }))
    const reply = await this.#deps.queue.pin(this.#deps.holder, pins)
    if (reply === 'lost') return this.#deps.lost()
    for (const [index, row] of rows.entries()) {
      if (reply[index]) {
        flight.pinned.add(row.id)
      } else {
        flight.pinned.delete(row.id)
        flight.changed.add(row.id)
      }
    }
    flight.progressWritten = progress
    this.#deps.written?.(rows.map(row => row.id))
  }

  #takeRequests(pinned: readonly PinnedRow[]): void {
    for (const { id, request } of pinned) {
      for (const flight of this.#flights) {
        if (request === null || !flight.rows.some(row => row.id === id)) continue
        flight.requested.add(id)
        flight.stop.abort(new StopReason('cancelled', 'an administrator asked for it'))
      }
    }
  }
}
