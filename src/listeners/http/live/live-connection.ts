/** One reader of live changes, from its first event to `bye` or the end of its connection. */
import type { Clock } from '../../../base/clock.ts'
import type { LiveChanges, LiveEntry, Opened } from '../../../services/live/live-changes.ts'
import type { EventStream } from './event-stream.ts'

export const BEAT_EVERY_MS = 15_000
export const LIFE_MS_MAX = 3_600_000

/** Why a connection ends. */
export type Bye = 'drain' | 'login' | 'permission' | 'age'

export interface LiveConnectionOptions {
  readonly stream: EventStream
  /** Names of objects. */
  readonly wanted: ReadonlySet<string>
  readonly lastId: string | null
  readonly changes: LiveChanges
  readonly clock: Clock
  /** Why the reader may not go on; null: it may. Never rejects. */
  readonly refusal: () => Promise<Bye | null>
}

export class LiveConnection {
  readonly #options: LiveConnectionOptions
  readonly #opened: Opened
  readonly #startedMs: number
  #position: string
  #cancelBeat = () => {}
  #ended = false

  constructor(options: LiveConnectionOptions) {
    const { stream, changes, lastId, clock, wanted } = options
    this.#options = options
    this.#startedMs = clock.monotonicMs()
    this.#opened = changes.open(lastId, entry => { this.#tell(entry) })
    this.#position = this.#opened.position
    if (this.#opened.missed === null) stream.event('reset', {}, this.#position)
    else stream.event('ready', { objects: [...wanted].toSorted() })
    for (const entry of this.#opened.missed ?? []) this.#tell(entry)
    stream.beat(this.#position)
    this.#beatLater()
    void stream.closed.then(() => { this.#leave() })
  }

  end(reason: Bye): void {
    if (this.#ended) return
    this.#leave()
    this.#options.stream.event('bye', { reason })
    this.#options.stream.end()
  }

  #tell({ position, changed }: LiveEntry): void {
    const { stream, wanted } = this.#options
    this.#position = position
    if (changed === null) return stream.event('reset', {}, position)
    const seen = [...changed].filter(([object]) => wanted.has(object))
    if (seen.length > 0) stream.event('change', { changed: Object.fromEntries(seen) }, position)
  }

  #beatLater(): void {
    this.#cancelBeat = this.#options.clock.after(BEAT_EVERY_MS, () => { void this.#beat() })
  }

  async #beat(): Promise<void> {
    const { clock, stream, refusal } = this.#options
    const reason = clock.monotonicMs() - this.#startedMs >= LIFE_MS_MAX ? 'age' : await refusal()
    if (this.#ended) return
    if (reason !== null) return this.end(reason)
    stream.beat(this.#position)
    this.#beatLater()
  }

  #leave(): void {
    this.#ended = true
    this.#opened.close()
    this.#cancelBeat()
  }
}
