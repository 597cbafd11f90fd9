/**
 * The envelope of a JMAP request (RFC 8620 §3.3): from bytes to method calls, or the reason why not. Nothing
 * of it is trusted before it has passed here: size, nesting, UTF-8, I-JSON (RFC 7493), shape, number of
 * calls.
 */
import { isJsonObject, ownValue } from '../base/json.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { errorText } from '../errors.ts'

/**
 * The limits that the session tells clients (RFC 8620 §2), and two more, of what JSON does not bound: nesting, and values.
 * 10 MB of `[],` are 3 million lists, which cost seconds of the one thread and 200 MB. 16 calls with 500 creations each of
 * 20 properties are 170,000 values.
 */
export const REQUEST_LIMITS = {
  maxSizeRequest: 10_000_000,
  maxCallsInRequest: 16,
  maxConcurrentRequests: 64,
  maxNesting: 100,
  maxValues: 250_000,
} as const
export type RequestLimit = keyof typeof REQUEST_LIMITS

export interface Call {
  readonly name: string
  readonly args: JsonObject
  /** The client's own name for the call; need not be unique. */
  readonly id: string
}

export interface JmapRequest {
  readonly calls: readonly Call[]
  /** Null: the client sent none and wants none back. */
  readonly createdIds: ReadonlyMap<string, string> | null
}

/** A request-level error (RFC 8620 §3.6.1) in the form of RFC 9457. */
export interface RequestProblem {
  readonly type: string
  readonly status: number
  readonly detail: string
  readonly limit?: string
}

export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly problem: RequestProblem
  constructor(problem: RequestProblem) {
    super(problem.detail)
    this.problem = problem
  }
}

/**
 * Throws RequestError. Unknown members of the envelope are ignored, and so are the capabilities in `using`.
 */
export function parseRequest(body: Uint8Array): JmapRequest {
  if (body.length > REQUEST_LIMITS.maxSizeRequest) throw overLimit('maxSizeRequest')
  const exceeded = structureOver(body)
  if (exceeded !== null) throw overLimit(exceeded)
  const request = parseIJson(body)
  if (!isJsonObject(request)) throw notRequest('The request is not an object.')
  const using = ownValue(request, 'using')
  if (!Array.isArray(using) || !using.every(each => typeof each === 'string')) {
    throw notRequest('"using" is not a list of capability names.')
  }
  const calls = ownValue(request, 'methodCalls')
  if (!Array.isArray(calls)) throw notRequest('"methodCalls" is not a list.')
  if (calls.length > REQUEST_LIMITS.maxCallsInRequest) throw overLimit('maxCallsInRequest')
  return { calls: calls.map(parseCall), createdIds: parseCreatedIds(ownValue(request, 'createdIds') ?? null) }
}

export function overLimit(limit: RequestLimit): RequestError {
  const detail = LIMIT_DETAILS[limit]
  return new RequestError({ type: 'urn:ietf:params:jmap:error:limit', status: 400, detail, limit })
}
const LIMIT_DETAILS: Readonly<Record<RequestLimit, string>> = {
  maxSizeRequest: `The request has more than ${REQUEST_LIMITS.maxSizeRequest} bytes; split it.`,
  maxCallsInRequest: `The request has more than ${REQUEST_LIMITS.maxCallsInRequest} method calls; split it.`,
  maxConcurrentRequests: `More than ${REQUEST_LIMITS.maxConcurrentRequests} requests at once; wait for one.`,
  maxNesting: `The request nests lists and objects deeper than ${REQUEST_LIMITS.maxNesting}.`,
  maxValues: `The request holds more than ${REQUEST_LIMITS.maxValues} values; split it.`,
}

export function notJson(detail: string): RequestError {
  return new RequestError({ type: 'urn:ietf:params:jmap:error:notJSON', status: 400, detail })
}

function notRequest(detail: string): RequestError {
  return new RequestError({ type: 'urn:ietf:params:jmap:error:notRequest', status: 400, detail })
}

function parseCall(call: Json, index: number): Call {
  if (Array.isArray(call) && call.length === 3) {
    const [name, args, id] = call as readonly Json[]
    if (typeof name === 'string' && isJsonObject(args) && typeof id === 'string') return { name, args, id }
  }
  throw notRequest(`methodCalls[${index}] is not [name, arguments, call id].`)
}

function parseCreatedIds(createdIds: Json): ReadonlyMap<string, string> | null {
  if (createdIds === null) return null
  const entries = isJsonObject(createdIds) ? Object.entries(createdIds) : [['', null] as const]
  return new Map(entries.map(([key, id]) => {
    if (typeof id !== 'string') throw notRequest('"createdIds" is not an object of ids.')
    return [key, id]
  }))
}

const OPENING = new Set([...'[{'].map(byte => byte.charCodeAt(0)))
const CLOSING = new Set([...']}'].map(byte => byte.charCodeAt(0)))
const COMMA = ','.charCodeAt(0)
const QUOTE = '"'.charCodeAt(0)
const BACKSLASH = '\\'.charCodeAt(0)

/**
 * The limit of its structure that a body is over, or null. Looked at before parsing: 10 MB of `[` would become hundreds of
 * MB of lists, and everything that walks the result by recursion, JSON.stringify first, would run out of stack. Each value
 * but the first of all follows a bracket or a comma.
 */
function structureOver(body: Uint8Array): 'maxNesting' | 'maxValues' | null {
  const { maxNesting, maxValues } = REQUEST_LIMITS
  let [depth, values] = [0, 1]
  let inString = false
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (OPENING.has(byte)) {
      depth += 1
      values += 1
      if (depth > maxNesting) return 'maxNesting'
    } else if (CLOSING.has(byte)) depth -= 1
    else if (byte === COMMA) values += 1
    if (values > maxValues) return 'maxValues'
  }
  return null
}

/**
 * JSON that every store and every client can hold: UTF-8, no half surrogate pairs, no number that becomes
 * infinite.
 */
function parseIJson(body: Uint8Array): Json {
  const value = parseJson(decode(body))
  const pending: Json[] = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string' && !next.isWellFormed()) throw notJson('A string holds half a character.')
    if (typeof next === 'number' && !Number.isFinite(next)) throw notJson('A number is out of range.')
    if (typeof next !== 'object' || next === null) continue
    // Object.values of a list copies it: 100 ms for the most lists that a request may hold, and this way 3.
    if (Array.isArray(next)) for (const child of next as readonly Json[]) pending.push(child)
    else for (const [key, child] of Object.entries(next)) pending.push(key, child)
  }
  return value
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw notJson('The request is not UTF-8.')
  }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    // The parser's message quotes the text around the fault, which is the client's own.
    throw notJson(errorText(error))
  }
}
