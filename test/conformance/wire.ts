/**
 * One client's connection to a node: requests are written byte by byte as given, replies are read as they come. It knows
 * HTTP/1.1 with Content-Length and JSON, and nothing of Rota.
 */
import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'
import { RawHttp, type RawReply } from '../support/raw-http.ts'

export type Headers = Readonly<Record<string, string>>
export type Call = readonly [name: string, args: JsonObject, id: string]
export interface JmapReply {
  readonly responses: readonly (readonly [string, JsonObject, string])[]
  readonly createdIds: JsonObject | undefined
  readonly sessionState: Json | undefined
}

/** What the command line and the console put into `using`. */
export const CLI_USING = ['urn:ietf:params:jmap:core', 'urn:stalwart:jmap']
export const CONSOLE_USING = [
  ...CLI_USING,
  ...['blob', 'mail', 'calendars', 'contacts', 'principals', 'sieve', 'vacationresponse'].map(name => `urn:ietf:params:jmap:${name}`),
]

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
export const bearer = (token: string): string => `Bearer ${token}`

export class Wire {
  readonly #port: number
  readonly #authorization: string | null
  readonly #path: string
  readonly #using: readonly string[]

  /** `path`: where JMAP requests go. The command line leaves the slash out, the console leaves it on. */
  constructor(port: number, authorization: string | null, path: '/jmap' | '/jmap/' = '/jmap', using = CLI_USING) {
    this.#port = port
    this.#authorization = authorization
    this.#path = path
    this.#using = using
  }

  get(path: string, headers: Headers = {}): Promise<RawReply> {
    return this.request('GET', path, headers, '')
  }

  post(path: string, body: string, headers: Headers = { 'Content-Type': 'application/json' }): Promise<RawReply> {
    return this.request('POST', path, headers, body)
  }

  /** On a connection of its own, closed afterwards. `body` goes out as UTF-8. */
  async request(method: string, path: string, headers: Headers, body: string): Promise<RawReply> {
    const connection = await RawHttp.open(this.#port)
    try {
      const login = this.#authorization === null ? {} : { Authorization: this.#authorization }
      const bytes = Buffer.from(body)
      const length = method === 'GET' ? {} : { 'Content-Length': String(bytes.length) }
      const all = { Host: `127.0.0.1:${this.#port}`, ...login, ...headers, ...length }
      const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')
      connection.write(`${method} ${path} HTTP/1.1\r\n${head}\r\n`)
      if (bytes.length > 0) connection.write(bytes)
      return await connection.reply()
    } finally {
      connection.destroy()
    }
  }

  /** One JMAP request that must be answered as one. */
  async jmap(calls: readonly Call[], more: JsonObject = {}): Promise<JmapReply> {
    const envelope = { using: this.#using, methodCalls: calls as unknown as Json, ...more }
    const reply = await this.post(this.#path, JSON.stringify(envelope))
    assert.equal(reply.status, 200, reply.body)
    assert.match(reply.head, /^content-type: application\/json(;|$)/m)
    assert.doesNotMatch(reply.head, /^content-encoding:/m, 'nobody asked for compression')
    const body = json(reply)
    const responses = body['methodResponses'] as unknown as JmapReply['responses']
    assert.equal(responses.length, calls.length, 'one reply for each call')
    assert.deepEqual(responses.map(([, , id]) => id), calls.map(([, , id]) => id), 'in order')
    return { responses, createdIds: body['createdIds'] as JsonObject | undefined, sessionState: body['sessionState'] }
  }

  /** The result of a single call, which must succeed. */
  async call(name: string, args: JsonObject): Promise<JsonObject> {
    const { responses: [first] } = await this.jmap([[name, args, 'c0']])
    assert.equal(first?.[0], name, JSON.stringify(first))
    return first[1]
  }

  /** The error of a single call, which must be refused as a whole. */
  async refusal(name: string, args: JsonObject): Promise<JsonObject> {
    const { responses: [first] } = await this.jmap([[name, args, 'c0']])
    assert.equal(first?.[0], 'error', JSON.stringify(first))
    assert.deepEqual(Object.keys(first[1]).filter(key => !['type', 'description'].includes(key)), [])
    return first[1]
  }
}

/** The body, unpacked when it is packed; with or without the header, as clients look at the first bytes. */
export function json(reply: RawReply): JsonObject {
  const bytes = Buffer.from(reply.body, 'latin1')
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const value = JSON.parse((packed ? gunzipSync(bytes) : bytes).toString('utf8')) as Json
  assert.ok(isJsonObject(value), reply.body)
  return value
}

export function header(reply: RawReply, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(reply.rawHead)?.[1]?.trim()
}

/** A member that must be an object. */
export function member(of: Json | undefined, ...path: readonly string[]): JsonObject {
  let found: Json | undefined = of
  for (const name of path) found = isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined
  assert.ok(isJsonObject(found), `no ${path.join('.')} in ${shortened(of)}`)
  return found
}

/** The objects in the reply to a `/get`. */
export function rows(of: JsonObject | undefined): readonly JsonObject[] {
  const list = of?.['list']
  assert.ok(Array.isArray(list), `no list in ${shortened(of)}`)
  return list.filter(isJsonObject)
}

/** A schema has 200,000 characters. */
function shortened(value: Json | undefined): string {
  return String(JSON.stringify(value)).slice(0, 1_000)
}
