/**
 * Writes traces in batches beside the mail: nobody who delivers waits for them, and a message that was stored stays stored
 * whatever becomes of its trace. What is not written yet when the process is killed is lost, half a second of traces.
 */
import { pause } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import type { IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { Service } from '../../base/service.ts'
import { errorText } from '../../errors.ts'
import type { Trace } from '../ports.ts'
import type { Traces } from './traces.ts'

const FLUSH_EVERY_MS = 500
/** In one transaction, which others wait for. */
const BATCH_MAX = 100
/** While the store does not answer; later ones are dropped, and their number is logged. */
export const BUFFERED_MAX = 10_000

export interface TraceRecorderDeps {
  readonly traces: Pick<Traces, 'keep'>
  readonly ids: IdSource
  readonly clock: Clock
  readonly log: Log
}

export class TraceRecorder implements Service {
  readonly #deps: TraceRecorderDeps
  readonly #stop = new AbortController()
  #waiting: Trace[] = []
  #dropped = 0
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: TraceRecorderDeps) { this.#deps = deps }

  start(): Promise<void> {
    this.#loop = this.#flushing()
    return Promise.resolve()
  }

  record(trace: Omit<Trace, 'id'>): void {
    if (this.#waiting.length >= BUFFERED_MAX) this.#dropped++
    else this.#waiting.push({ ...trace, id: this.#deps.ids.next() })
  }

  /** Writes what waits, once; after whoever records has ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await this.#flush()
  }

  async #flushing(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(this.#deps.clock, FLUSH_EVERY_MS, this.#stop.signal)
      await this.#flush()
    }
  }

  async #flush(): Promise<void> {
    const { traces, log } = this.#deps
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_MAX)
      try {
        await traces.keep(batch)
      } catch (error) {
        log.warn({ error: errorText(error), waiting: this.#waiting.length }, 'traces not written yet')
        return
      }
      this.#waiting = this.#waiting.slice(batch.length)
    }
    if (this.#dropped > 0) log.warn({ dropped: this.#dropped }, 'traces dropped: the store was away too long')
    this.#dropped = 0
  }
}
