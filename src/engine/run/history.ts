/**
 * Run records, written in batches beside the hot path: losing the last few at a crash is accepted, waiting for them is not.
 * All runs are counted by hour; routine successes of variants that ask for it are only counted.
 */
import { pause, type Clock } from '../../base/clock.ts'
import type { IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import { RUN_SLOT_MS } from '../ports/run.ts'
import type { RunCount, RunRecord, RunSlot } from '../ports/run.ts'
import type { EngineStore } from '../ports/store.ts'

const FLUSH_EVERY_MS = 500
const BUFFERED_MAX = 10_000
const BATCH_MAX = 1_000
const HOUR_MS = 3_600_000

export interface HistoryDeps {
  readonly store: EngineStore
  readonly ids: IdSource
  readonly clock: Clock
  readonly log: Log
  /** Told when there is more in the store. */
  readonly written?: () => void
}

export class History {
  readonly #deps: HistoryDeps
  #runs: RunRecord[] = []
  #counts = new Map<string, RunCount>()
  #slots = new Map<string, RunSlot>()
  #dropped = 0
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: HistoryDeps) { this.#deps = deps }

  start(): void { this.#loop = this.#flushing() }

  /** `keep` false: it is only counted. */
  record(run: Omit<RunRecord, 'id'>, keep: boolean): void {
    this.#count(run)
    if (!keep) return
    if (this.#runs.length >= BUFFERED_MAX) this.#dropped++
    else this.#runs.push({ ...run, id: this.#deps.ids.next() })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await this.flush()
  }

  /** Writes what is buffered; keeps it when the store does not answer. */
  async flush(): Promise<void> {
    while (this.#runs.length > 0 || this.#counts.size > 0) {
      const runs = this.#runs.slice(0, BATCH_MAX)
      const counts = [...this.#counts.values()]
      const slots = [...this.#slots.values()]
      this.#runs = this.#runs.slice(BATCH_MAX)
      this.#counts = new Map()
      this.#slots = new Map()
      try {
        await this.#deps.store.transact(tx => tx.runs.record(runs, counts, slots))
        this.#deps.written?.()
      } catch (error) {
        this.#runs = [...runs, ...this.#runs].slice(0, BUFFERED_MAX)
        for (const count of counts) this.#addCount(count)
        for (const slot of slots) this.#addSlot(slot)
        this.#deps.log.warn({ error: errorText(error), waiting: this.#runs.length }, 'run history not written yet')
        return
      }
    }
    if (this.#dropped > 0) this.#deps.log.warn({ dropped: this.#dropped }, 'run records dropped: the store was away too long')
    this.#dropped = 0
  }

  async #flushing(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(this.#deps.clock, FLUSH_EVERY_MS, this.#stop.signal)
      await this.flush()
    }
  }

  #count({ startedAt, durationMs, variant, nodeId, outcome }: Omit<RunRecord, 'id'>): void {
    const endedAt = startedAt + durationMs
    this.#addCount({ hour: Math.floor(endedAt / HOUR_MS) * HOUR_MS, variant, nodeId, outcome, runs: 1, durationMs })
    this.#addSlot({ slot: Math.floor(endedAt / RUN_SLOT_MS) * RUN_SLOT_MS, nodeId, outcome, runs: 1, durationMs })
  }

  #addCount(count: RunCount): void {
    add(this.#counts, `${count.hour}/${count.variant}/${count.nodeId}/${count.outcome}`, count)
  }

  #addSlot(slot: RunSlot): void {
    add(this.#slots, `${slot.slot}/${slot.nodeId}/${slot.outcome}`, slot)
  }
}

interface Amount { readonly runs: number; readonly durationMs: number }

function add<Of extends Amount>(amounts: Map<string, Of>, key: string, more: Of): void {
  const old = amounts.get(key)
  amounts.set(key, old ? { ...old, runs: old.runs + more.runs, durationMs: old.durationMs + more.durationMs } : more)
}
