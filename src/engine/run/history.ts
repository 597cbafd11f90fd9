/**
 * Run records, written in batches beside the hot path: losing the last few at a crash is accepted, waiting for them is not.
 * All runs are counted by hour; routine successes of variants that ask for it are only counted.
 */
import { pause, type Clock } from '../../base/clock.ts'
import type { IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { EngineStore, RunCount, RunRecord } from '../ports.ts'

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
      this.#runs = this.#runs.slice(BATCH_MAX)
      this.#counts = new Map()
      try {
        await this.#deps.store.transact(tx => tx.runs.record(runs, counts))
        this.#deps.written?.()
      } catch (error) {
        this.#runs = [...runs, ...this.#runs].slice(0, BUFFERED_MAX)
        for (const count of counts) this.#add(count)
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

  #count(run: Omit<RunRecord, 'id'>): void {
    const hour = Math.floor((run.startedAt + run.durationMs) / HOUR_MS) * HOUR_MS
    this.#add({ hour, variant: run.variant, nodeId: run.nodeId, outcome: run.outcome, runs: 1, durationMs: run.durationMs })
  }

  #add(count: RunCount): void {
    const key = `${count.hour}/${count.variant}/${count.nodeId}/${count.outcome}`
    const old = this.#counts.get(key)
    this.#counts.set(key, old ? { ...old, runs: old.runs + count.runs, durationMs: old.durationMs + count.durationMs } : count)
  }
}
