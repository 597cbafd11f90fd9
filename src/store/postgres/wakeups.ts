/**
 * Wake-ups through LISTEN/NOTIFY, on a connection of its own: LISTEN needs a session that lasts, and a pool may close
 * any of its own. NOTIFY takes a lock that all committing notifiers share, so hints are gathered while one is on its way
 * and sent as one (measured: NOTIFY in every insert costs more than half of the enqueue rate).
 *
 * When the connection breaks it is made again, and then a hint for everything is fired: whatever was said in between is
 * unknown. Hints that are published while it is down reach only this process; the others find the work when they poll, and
 * are told of everything when it is back.
 */
import pg from 'pg'
import { pause } from '../../base/clock.ts'
import type { Clock } from '../../base/clock.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Log } from '../../base/log.ts'
import type { Hint, Wakeups } from '../../engine/ports/wakeups.ts'
import { errorText } from '../../errors.ts'
import { HintBuffer } from '../hints.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { connectionConfig, endConnection } from './pool.ts'

const CHANNEL = 'rota'
const RECONNECT_MS = 500
const NOTIFY_MS_MAX = 5_000
/** PostgreSQL refuses payloads of 8000 bytes and more. */
const PAYLOAD_BYTES_MAX = 7_999
const EVERYTHING: readonly Hint[] = [
  { kind: 'lost' }, { kind: 'ran', ids: [] }, { kind: 'recorded' },
  { kind: 'leases' }, { kind: 'requests' }, { kind: 'schedules' }, { kind: 'objects', names: [] }, { kind: 'edited', ids: [] }, { kind: 'tasks', lanes: [] },
]

interface Session { readonly client: pg.Client; readonly pid: number; /** Resolves with what ended it. */ readonly ended: Promise<string> }

export class PostgresWakeups implements Wakeups {
  readonly #url: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #near = new LocalWakeups()
  readonly #outbox = new HintBuffer()
  readonly #stop = new AbortController()
  #session: Session | null = null
  #sending: Promise<void> = Promise.resolve()
  #flushQueued = false
  /** The others were not told of something. */
  #unsaid = false
  #listening: Promise<void> = Promise.resolve()

  constructor(url: string, clock: Clock, log: Log) {
    this.#url = url
    this.#clock = clock
    this.#log = log
  }

  /** Resolves when the first connection listens. */
  async start(): Promise<void> {
    const session = await this.#connect()
    this.#listening = this.#keepListening(session)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#sending
    if (this.#session) await endConnection(this.#session.client, this.#clock)
    await this.#listening
  }

  publish(hint: Hint): void {
    this.#near.publish(hint)
    this.#outbox.add(hint)
    this.#send()
  }

  #send(): void {
    if (this.#flushQueued) return
    this.#flushQueued = true
    this.#sending = this.#sending.then(() => this.#flush())
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    return this.#near.subscribe(listener)
  }

  async #flush(): Promise<void> {
    this.#flushQueued = false
    const hints = this.#outbox.take()
    const session = this.#session
    if (hints.length === 0) return
    if (!session) {
      this.#unsaid = true
      return
    }
    try {
      await session.client.query('select pg_notify($1, $2)', [CHANNEL, payload(hints)])
    } catch (error) {
      this.#unsaid = true
      this.#log.debug({ error: errorText(error) }, 'a wake-up was not sent')
      // Broken, or so slow that it may as well be: a new connection is made.
      await endConnection(session.client, this.#clock)
    }
  }

  async #keepListening(first: Session): Promise<void> {
    let session: Session | null = first
    while (!this.#stop.signal.aborted) {
      if (session) {
        const error = await session.ended
        this.#session = session = null
        if (!this.#stop.signal.aborted) this.#log.warn({ error }, 'the connection for wake-ups broke')
        continue
      }
      try {
        session = await this.#connect()
        this.#sayEverything()
      } catch (error) {
        this.#log.warn({ error: errorText(error) }, 'no connection for wake-ups; polling goes on')
        await pause(this.#clock, RECONNECT_MS, this.#stop.signal)
      }
    }
    if (session) await endConnection(session.client, this.#clock)
  }

  #sayEverything(): void {
    for (const hint of EVERYTHING) this.#near.publish(hint)
    if (!this.#unsaid) return
    this.#unsaid = false
    for (const hint of EVERYTHING) this.#outbox.add(hint)
    this.#send()
  }

  async #connect(): Promise<Session> {
    const client = new pg.Client({ ...connectionConfig(this.#url), query_timeout: NOTIFY_MS_MAX })
    // Without an error when it broke under a query of `#flush`: that one gets the error.
    const ended = new Promise<string>(resolve => {
      client.once('error', error => { resolve(errorText(error)) })
      client.once('end', () => { resolve('it was closed') })
    })
    // A second error of the same socket must not end the process.
    client.on('error', () => undefined)
    client.on('notification', message => { this.#receive(message) })
    try {
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      this.#session = { client, pid: rows[0]?.pid ?? 0, ended }
      return this.#session
    } catch (error) {
      await endConnection(client, this.#clock)
      throw error
    }
  }

  #receive(message: pg.Notification): void {
    if (message.processId === this.#session?.pid) return
    for (const hint of parse(message.payload ?? '')) this.#near.publish(hint)
  }
}

/** Too long a list of names becomes an empty one, which means any of them. */
function payload(hints: readonly Hint[]): string {
  const text = JSON.stringify(hints)
  if (Buffer.byteLength(text) <= PAYLOAD_BYTES_MAX) return text
  return JSON.stringify(hints.map(hint => {
    if (hint.kind === 'tasks') return { ...hint, lanes: [] }
    if (hint.kind === 'edited' || hint.kind === 'ran') return { ...hint, ids: [] }
    return hint.kind === 'objects' ? { ...hint, names: [] } : hint
  }))
}

/** Anybody may NOTIFY on the channel, and a newer version may say more: what is not understood is left out. */
function parse(text: string): Hint[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  return Array.isArray(value) ? value.map(hintOf).filter(hint => hint !== null) : []
}

function hintOf(value: unknown): Hint | null {
  if (!isJsonObject(value)) return null
  switch (value['kind']) {
    case 'tasks': return { kind: 'tasks', lanes: names(value['lanes']) }
    case 'objects': return { kind: 'objects', names: names(value['names']) }
    case 'edited': return { kind: 'edited', ids: names(value['ids']) }
    case 'leases': return { kind: 'leases' }
    case 'requests': return { kind: 'requests' }
    case 'schedules': return { kind: 'schedules' }
    case 'ran': return { kind: 'ran', ids: names(value['ids']) }
    case 'recorded': return { kind: 'recorded' }
    case 'lost': return { kind: 'lost' }
    default: return null
  }
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(name => typeof name === 'string') : []
}
