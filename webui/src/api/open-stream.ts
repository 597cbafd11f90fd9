/** A stream of text from the server, with the login of this tab. */
import { HttpFailed, ReplyMalformed } from '../../../src/jmap-client/errors.ts'
import type { Login } from './login.ts'

const OK = 200
const UNAUTHORIZED = 401
const TYPE = 'text/event-stream'

/** Throws HttpFailed, SignedOut, ReplyMalformed when it is no event stream, or what `fetch` throws. A first, empty piece tells that the connection stands. */
export async function* openStream(login: Login, path: string, lastEventId: string, signal: AbortSignal): AsyncGenerator<string> {
  const token = await login.token()
  const headers = { accept: TYPE, authorization: `Bearer ${token}`, ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) }
  const response = await fetch(path, { headers, signal, cache: 'no-store' })
  if (response.status === UNAUTHORIZED) await login.replace(token)
  if (response.status !== OK || response.body === null) {
    await response.body?.cancel()
    throw new HttpFailed(path, response.status, null)
  }
  // A proxy may answer in place of the server, with a page of its own.
  if (!response.headers.get('content-type')?.startsWith(TYPE)) {
    await response.body.cancel()
    throw new ReplyMalformed(path, `it is no ${TYPE}`)
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
