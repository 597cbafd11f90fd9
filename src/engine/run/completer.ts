/**
 * Writes results of runs: whatever ended while the last write was under way goes out with the next one, so batches grow
 * with the load and a lone task waits for nobody. Each write is fenced on this incarnation's node row.
 */
import { pause, type Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText, hasCode } from '../../errors.ts'
import type { Finish, QueueStore } from '../ports/queue.ts'
import { DUE_NEVER, type TaskState } from '../ports/task.ts'

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
  /** Told of the tasks whose results are in the store. */
  readonly written?: (ids: readonly Id[]) => void
}
/** `failing`: it stands for a result that the store refused. */
interface Entry { readonly item: Finish; readonly written: (applied: boolean) => void; readonly failing?: boolean }

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
    // How many results are written one by one, because one among them was refused.
    let alone = 0
    while (this.#waiting.length > 0) {
      // Results that are ready now share one write, and sockets and timers have their turn between two.
      await this.#deps.clock.breathe()
      const entries = this.#waiting.slice(0, alone > 0 ? 1 : BATCH_MAX)
      const reply = await this.#finish(entries.map(entry => entry.item))
      if (reply === 'unreachable') {
        await pause(this.#deps.clock, delayMs, this.#abandon.signal)
        delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)
        continue
      }
      delayMs = RETRY_FIRST_MS
      if (reply === 'refused' && entries.length > 1) {
        alone = entries.length
        continue
      }
      alone = Math.max(alone - entries.length, 0)
      this.#waiting = this.#waiting.slice(entries.length)
      if (reply === 'refused') this.#giveUp(entries)
      else this.#tell(entries, reply)
    }
    this.#writing = null
  }

  #tell(entries: readonly Entry[], reply: 'lost' | readonly boolean[]): void {
    if (reply === 'lost') this.#deps.lost()
    else this.#deps.written?.(entries.map(({ item }) => item.id))
    for (const [index, entry] of entries.entries()) entry.written(reply !== 'lost' && reply[index] === true)
  }

  /** A result that the store cannot take fails its task, with a reason; what cannot be written even so is left as it was. */
  #giveUp([entry]: readonly Entry[]): void {
    if (!entry) return
    const { item } = entry
    if ((item.kind !== 'done' && item.kind !== 'again') || entry.failing) return entry.written(false)
    const now = this.#deps.clock.now()
    const state: TaskState = {
      status: 'Failed', due: DUE_NEVER, attempt: item.kind === 'again' ? item.state.attempt : 0, firstFailedAt: now, failedAt: now,
      failureReason: 'what it ended with could not be stored: the log of the node has the details',
    }
    this.#waiting.unshift({ ...entry, item: { ...item, kind: 'again', state }, failing: true })
  }

  /** `unreachable`: try again later. `refused`: the store answered, and does not take it. */
  async #finish(items: readonly Finish[]): Promise<'lost' | 'unreachable' | 'refused' | readonly boolean[]> {
    if (this.#abandon.signal.aborted) return 'lost'
    try {
      return await this.#deps.queue.finish(this.#deps.holder, items)
    } catch (error) {
      const passing = hasCode(error, 'store/unavailable') || hasCode(error, 'store/full') || hasCode(error, 'store/conflict')
      const fields = { error: errorText(error), results: items.length, ...(items.length === 1 ? { task: items[0]?.id } : {}) }
      if (passing) this.#deps.log.warn(fields, 'results not written yet')
      else this.#deps.log.error(fields, 'results refused by the store')
      return passing ? 'unreachable' : 'refused'
    }
  }
}
