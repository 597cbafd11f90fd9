/**
 * The management API over a real socket with objects kept in memory, for tests of clients. It speaks the
 * documented wire format: schema with its redirect, session, `/get`, `/query` with flat filters and anchors,
 * `/set` with patches. What it does not do is validate: a test says with `refuse` what the server would
 * refuse.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { API_SCHEMA } from './api-schema.ts'

export type SetKind = 'create' | 'update' | 'destroy'
export interface JmapServerOptions {
  readonly objects?: Readonly<Record<string, readonly JsonObject[]>>
  readonly objectsMax?: number
  readonly schema?: Json
  /** An anchor that is gone starts the list again, instead of an error. */
  readonly anchorsRestart?: boolean
}
interface Answer { readonly status: number; readonly body: Json; readonly headers?: Readonly<Record<string, string>> }
type Sorting = { readonly property: string; readonly isAscending: boolean }

export const TEST_TOKEN = 'token-of-the-tests'
export const TEST_USER = { user: 'admin', password: 'pässword' }
const LOGINS = [`Bearer ${TEST_TOKEN}`, `Basic ${Buffer.from(`${TEST_USER.user}:${TEST_USER.password}`).toString('base64')}`]

export class JmapServer {
  readonly objects = new Map<string, Map<string, JsonObject>>()
  /** Every method call, in order. */
  readonly calls: { readonly name: string; readonly args: JsonObject }[] = []
  /** Answers instead of the method when it gives something: a SetError for one entry of a `/set`. */
  refuse: (object: string, kind: SetKind, id: string, body: JsonObject) => JsonObject | null = () => null
  /** Answers instead of everything when it gives something. */
  intercept: (path: string) => Answer | null = () => null
  /** Sees the Authorization header of each request. */
  onLogin: (login: string | undefined) => void = () => undefined
  /** Methods that the login may not call. */
  readonly forbidden = new Set<string>()
  /** Runs before each method call. */
  beforeCall: (name: string, args: JsonObject) => void = () => undefined
  /** Members that `created` shows beside the id. */
  createdExtras: JsonObject = {}
  readonly #server = createServer((request, response) => { void this.#serve(request, response) })
  readonly #options: JmapServerOptions
  #created = 0

  constructor(options: JmapServerOptions = {}) {
    this.#options = options
    for (const [object, list] of Object.entries(options.objects ?? {})) {
      this.objects.set(object, new Map(list.map(body => [String(body['id']), body])))
    }
  }

