/**
 * A client of the management API, for the command line, tests and a browser: session, schema, and the three
 * verbs (`get`, `query`, `set`) over objects that it knows only from the schema. It keeps no state but the
 * session.
 *
 * The pages of a query follow anchors (RFC 8620 §5.5). Tasks come and go while pages are read, so an anchor
 * may be gone: then the nearest id seen before it is tried, going back in doubling steps and at last to the
 * start. Rows seen before are dropped, so that nothing is given twice and nothing that stays is missed.
 */
import type { Json, JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import { MethodFailed, ReplyMalformed } from './errors.ts'
import type { Schema } from './schema.ts'
import { parseSchema } from './schema.ts'
import type { Session } from './session.ts'
import { parseSession } from './session.ts'
import type { SetError } from './set-error.ts'
import { setError, UNANSWERED } from './set-error.ts'
import type { TransportOptions } from './transport.ts'
import { Transport } from './transport.ts'

export interface Call { readonly name: string; readonly args: JsonObject }
/** One reply a call, in order. */
export type Reply =
  | { readonly kind: 'ok'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly error: MethodFailed }

export interface GetReply { readonly list: readonly JsonObject[]; readonly notFound: readonly string[] }
export interface QueryOptions {
  readonly filter?: JsonObject
  readonly sort?: readonly { readonly property: string; readonly isAscending: boolean }[]
  /** At most so many rows over all pages. */
  readonly limit?: number
  /** Of every row; null: all. */
  readonly properties?: readonly string[] | null
  /** Ask how many there are in all: a count over the whole table for the server. */
  readonly total?: boolean
}
/** `total` as the first page told it; null when it was not asked for. */
export interface Page { readonly rows: readonly JsonObject[]; readonly total: number | null }
export type SetOutcome =
  | { readonly kind: 'done'; readonly id: string; readonly result: JsonObject }
  | { readonly kind: 'refused'; readonly id: string; readonly error: SetError }

const USING = ['urn:ietf:params:jmap:core', 'urn:stalwart:jmap']
const CREATION_ID = 'n0'

export class JmapClient {
  readonly #transport: Transport
  #session: Promise<Session> | null = null

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options)
  }

  /** Read once; read again after a failure. */
  session(): Promise<Session> {
    this.#session ??= this.#transport.exchange('/jmap/session').then(parseSession).catch((error: unknown) => {
      this.#session = null
      throw error
    })
    return this.#session
  }

  async schema(): Promise<Schema> {
    const body = await this.#transport.exchange('/api/schema')
    try {
      return parseSchema(body)
    } catch (error) {
      throw new ReplyMalformed('/api/schema', error instanceof Error ? error.message : String(error))
    }
  }

  /** Several calls in one request; the call at index i has the id `c<i>`, for back-references. */
  async request(calls: readonly Call[]): Promise<Reply[]> {
    const { apiPath } = await this.session()
    const body = await this.#transport.exchange(apiPath, {
      using: USING,
      methodCalls: calls.map(({ name, args }, index) => [name, args, `c${index}`]),
    })
    const responses = isJsonObject(body) ? body['methodResponses'] : undefined
    if (!Array.isArray(responses) || responses.length !== calls.length) {
      throw new ReplyMalformed(apiPath, `it does not hold ${calls.length} method responses`)
    }
    return calls.map(({ name }, index) => reply(name, (responses as Json[])[index]))
  }

  /** One call; throws MethodFailed. */
  async call(name: string, args: JsonObject): Promise<JsonObject> {
    const [only] = await this.request([{ name, args }])
    if (only === undefined) throw new ReplyMalformed(name, 'it is empty')
    return resultOf(only)
  }

  /** Any number of ids, in their order; `object` with its prefix, as in `x:Task`. */
  async get(
    object: string, ids: readonly string[], properties: readonly string[] | null = null,
  ): Promise<GetReply> {
    const { objectsInGetMax } = await this.session()
    const list: JsonObject[] = []
    const notFound: string[] = []
    for (const part of parts(ids, objectsInGetMax)) {
      const result = await this.call(`${object}/get`, { ids: part, properties })
      list.push(...objects(result['list']))
      notFound.push(...strings(result['notFound']))
    }
    return { list, notFound }
  }

  /** Query and get in one request a page. */
  async *pages(object: string, options: QueryOptions = {}): AsyncGenerator<Page> {
    const { objectsInGetMax } = await this.session()
    const limit = options.limit ?? Infinity
    const seen = new Set<string>()
    let trail: string[] = []
    let total: number | null = null
    while (seen.size < limit) {
      const asked = Math.min(objectsInGetMax, limit - seen.size)
      let page = await this.#after(object, options, asked, trail)
      if (page === null) {
        trail = []
        page = await this.#page(object, options, { limit: asked, position: 0 })
      }
      total ??= page.total
      trail.push(...page.ids)
      const fresh = page.rows.filter(row => !seen.has(idOf(row)))
      for (const id of page.ids) seen.add(id)
      yield { rows: fresh, total }
      if (page.ids.length < asked) return
    }
  }

  async create(object: string, body: JsonObject): Promise<SetOutcome> {
    const result = await this.call(`${object}/set`, { create: { [CREATION_ID]: body } })
    const created = member(result, 'created', CREATION_ID)
    if (isJsonObject(created) && typeof created['id'] === 'string') {
      return { kind: 'done', id: created['id'], result: created }
    }
    return { kind: 'refused', id: CREATION_ID, error: refusal(result, 'notCreated', CREATION_ID) }
  }

  /** One outcome an id, in order, as the server takes them (in parts of what it allows in one call). */
  async *update(object: string, patches: ReadonlyMap<string, JsonObject>): AsyncGenerator<SetOutcome> {
    const { objectsInSetMax } = await this.session()
    for (const part of parts([...patches.entries()], objectsInSetMax)) {
      const result = await this.call(`${object}/set`, { update: Object.fromEntries(part) })
      for (const [id] of part) {
        const updated = member(result, 'updated', id)
        if (updated === undefined) yield { kind: 'refused', id, error: refusal(result, 'notUpdated', id) }
        else yield { kind: 'done', id, result: isJsonObject(updated) ? updated : {} }
      }
    }
  }

  async *destroy(object: string, ids: readonly string[]): AsyncGenerator<SetOutcome> {
    const { objectsInSetMax } = await this.session()
    for (const part of parts(ids, objectsInSetMax)) {
      const result = await this.call(`${object}/set`, { destroy: part })
      const destroyed = new Set(strings(result['destroyed']))
      for (const id of part) {
        if (destroyed.has(id)) yield { kind: 'done', id, result: {} }
        else yield { kind: 'refused', id, error: refusal(result, 'notDestroyed', id) }
      }
    }
  }

  /** The page after the last id of the trail that still exists; null when there is none. */
  async #after(
    object: string, options: QueryOptions, limit: number, trail: readonly string[],
  ): Promise<IdPage | null> {
    for (let back = 1; back <= trail.length; back *= 2) {
      try {
        const anchor = trail[trail.length - back] ?? ''
        return await this.#page(object, options, { limit, anchor, anchorOffset: 1 })
      } catch (error) {
        if (!(error instanceof MethodFailed && error.type === 'anchorNotFound')) throw error
      }
    }
    return null
  }

  async #page(object: string, options: QueryOptions, place: JsonObject): Promise<IdPage> {
    const { filter = {}, sort, properties = null } = options
    const query = {
      filter,
      ...place,
      ...(sort ? { sort: sort.map(entry => ({ ...entry })) } : {}),
      ...(options.total && place['position'] === 0 ? { calculateTotal: true } : {}),
    }
    const found = { resultOf: 'c0', name: `${object}/query`, path: '/ids' }
    const [ids, got] = await this.request([
      { name: `${object}/query`, args: query },
      { name: `${object}/get`, args: { '#ids': found, properties } },
    ])
    if (ids === undefined || got === undefined) throw new ReplyMalformed(`${object}/query`, 'it is empty')
    const result = resultOf(ids)
    const total = result['total']
    return {
      ids: strings(result['ids']),
      rows: objects(resultOf(got)['list']),
      total: typeof total === 'number' ? total : null,
    }
  }
}

