/**
 * Tells which objects have changed, as long as somebody listens: `GET /api/live/changes`, server-sent events over `fetch`,
 * because an EventSource cannot carry the login.
 *
 *   connecting ──headers──► live ──end, error, silence──► waiting ──0.5…15 s──► connecting
 *
 * While it is not live everything on the page is asked for every ten seconds. A connection goes on after the last event
 * that was seen; when the server cannot tell what was missed (`reset`), everything counts as changed, and so does what was
 * loaded before the first connection stood (`ready`). The server says goodbye (`bye`) when a login or an hour is over; the
 * next connection finds out what that means.
 */
import type { Clock } from '../../../src/base/clock.ts'
import type { Json } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import { backOffMs } from './back-off.ts'
import type { ServerEvent } from './event-stream.ts'
import { EventStream } from './event-stream.ts'

export type LiveState = 'connecting' | 'live' | 'waiting'

export interface LivePorts {
  readonly clock: Clock
  random(this: void): number
  /** Pieces of the stream; throws when it cannot be had, or ends early. */
  open(this: void, path: string, lastEventId: string, signal: AbortSignal): AsyncIterable<string>
  /** null: anything may have changed. */
  onChange(this: void, objects: readonly string[] | null): void
}

/** All objects that this login may get, as far as their changes are told. */
const PATH = '/api/live/changes'
/** Without a word for so long, heartbeats included, the connection counts as dead. */
const SILENCE_MS = 45_000
const POLL_MS = 10_000

export class Live {
  readonly #ports: LivePorts
  readonly #watchers = new Set<() => void>()
  #state: LiveState = 'connecting'
  #failures = 0
  #lastId = ''
  #stop: AbortController | null = null
  #cancelPoll: () => void = () => undefined

  constructor(ports: LivePorts) {
    this.#ports = ports
  }

  get state(): LiveState {
    return this.#state
  }

  /** Not live for longer than the first attempt takes: worth a word to the reader. */
  get isLost(): boolean {
    return this.#failures > 1
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => { this.#watchers.delete(changed) }
  }

  start(): void {
    if (this.#stop !== null) return
    const stop = new AbortController()
    this.#stop = stop
    this.#poll()
    void this.#run(stop.signal)
  }

  stop(): void {
    this.#stop?.abort()
    this.#stop = null
    this.#cancelPoll()
  }

  async #run(stopped: AbortSignal): Promise<void> {
    const { clock, random } = this.#ports
    while (!stopped.aborted) {
      this.#become('connecting')
      await this.#listen(stopped)
      if (stopped.aborted) return
      this.#failures += 1
      this.#become('waiting')
      await new Promise<void>(resolve => {
        const cancel = clock.after(backOffMs(this.#failures, random), resolve)
        stopped.addEventListener('abort', () => {
          cancel()
          resolve()
        }, { once: true })
      })
    }
  }

  /** Returns when the connection is gone, for whatever reason: all of them are answered by the next one. */
  async #listen(stopped: AbortSignal): Promise<void> {
    const { clock, open } = this.#ports
    const silence = new AbortController()
    let cancel: () => void = () => undefined
    const heard = () => {
      cancel()
      cancel = clock.after(SILENCE_MS, () => { silence.abort() })
    }
    heard()
    try {
      const stream = new EventStream()
      for await (const piece of open(PATH, this.#lastId, AbortSignal.any([stopped, silence.signal]))) {
        heard()
        // One that says nothing before it ends is none: it must not be tried over and over without a pause.
        if (piece !== '') this.#failures = 0
        this.#become('live')
        for (const event of stream.take(piece)) this.#take(event)
        if (stream.lastId !== '') this.#lastId = stream.lastId
      }
    } catch {
      // No connection, an error status, or an event that never ends: what the caller does is the same.
    } finally {
      cancel()
    }
  }

  #take({ event, data }: ServerEvent): void {
    if (event === 'reset' || (event === 'ready' && this.#lastId === '')) this.#ports.onChange(null)
    if (event === 'change') this.#ports.onChange(objectsOf(data))
  }

  #poll(): void {
    this.#cancelPoll = this.#ports.clock.after(POLL_MS, () => {
      if (this.#state !== 'live') this.#ports.onChange(null)
      this.#poll()
    })
  }

  #become(state: LiveState): void {
    if (state === this.#state) return
    this.#state = state
    for (const watcher of [...this.#watchers]) watcher()
  }
}

/** An event that cannot be read may mean anything. */
function objectsOf(data: string): readonly string[] | null {
  try {
    const value = JSON.parse(data) as Json
    const changed = isJsonObject(value) ? value['changed'] : undefined
    return isJsonObject(changed) ? Object.keys(changed) : null
  } catch {
    return null
  }
}