  static async start(options: JmapServerOptions = {}): Promise<JmapServer> {
    const server = new JmapServer(options)
    await new Promise<void>(resolve => { server.#server.listen(0, '127.0.0.1', resolve) })
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => { this.#server.close(() => { resolve() }) })
    this.#server.closeAllConnections()
    await closed
  }

  table(object: string): Map<string, JsonObject> {
    let table = this.objects.get(object)
    if (!table) this.objects.set(object, table = new Map())
    return table
  }

  /** The arguments of the calls of one method. */
  argsOf(name: string): JsonObject[] {
    return this.calls.filter(call => call.name === name).map(call => call.args)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    const path = request.url ?? '/'
    this.onLogin(request.headers.authorization)
    const answer = this.intercept(path) ?? this.#route(path, request.headers.authorization, body)
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  }

  #route(path: string, login: string | undefined, body: string): Answer {
    if (login === undefined || !LOGINS.includes(login)) {
      return { status: 401, body: { type: 'about:blank', status: 401, title: 'Unauthorized' } }
    }
    if (path === '/api/schema') return { status: 302, body: '', headers: { location: '/api/schema/h1' } }
    if (path === '/api/schema/h1') return { status: 200, body: this.#options.schema ?? API_SCHEMA }
    if (path === '/jmap/session') return { status: 200, body: this.#session() }
    if (path === '/jmap/') return { status: 200, body: this.#dispatch(JSON.parse(body) as JsonObject) }
    return { status: 404, body: { type: 'about:blank', status: 404, title: 'Not Found' } }
  }

  #session(): JsonObject {
    const max = this.#options.objectsMax ?? 500
    return {
      capabilities: { 'urn:ietf:params:jmap:core': { maxObjectsInGet: max, maxObjectsInSet: max }, 'urn:stalwart:jmap': {} },
      accounts: {}, primaryAccounts: {}, username: TEST_USER.user, apiUrl: 'https://elsewhere.example/jmap/', state: '0',
    }
  }

  #dispatch(request: JsonObject): JsonObject {
    const results = new Map<string, JsonObject>()
    const responses: Json[] = []
    for (const [name, sent, id] of request['methodCalls'] as [string, JsonObject, string][]) {
      const args = resolveIds(sent, results)
      this.calls.push({ name, args })
      this.beforeCall(name, args)
      const [object = '', verb = ''] = name.split(/\/(?=[^/]*$)/)
      const result = this.#method(object, verb, args)
      if (result['type'] === undefined) results.set(id, result)
      responses.push([result['type'] === undefined ? name : 'error', result, id])
    }
    return { methodResponses: responses, sessionState: '0' }
  }

  /** A method error is what has a `type`. */
  #method(object: string, verb: string, args: JsonObject): JsonObject {
    if (this.forbidden.has(`${object}/${verb}`)) return { type: 'forbidden', description: 'the permission is missing' }
    if (!(object in (API_SCHEMA['objects'] as JsonObject))) return { type: 'unknownMethod', description: `no ${object}` }
    if (verb === 'get') return this.#get(object, args)
    if (verb === 'query') return this.#query(object, args)
    if (verb === 'set') return this.#set(object, args)
    if (verb === 'bulk') return this.#bulk(object, args)
    return { type: 'unknownMethod', description: `no ${verb}` }
  }

  #get(object: string, args: JsonObject): JsonObject {
    const table = this.table(object)
    const ids = args['ids'] as string[]
    const properties = args['properties'] as string[] | null
    const pick = (body: JsonObject) => properties === null ? body
      : Object.fromEntries(['id', ...properties].flatMap(key => key in body ? [[key, body[key] ?? null]] : []))
    return {
      list: ids.flatMap(id => { const body = table.get(id); return body ? [pick({ id, ...body })] : [] }),
      notFound: ids.filter(id => !table.has(id)),
    }
  }

  #query(object: string, args: JsonObject): JsonObject {
    const filter = args['filter'] as JsonObject
    const found = [...this.table(object).values()].filter(body => matches(body, filter))
    const [sort] = (args['sort'] ?? []) as Sorting[]
    if (sort) found.sort((a, b) => compare(valueOf(a, sort.property), valueOf(b, sort.property)) * (sort.isAscending ? 1 : -1))
    const ids = found.map(body => String(body['id']))
    let start = Number(args['position'] ?? 0)
    if (args['anchor'] !== undefined) {
      const at = ids.indexOf(String(args['anchor']))
      if (at < 0 && !this.#options.anchorsRestart) return { type: 'anchorNotFound', description: 'gone' }
      start = at < 0 ? 0 : at + Number(args['anchorOffset'] ?? 0)
    }
    const page = ids.slice(start, start + Number(args['limit'] ?? ids.length))
    return { ids: page, position: start, ...(args['calculateTotal'] === true ? { total: ids.length } : {}) }
  }

  /** In parts of what one call may have; what is refused is so by `refuse`. The cursor is the last id that is meant, and the last that was done. */
  #bulk(object: string, args: JsonObject): JsonObject {
    const table = this.table(object)
    const { action, filter, due = null, dryRun, cursor, expect } = args
    const [until, after = ''] = typeof cursor === 'string' ? cursor.split('/') : []
    const ids = [...table].filter(([id, body]) => matches(body, filter as JsonObject) && id > after && (until === undefined || id <= until)).map(([id]) => id).sort()
    if (typeof expect === 'number' && after === '' && ids.length > expect) return { type: 'stateMismatch', description: `${ids.length} tasks match` }
    const groups = [{ '@type': 'StoreMaintenance', status: 'Failed', matched: ids.length, running: 1 }]
    const none = { matched: 0, changed: 0, requested: 0, unchanged: 0, refused: 0, refusals: [] as JsonObject[] }
    const last = [...table.keys()].toSorted((a, b) => a < b ? -1 : 1).at(-1) ?? ''
    if (dryRun === true) return { ...none, accountId: 'a', action: action ?? null, dryRun, matched: ids.length, groups, more: false, cursor: `${last}/` }
    const some = ids.slice(0, this.#options.objectsMax ?? 500)
    const reply = { ...none, matched: some.length, groups, more: ids.length > some.length, cursor: ids.length > some.length ? `${until ?? last}/${some.at(-1)}` : null }
    for (const id of some) {
      const refused = this.refuse(object, action === 'destroy' ? 'destroy' : 'update', id, args)
      if (refused) {
        reply.refused += 1
        reply.refusals.push({ ...refused, count: 1, exampleId: id })
        continue
      }
      reply.changed += 1
      if (action === 'destroy') table.delete(id)
      else table.set(id, { ...table.get(id), due, status: { '@type': action === 'park' ? 'Failed' : 'Pending', ...(due === null ? {} : { due }) } })
    }
    return reply
  }

  #set(object: string, args: JsonObject): JsonObject {
    const table = this.table(object)
    const reply = {
      created: {} as Record<string, Json>, updated: {} as Record<string, Json>, destroyed: [] as string[],
      notCreated: {} as Record<string, Json>, notUpdated: {} as Record<string, Json>, notDestroyed: {} as Record<string, Json>,
    }
    for (const [key, body] of entries(args['create'])) {
      const refused = this.refuse(object, 'create', key, body)
      if (refused) { reply.notCreated[key] = refused; continue }
      const id = `new${++this.#created}`
      table.set(id, { id, ...body })
      reply.created[key] = { id, ...this.createdExtras }
    }
    for (const [id, patch] of entries(args['update'])) {
      const stored = table.get(id)
      const refused = stored ? this.refuse(object, 'update', id, patch) : { type: 'notFound' }
      if (refused) reply.notUpdated[id] = refused
      else { table.set(id, patched(stored ?? {}, patch)); reply.updated[id] = null }
    }
    for (const id of (args['destroy'] ?? []) as string[]) {
      const refused = table.has(id) ? this.refuse(object, 'destroy', id, {}) : { type: 'notFound' }
      if (refused) reply.notDestroyed[id] = refused
      else { table.delete(id); reply.destroyed.push(id) }
    }
    return reply
  }
}