/** A row whose object went away between query and get is missing; its id is not. */
interface IdPage extends Page { readonly ids: readonly string[] }

function reply(name: string, response: Json | undefined): Reply {
  const [answered, result] = Array.isArray(response) ? response as Json[] : []
  if (!isJsonObject(result)) throw new ReplyMalformed(name, 'a method response is no object')
  if (answered === 'error') {
    const { type, description } = result
    const text = typeof description === 'string' ? description : null
    return { kind: 'error', error: new MethodFailed(name, typeof type === 'string' ? type : 'serverFail', text) }
  }
  if (answered !== name) throw new ReplyMalformed(name, `it is a response to ${JSON.stringify(answered)}`)
  return { kind: 'ok', result }
}

function resultOf(from: Reply): JsonObject {
  if (from.kind === 'error') throw from.error
  return from.result
}

function refusal(result: JsonObject, map: string, id: string): SetError {
  const error = member(result, map, id)
  return error === undefined ? UNANSWERED : setError(error)
}

function member(result: JsonObject, map: string, key: string): Json | undefined {
  const entries = result[map]
  return isJsonObject(entries) && Object.hasOwn(entries, key) ? entries[key] : undefined
}

function idOf(row: JsonObject): string {
  return typeof row['id'] === 'string' ? row['id'] : ''
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function parts<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size)
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size))
}
