/**
 * One HTTP exchange over the platform's `fetch`: login header, time-out, a limit on the answer, and every
 * failure as one of errors.ts. Works in a browser as in Node.
 */
import type { Clock } from '../base/clock.ts'
import type { Json } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import type { Problem } from './errors.ts'
import { ConnectionFailed, HttpFailed, ReplyMalformed, RequestAborted } from './errors.ts'

export type Credentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

export interface TransportOptions {
  /** Scheme, host and port of the server. */
  readonly origin: string
  /** Or where each exchange gets them, for a login whose token changes. */
  readonly credentials: Credentials | null | (() => Promise<Credentials>)
  readonly clock: Clock
  /** For the whole exchange, the body included. */
  readonly timeoutMs: number
  /** Told of the server's clock with every answer: its header `Date`, in ms since 1970, exact to a second. */
  readonly heardDate?: (ms: number) => void
  /** Ends every exchange when it aborts. */
  readonly signal?: AbortSignal
}

export const TIMEOUT_DEFAULT_MS = 60_000
const OWN_ERRORS = [HttpFailed, ReplyMalformed, ConnectionFailed]
const REPLY_BYTES_MAX = 64 * 1024 * 1024

export class Transport {
  readonly #options: TransportOptions

  constructor(options: TransportOptions) {
    this.#options = options
  }

  /** The parsed body of a 200. `path` begins with a slash. */
  async exchange(path: string, body?: Json): Promise<Json> {
    const url = this.#options.origin + path
    const { credentials: given } = this.#options
    const credentials = typeof given === 'function' ? await given() : given
    const timeout = new AbortController()
    const { timeoutMs } = this.#options
    const cancel = this.#options.clock.after(timeoutMs, () => { timeout.abort() })
    const own = this.#options.signal
    const signal = own ? AbortSignal.any([timeout.signal, own]) : timeout.signal
    try {
      return await this.#fetch(url, credentials, body, signal)
    } catch (error) {
      if (own?.aborted) throw new RequestAborted('aborted', { cause: error })
      if (timeout.signal.aborted) throw new ConnectionFailed(url, `no answer within ${timeoutMs} ms`, error)
      if (OWN_ERRORS.some(own => error instanceof own)) throw error
      throw new ConnectionFailed(url, networkReason(error), error)
    } finally {
      cancel()
    }
  }

  async #fetch(url: string, credentials: Credentials | null, body: Json | undefined, signal: AbortSignal): Promise<Json> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (credentials !== null) headers['authorization'] = authorization(credentials)
    if (body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(url, body === undefined
      ? { headers, signal }
      : { method: 'POST', headers, signal, body: JSON.stringify(body) })
    const date = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(date)) this.#options.heardDate?.(date)
    // A redirect to another origin drops the login, so the 401 that follows would mislead.
    if (response.redirected && new URL(response.url).origin !== new URL(url).origin) {
      throw new ConnectionFailed(url, `it redirects to ${new URL(response.url).origin}: use that address`)
    }
    const text = await boundedText(response, url)
    if (response.status !== 200) throw new HttpFailed(url, response.status, problem(text))
    try {
      return JSON.parse(text) as Json
    } catch {
      throw new ReplyMalformed(url, 'it is not JSON (is this the address of the management API?)')
    }
  }
}

function authorization(credentials: Credentials): string {
  if (credentials.kind === 'bearer') return `Bearer ${credentials.token}`
  const bytes = new TextEncoder().encode(`${credentials.user}:${credentials.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

async function boundedText(response: Response, url: string): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength
    if (size > REPLY_BYTES_MAX) {
      await reader.cancel()
      throw new ReplyMalformed(url, `it is larger than ${REPLY_BYTES_MAX} bytes`)
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

function problem(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Json
    if (!isJsonObject(value)) return null
    const member = (key: string) => typeof value[key] === 'string' ? value[key] : null
    return { type: member('type') ?? 'about:blank', title: member('title'), detail: member('detail') }
  } catch {
    return null
  }
}

/** The reason that `fetch` hides behind "fetch failed". */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  if (!(inner instanceof Error)) return String(inner)
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : null
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ENOTFOUND') return 'no such host'
  return inner.message || code || 'network error'
}
