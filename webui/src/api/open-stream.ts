/** A stream of text from the server, with the login of this tab. */
import { HttpFailed } from '../../../src/jmap-client/errors.ts'
import type { Login } from './login.ts'

const OK = 200
const UNAUTHORIZED = 401

/** Throws HttpFailed, SignedOut, or what `fetch` throws. A first, empty piece tells that the connection stands. */
export async function* openStream(login: Login, path: string, lastEventId: string, signal: AbortSignal): AsyncGenerator<string> {
  const token = await login.token()
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) }
  const response = await fetch(path, { headers, signal, cache: 'no-store' })
  if (response.status === UNAUTHORIZED) await login.replace(token)
  if (response.status !== OK || response.body === null) {
    await response.body?.cancel()
    throw new HttpFailed(path, response.status, null)
  }
  yield ''
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield decoder.decode(part.value, { stream: true })
  } finally {
    await reader.cancel()
  }
}
