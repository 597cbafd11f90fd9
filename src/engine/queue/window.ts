/**
 * What one lane of one node holds in memory between store and runs: tasks fetched but not started, tasks that run, and
 * tasks that just ended. A plain state machine without I/O; it decides what starts next.
 *
 * Rules: interactive before bulk, then due order; tasks of one ordering key never run side by side, and within a band a
 * later one never overtakes an earlier one that has to wait or be read again; a task is in flight until its outcome is written; a row that ended
 * while a fetch was under way is not taken from that fetch again (its snapshot may be older than the outcome).
 */
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import { Pass, type Batch, type VariantLimits } from './pass.ts'
import { WaitingList } from './waiting.ts'
import { CURSOR_START, type StreamCursor } from '../ports/queue.ts'
import type { Band, TaskRow } from '../ports/task.ts'

type Cursor = Pick<StreamCursor, 'afterDue' | 'afterId'>
/** `last`: set when the page was full. */
interface Page { readonly found: readonly TaskRow[]; readonly last: TaskRow | undefined; readonly covers: (row: TaskRow) => boolean }
interface Flight { readonly row: TaskRow; readonly batch: Batch }

const BANDS: readonly Band[] = [0, 1]

/** `ends`: the streams that were read to their end, or not at all, again. `further`: the others, from where they were left. */
export type Reach = 'all' | 'ends' | 'further'

export class Window {
  readonly #holder: Id
  readonly #limits: (variant: string) => VariantLimits
  readonly #streams = new Map<string, Cursor>()
  readonly #buckets = new Set<number>()
  #waiting: readonly [WaitingList, WaitingList] = [new WaitingList(), new WaitingList()]
  readonly #flights = new Map<Id, Flight>()
  readonly #batches = new Map<Batch, number>()
  readonly #busyKeys = new Map<string, number>()
  /** Keys that a task pinned by another live node holds. */
  readonly #foreign = new Map<Id, TaskRow>()
  /** Tasks that were started and left as they were: nothing of their keys starts before they have been read again. */
  readonly #unread = new Map<Id, TaskRow>()
  #ended = new Set<Id>()
  #fetching = false
  /** What the fetch under way brings may be older than an edit: it does not count. */
  #stale = false

  constructor(holder: Id, limits: (variant: string) => VariantLimits) {
    this.#holder = holder
    this.#limits = limits
  }

