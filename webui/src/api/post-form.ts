/** POSTs a form to an address of this server; null when nothing answers. */
import type { Json } from '../../../src/base/json.ts'
import type { LoginPorts } from './login.ts'

const TIMEOUT_MS = 20_000

export const postForm: LoginPorts['post'] = async (path, form) => {
  let response: Response
  try {
    response = await fetch(path, { method: 'POST', body: form, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch {
    return null // No connection, or no answer in time: the caller says so.
  }
  const body = await response.json().catch(() => null) as Json
  return { status: response.status, body }
}
