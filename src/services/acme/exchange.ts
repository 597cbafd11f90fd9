/**
 * One HTTP request to a certificate authority and its whole answer, or why there is none. What is guarded here is in the
 * README: HTTPS, one origin, no redirects, an end in time and in size.
 */
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../../base/clock.ts'
import { RotaError, errorText } from '../../errors.ts'
import { reachable } from './origin.ts'

/** From the look-up of the name to the last byte. */
export const ANSWER_MS_MAX = 30_000
/** A chain has a few kilobytes, a list of orders some more. */
export const ANSWER_BYTES_MAX = 262_144

export interface AcmeAnswer {
  readonly status: number
  readonly body: Buffer
  /** Of a header that is sent at most once; several are joined with a comma. */
  header(name: string): string | null
}
export interface AcmeQuestion { readonly method: 'GET' | 'HEAD' | 'POST'; readonly url: string; readonly body?: string }
export type Exchange = (question: AcmeQuestion, signal: AbortSignal) => Promise<AcmeAnswer>

export interface ExchangeOptions {
  /** The directory of the authority: nothing else than its origin is ever asked. */
  readonly directory: string
  /** PEM: whom to trust for the connection, instead of the authorities that Node knows. */
  readonly trusted: string | null
  readonly clock: Clock
  readonly answerMsMax?: number
}

/** Rejects with acme/unreachable or acme/unusable-answer. */
export function exchange({ directory, trusted, clock, answerMsMax = ANSWER_MS_MAX }: ExchangeOptions): Exchange {
  return async ({ method, url, body }, signal) => {
    const address = reachable(url, directory)
    signal.throwIfAborted()
    const end = new AbortController()
    const stop = (): void => { end.abort(signal.reason) }
    signal.addEventListener('abort', stop, { once: true })
    const cancel = clock.after(answerMsMax, () => { end.abort(new Error(`no whole answer within ${answerMsMax / 1_000} s`)) })
    try {
      const response = await answerTo(address, { method, body, trusted, signal: end.signal })
      const content = await whole(response, url)
      const header = (name: string): string | null => [response.headers[name] ?? []].flat().join(', ') || null
      return { status: response.statusCode ?? 0, body: content, header }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof RotaError) throw error
      const reason = end.signal.aborted ? errorText(end.signal.reason) : errorText(error)
      throw new RotaError('acme/unreachable', `${address.host} could not be asked: ${reason}`, {}, error)
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }
}

interface Asked {
  readonly method: string
  readonly body: string | undefined
  readonly trusted: string | null
  readonly signal: AbortSignal
}

function answerTo(address: URL, { method, body, trusted, signal }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      'User-Agent': 'rota-acme', 'Accept-Language': 'en',
      ...(body === undefined ? {} : { 'Content-Type': 'application/jose+json', 'Content-Length': Buffer.byteLength(body) }),
    }
    // A connection of its own: none is kept open between runs that are hours apart.
    const asked = request(address, { method, headers, signal, agent: false, ...(trusted === null ? {} : { ca: trusted }) })
    asked.once('response', resolve)
    asked.once('error', reject)
    // An answer that changes the protocol is given up without an error.
    asked.once('close', () => { reject(new Error('the connection was closed without an answer')) })
    asked.end(body)
  })
}

async function whole(response: IncomingMessage, url: string): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > ANSWER_BYTES_MAX) {
      response.destroy()
      throw new RotaError('acme/unusable-answer', `the answer of ${url} is longer than ${ANSWER_BYTES_MAX} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}
