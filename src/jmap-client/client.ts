/**
 * A client of the management API, for the command line, tests and a browser: session, schema, and the three
 * verbs (`get`, `query`, `set`) over objects that it knows only from the schema. It keeps no state but the
 * session.
 */
import type { Json, JsonObject } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'
import { ReplyMalformed } from './errors.ts'
import type { IdPage, Page, Place } from './paging.ts'
import { followPages } from './paging.ts'
import type { Reply } from './reply.ts'
import { member, objects, parseReply, refusal, resultOf, strings } from './reply.ts'
import type { Schema } from './schema.ts'
import { parseSchema } from './schema.ts'
import type { Session } from './session.ts'
import { parseSession } from './session.ts'
import type { SetError } from './set-error.ts'
import type { TransportOptions } from './transport.ts'
import { Transport } from './transport.ts'

export interface Call { readonly name: string; readonly args: JsonObject }
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
export type SetOutcome =
  | { readonly kind: 'done'; readonly id: string; readonly result: JsonObject }
  | { readonly kind: 'refused'; readonly id: string; readonly error: SetError }

const USING = ['urn:ietf:params:jmap:core', 'urn:stalwart:jmap']
const CREATION_ID = 'n0'
/** Tasks are listed by it unless asked otherwise; other objects, which have no such property, by id. */
const DEFAULT_ORDER = 'due'
/** An anchor, and one more row. */
const PAGE_MIN = 2

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
    return calls.map(({ name }, index) => parseReply(name, (responses as Json[])[index]))
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

  /** Query and get in one request a page; paging.ts says how pages follow each other. */
  async *pages(object: string, options: QueryOptions = {}): AsyncGenerator<Page> {
    const { objectsInGetMax } = await this.session()
    const { properties = null, sort, limit = Infinity } = options
    const orderedBy = sort?.[0]?.property ?? DEFAULT_ORDER
    const extra = properties !== null && !properties.includes(orderedBy)
    const read = (place: Place) =>
      this.#page(object, extra ? { ...options, properties: [...properties, orderedBy] } : options, place)
    const pageMax = Math.max(objectsInGetMax, PAGE_MIN)
    for await (const { rows, total } of followPages({ read, pageMax, limit, orderedBy })) {
      yield { rows: extra ? rows.map(row => without(row, orderedBy)) : rows, total }
    }
  }

  async create(object: string, body: JsonObject): Promise<SetOutcome> {
    for await (const [, outcome] of this.createAll(object, new Map([[CREATION_ID, body]]))) return outcome
    throw new ReplyMalformed(`${object}/set`, 'it is empty')
  }

  /** By creation id, in order: the outcome of each, in parts of what the server allows in one call. */
  async *createAll(object: string, bodies: ReadonlyMap<string, JsonObject>): AsyncGenerator<[string, SetOutcome]> {
    const { objectsInSetMax } = await this.session()
    for (const part of parts([...bodies], objectsInSetMax)) {
      const result = await this.call(`${object}/set`, { create: Object.fromEntries(part) })
      for (const [key] of part) {
        const created = member(result, 'created', key)
        if (isJsonObject(created) && typeof created['id'] === 'string') {
          yield [key, { kind: 'done', id: created['id'], result: created }]
        } else yield [key, { kind: 'refused', id: key, error: refusal(result, 'notCreated', key) }]
      }
    }
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

  async #page(object: string, options: QueryOptions, place: Place): Promise<IdPage> {
    const { filter = {}, sort, properties = null } = options
    const query = {
      filter,
      ...place,
      ...(sort ? { sort: sort.map(entry => ({ ...entry })) } : {}),
      ...(options.total && 'position' in place ? { calculateTotal: true } : {}),
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

function without(row: JsonObject, property: string): JsonObject {
  const { [property]: _, ...rest } = row
  return rest
}

function parts<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size)
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size))
}
