/**
 * Writes results of runs: whatever ended while the last write was under way goes out with the next one, so batches grow
 * with the load and a lone task waits for nobody. Each write is fenced on this incarnation's node row.
 */
import { pause, type Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { Finish, QueueStore } from '../ports.ts'

const BATCH_MAX = 500
const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 2_000

export interface CompleterDeps {
  readonly queue: QueueStore
  readonly holder: Id
  readonly clock: Clock
  readonly log: Log
  /** The store says that this incarnation is over. */
  readonly lost: () => void
}
interface Entry { readonly item: Finish; readonly written: (applied: boolean) => void }

export class Completer {
  readonly #deps: CompleterDeps
  #waiting: Entry[] = []
  #writing: Promise<void> | null = null
  readonly #abandon = new AbortController()

  constructor(deps: CompleterDeps) { this.#deps = deps }

  /** Queues a result. `written` is called once: true when it found its row, false when the row had changed or this incarnation is over. */
  add(item: Finish, written: (applied: boolean) => void): void {
    this.#waiting.push({ item, written })
    this.#writing ??= this.#write()
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  /** Gives up what could not be written: the incarnation is over, the rows belong to others. */
  abandon(): void { this.#abandon.abort() }

  async #write(): Promise<void> {
    let delayMs = RETRY_FIRST_MS
    while (this.#waiting.length > 0) {
      // Results that are ready now share one write, and sockets and timers have their turn between two.
      await this.#deps.clock.breathe()
      const entries = this.#waiting.slice(0, BATCH_MAX)
      const reply = await this.#finish(entries.map(entry => entry.item))
      if (reply === null) {
        await pause(this.#deps.clock, delayMs, this.#abandon.signal)
        delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)
        continue
      }
      delayMs = RETRY_FIRST_MS
      this.#waiting = this.#waiting.slice(entries.length)
      if (reply === 'lost') this.#deps.lost()
      for (const [index, entry] of entries.entries()) entry.written(reply !== 'lost' && reply[index] === true)
    }
    this.#writing = null
  }

  /** Null: not written, try again. */
  async #finish(items: readonly Finish[]): Promise<'lost' | readonly boolean[] | null> {
    if (this.#abandon.signal.aborted) return 'lost'
    try {
      return await this.#deps.queue.finish(this.#deps.holder, items)
    } catch (error) {
      this.#deps.log.warn({ error: errorText(error), results: items.length }, 'results not written yet')
      return null
    }
  }
}