function resolveIds(args: JsonObject, results: ReadonlyMap<string, JsonObject>): JsonObject {
  const reference = args['#ids']
  if (!isJsonObject(reference)) return args
  const { '#ids': _, ...rest } = args
  return { ...rest, ids: results.get(String(reference['resultOf']))?.['ids'] ?? [] }
}

const SUFFIXES: readonly (readonly [string, (order: number) => boolean])[] = [
  ['IsGreaterThanOrEqual', order => order >= 0], ['IsLessThanOrEqual', order => order <= 0],
  ['IsGreaterThan', order => order > 0], ['IsLessThan', order => order < 0],
]

function matches(body: JsonObject, filter: JsonObject): boolean {
  return Object.entries(filter).every(([key, wanted]) => {
    const [suffix, holds] = SUFFIXES.find(([name]) => key.endsWith(name)) ?? ['', (order: number) => order === 0]
    const value = valueOf(body, key.slice(0, key.length - suffix.length))
    return value !== null && holds(compare(value, wanted))
  })
}

/** An embedded variant counts as its name, as the wire has it for `status`. */
function valueOf(body: JsonObject, key: string): Json {
  const value = body[key] ?? null
  return isJsonObject(value) ? value['@type'] ?? null : value
}

function compare(a: Json, b: Json): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

function entries(value: Json | undefined): [string, JsonObject][] {
  return Object.entries(isJsonObject(value) ? value : {}) as [string, JsonObject][]
}

function patched(body: JsonObject, patch: JsonObject): JsonObject {
  const result = structuredClone(body) as Record<string, Json>
  for (const [pointer, value] of Object.entries(patch)) {
    const path = pointer.split('/').map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = path.pop() ?? ''
    let inside = result
    for (const part of path) inside = (inside[part] ??= {}) as Record<string, Json>
    inside[last] = value
  }
  return result
}