  get waiting(): number { return this.#waiting[0].size + this.#waiting[1].size }
  get inFlight(): number { return this.#flights.size }
  get running(): readonly TaskRow[] { return [...this.#flights.values()].map(flight => flight.row) }

  /** The buckets that may be fetched from now on; what waits from others is dropped. */
  setBuckets(buckets: readonly number[]): void {
    const wanted = new Set(buckets)
    for (const bucket of this.#buckets) if (!wanted.has(bucket)) this.#forget(bucket)
    for (const bucket of wanted) {
      if (this.#buckets.has(bucket)) continue
      this.#buckets.add(bucket)
      for (const band of BANDS) this.#streams.set(streamKey(bucket, band), CURSOR_START)
    }
  }

  inFlightOf(bucket: number): TaskRow[] {
    return this.running.filter(row => row.bucket === bucket)
  }

  /** Whether some stream holds more than was read of it. */
  get more(): boolean { return [...this.#streams.values()].some(cursor => cursor !== CURSOR_START) }

  /** Reads every stream from its start again: at every poll, and when rows may have changed. */
  rewind(): void {
    for (const key of this.#streams.keys()) this.#streams.set(key, CURSOR_START)
  }

  /** These rows were edited or destroyed: forget those that wait, the next fetch brings them as they are. */
  drop(ids: ReadonlySet<Id>): void {
    for (const list of this.#waiting) list.removeWhere(row => ids.has(row.id))
    if (this.#fetching) for (const id of ids) this.#ended.add(id)
  }

  /** The same for everything that waits. */
  dropWaiting(): void {
    this.#waiting = [new WaitingList(), new WaitingList()]
    this.#stale = this.#fetching
    this.rewind()
  }

  beginFetch(reach: Reach = 'all'): StreamCursor[] {
    assert(!this.#fetching, 'one fetch at a time')
    this.#fetching = true
    this.#stale = false
    this.#ended = new Set()
    const reached = reach === 'all' ? [...this.#streams]
      : [...this.#streams].filter(([, cursor]) => (cursor === CURSOR_START) === (reach === 'ends'))
    return reached.map(([key, cursor]) => ({ ...parseStreamKey(key), ...cursor }))
  }

  /** The fetch failed: nothing came. */
  abandonFetch(): void { this.#fetching = false }

  /** Takes the rows of the fetch in; within what it covers they replace what waited. */
  endFetch(asked: readonly StreamCursor[], rows: readonly TaskRow[], limit: number): void {
    assert(this.#fetching, 'no fetch is under way')
    this.#fetching = false
    if (this.#stale) return
    const pages = this.#pages(asked, rows, limit)
    const covered = (row: TaskRow) => pages.get(streamKey(row.bucket, row.band))?.covers(row) ?? false
    for (const list of this.#waiting) list.removeWhere(covered)
    for (const row of this.#foreign.values()) if (covered(row)) this.#foreign.delete(row.id)
    for (const row of this.#unread.values()) if (covered(row) && !this.#ended.has(row.id)) this.#unread.delete(row.id)
    for (const [key, { found, last }] of pages) {
      for (const row of found) this.#take(row)
      this.#streams.set(key, last ? { afterDue: last.due, afterId: last.id } : CURSOR_START)
    }
    this.#ended = new Set()
  }

  /** What the fetch tells of each stream that is still ours: the rows between its cursor and its last row, or its end. */
  #pages(asked: readonly StreamCursor[], rows: readonly TaskRow[], limit: number): Map<string, Page> {
    const byStream = Map.groupBy(rows, row => streamKey(row.bucket, row.band))
    const pages = new Map<string, Page>()
    for (const cursor of asked) {
      const key = streamKey(cursor.bucket, cursor.band)
      if (!this.#streams.has(key)) continue
      const found = byStream.get(key) ?? []
      const last = found.length >= limit ? found.at(-1) : undefined
      const covers = (row: TaskRow) => isAfter(row, cursor.afterDue, cursor.afterId) && (last === undefined || !isAfter(row, last.due, last.id))
      pages.set(key, { found, last, covers })
    }
    return pages
  }

  /** Waiting tasks that only lack a slot: their keys are not held by anything that runs. */
  get startable(): number {
    const held = new Set<string>([...this.#foreign.values(), ...this.#unread.values()].map(row => row.orderingKey))
    let count = 0
    for (const list of this.#waiting) for (const row of list.inOrder()) if (!held.has(row.orderingKey) && !this.#busyKeys.has(row.orderingKey)) count++
    return count
  }

  /** What may start now; it counts as in flight from here on. `solo`: whether a task that crashed a node may start. */
  start(solo: boolean): Batch[] {
    const pass = new Pass(this.#limits, this.#freeSlots(), solo)
    for (const list of [this.#foreign, this.#unread]) for (const row of list.values()) pass.block(row.orderingKey)
    for (const key of this.#busyKeys.keys()) pass.block(key)
    for (const band of BANDS) {
      const started = new Set<Id>()
      for (const row of this.#waiting[band].inOrder()) {
        if (pass.join(row)) started.add(row.id)
        else pass.block(row.orderingKey)
      }
      if (started.size > 0) this.#waiting[band].removeWhere(row => started.has(row.id))
    }
    for (const batch of pass.batches) this.#launch(batch)
    return pass.batches
  }

  /** `settled`: its outcome is written. Else the task was left as it was, or changed meanwhile, and must be read again. */
  finished(id: Id, settled: boolean): void {
    const flight = this.#flights.get(id)
    if (!flight) return
    this.#flights.delete(id)
    if (!settled && this.#buckets.has(flight.row.bucket)) this.#unread.set(id, flight.row)
    decrease(this.#busyKeys, flight.row.orderingKey)
    decrease(this.#batches, flight.batch)
    if (this.#fetching) this.#ended.add(id)
  }

  #take(row: TaskRow): void {
    if (this.#flights.has(row.id) || this.#ended.has(row.id)) return
    if (row.holder !== null && row.holder !== this.#holder) {
      this.#foreign.set(row.id, row)
      return
    }
    // It may have been coalesced into the other band since it was fetched.
    this.#waiting[row.band === 0 ? 1 : 0].remove(row.id)
    this.#waiting[row.band].add(row)
  }

  #launch(batch: Batch): void {
    for (const row of batch.rows) {
      this.#flights.set(row.id, { row, batch })
      this.#busyKeys.set(row.orderingKey, (this.#busyKeys.get(row.orderingKey) ?? 0) + 1)
    }
    this.#batches.set(batch, batch.rows.length)
  }

  #freeSlots(): Map<string, number> {
    const free = new Map<string, number>()
    for (const batch of this.#batches.keys()) {
      free.set(batch.variant, (free.get(batch.variant) ?? this.#limits(batch.variant).concurrency) - 1)
    }
    return free
  }

  #forget(bucket: number): void {
    this.#buckets.delete(bucket)
    for (const band of BANDS) {
      this.#streams.delete(streamKey(bucket, band))
      this.#waiting[band].removeWhere(row => row.bucket === bucket)
    }
    for (const list of [this.#foreign, this.#unread]) {
      for (const row of list.values()) if (row.bucket === bucket) list.delete(row.id)
    }
  }
}

function isAfter(row: TaskRow, due: number, id: Id): boolean { return row.due > due || (row.due === due && row.id > id) }
function streamKey(bucket: number, band: Band): string { return `${bucket}/${band}` }
function parseStreamKey(key: string): { bucket: number; band: Band } {
  const [bucket, band] = key.split('/')
  return { bucket: Number(bucket), band: band === '1' ? 1 : 0 }
}
function decrease<K>(counts: Map<K, number>, key: K): void {
  const left = (counts.get(key) ?? 1) - 1
  if (left > 0) counts.set(key, left)
  else counts.delete(key)
}
