/** The session resource (RFC 8620 §2), as far as a client of the management API needs it. */
import type { Json } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import { ReplyMalformed } from './errors.ts'

export interface Session {
  readonly username: string
  /** Path and query of the API URL; scheme and host stay those that the user gave. */
  readonly apiPath: string
  readonly objectsInGetMax: number
  readonly objectsInSetMax: number
  readonly callsInRequestMax: number
}

const CORE = 'urn:ietf:params:jmap:core'
const OBJECTS_MAX_DEFAULT = 500
const CALLS_MAX_DEFAULT = 16

export function parseSession(value: Json): Session {
  const capabilities = isJsonObject(value) ? value['capabilities'] : undefined
  const core = isJsonObject(capabilities) ? capabilities[CORE] : undefined
  if (!isJsonObject(value) || !isJsonObject(core) || typeof value['apiUrl'] !== 'string') {
    throw new ReplyMalformed('the session', 'apiUrl or the core capability is missing')
  }
  return {
    username: typeof value['username'] === 'string' ? value['username'] : '',
    apiPath: pathOf(value['apiUrl']),
    objectsInGetMax: limit(core['maxObjectsInGet'], OBJECTS_MAX_DEFAULT),
    objectsInSetMax: limit(core['maxObjectsInSet'], OBJECTS_MAX_DEFAULT),
    callsInRequestMax: limit(core['maxCallsInRequest'], CALLS_MAX_DEFAULT),
  }
}

function pathOf(apiUrl: string): string {
  const base = 'http://unused.invalid'
  if (!URL.canParse(apiUrl, base)) throw new ReplyMalformed('the session', `apiUrl is no URL: ${apiUrl}`)
  const url = new URL(apiUrl, base)
  return url.pathname + url.search
}

function limit(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise
}
