/**
 * All objects of one server: their JMAP methods, their schema and permissions, and the server's own way to read and write
 * them. The methods ask for permissions; the server's own calls do not, but go through the same validation and hooks.
 */
import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import type { EnumMember } from '../base/fields.ts'
import type { Id, IdSource } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Method } from './method.ts'
import type { ObjectReader } from './ops/backend.ts'
import { OBJECTS_IN_GET_MAX } from './ops/environment.ts'
import type { Environment, Transactions } from './ops/environment.ts'
import { everything, getMethod, loadSingleton } from './ops/get.ts'
import { wholeBody } from './ops/present.ts'
import { queryMethod } from './ops/query.ts'
import { setMethod } from './ops/set.ts'
import { tableBackend } from './ops/table-backend.ts'
import { Writer } from './ops/write.ts'
import type { RegistryTx } from './ports.ts'
import { schemaDocument } from './schema/document.ts'
import type { Placeholder, SchemaDocument } from './schema/document.ts'
import type { ObjectDefinition, WriteContext } from './schema/object.ts'
import { permissionList } from './schema/permissions.ts'
import { objectOf } from './values/references.ts'

export interface RegistryOptions<Tx extends RegistryTx> {
  /** In the order of the menus. */
  readonly objects: readonly ObjectDefinition<unknown, Tx>[]
  /** By object name, for those whose rows are in other tables than the ObjectTable. */
  readonly backends: Readonly<Record<string, ObjectReader<Tx>>>
  /** Methods besides the three verbs, by `<Object>/<name>`; each is made for its object. */
  readonly methods: OwnMethods<Tx>
  readonly placeholders: readonly Placeholder[]
  readonly store: Transactions<Tx>
  readonly ids: IdSource
  readonly clock: Clock
}
export type OwnMethods<Tx> = Readonly<Record<string, (env: Environment<Tx>) => Method>>

/** An object with its values typed as its declaration says, secrets as they are stored. */
export interface Loaded<Value> { readonly id: Id; readonly version: number; readonly value: Value }

export class Registry<Tx extends RegistryTx = RegistryTx> {
  readonly #environments: ReadonlyMap<string, Environment<Tx>>
  readonly #placeholders: readonly Placeholder[]
  readonly #clock: Clock
  readonly #methods: OwnMethods<Tx>

  constructor({ objects, backends, methods, placeholders, store, ids, clock }: RegistryOptions<Tx>) {
    const record: Environment<Tx>['record'] = (tx, entry) => tx.audit.append(entry)
    const existing: Environment<Tx>['existing'] = async (tx, object, wanted) => {
      const env = this.#environments.get(objectOf(object))
      const found = await env?.backend.get(tx, wanted) ?? []
      return new Set(found.filter(({ body }) => isShown(env?.definition, object, body)).map(({ id }) => id))
    }
    this.#clock = clock
    this.#placeholders = placeholders
    this.#methods = methods
    this.#environments = new Map(objects.map(definition => {
      const backend = backends[definition.name] ?? tableBackend(definition)
      return [definition.name, { definition, backend, store, ids, clock, existing, record }]
    }))
    assert(this.#environments.size === objects.length, 'two objects have one name')
  }

  get objects(): readonly ObjectDefinition<unknown, never>[] {
    return [...this.#environments.values().map(env => env.definition)]
  }

  /** By their names on the wire. */
  methods(): Map<string, Method> {
    const own = Object.entries(this.#methods).map(([name, of]): [string, Method] => [`x:${name}`, of(this.#environment({ name: name.split('/')[0] ?? '' }))])
    return new Map([...this.#environments.values().flatMap(methodsOf), ...own])
  }

  /** Made anew at each call; who serves it keeps it. */
  schemaDocument(): SchemaDocument {
    return schemaDocument(this.objects, this.#placeholders)
  }

  permissions(): EnumMember[] {
    return permissionList(this.objects)
  }

  /** A singleton with its defaults where nothing was written. */
  async singleton<Value>(tx: Tx, definition: ObjectDefinition<Value, never>): Promise<Value> {
    const { body } = await loadSingleton(this.#environment(definition).backend, tx)
    return wholeBody(definition, body) as Value
  }

  async get<Value>(tx: Tx, definition: ObjectDefinition<Value, never>, ids: readonly Id[]): Promise<Loaded<Value>[]> {
    const found = await this.#environment(definition).backend.get(tx, ids)
    return found.map(({ id, version, body }) => ({ id, version, value: wholeBody(definition, body) as Value }))
  }

  /** Every object of a kind; for kinds of which there are few (roles, listeners, domains). */
  async all<Value>(tx: Tx, definition: ObjectDefinition<Value, never>): Promise<Loaded<Value>[]> {
    const { backend } = this.#environment(definition)
    const list: Loaded<Value>[] = []
    for (let after: Id | undefined; ;) {
      const ids = await backend.page(tx, everything(definition), {
        limit: OBJECTS_IN_GET_MAX,
        skip: 0,
        ...(after === undefined ? {} : { after }),
      })
      list.push(...(await this.get(tx, definition, ids)))
      after = ids.at(-1)
      if (ids.length < OBJECTS_IN_GET_MAX || after === undefined) return list
    }
  }

  /** Throws SetFailure with what a client would be told. */
  async create(definition: ObjectDefinition<unknown, never>, body: JsonObject): Promise<Id> {
    const { id } = await new Writer(this.#environment(definition)).create(body, this.#asServer(), nothing)
    return id
  }

  /** `patch` as in `/set`. */
  async update(definition: ObjectDefinition<unknown, never>, id: Id, patch: JsonObject): Promise<void> {
    await new Writer(this.#environment(definition)).update(id, patch, this.#asServer(), nothing)
  }

  async destroy(definition: ObjectDefinition<unknown, never>, id: Id): Promise<void> {
    await new Writer(this.#environment(definition)).destroy(id, this.#asServer())
  }

  /** In a transaction of the caller, for whoever `context` names. */
  destroyIn(tx: Tx, definition: ObjectDefinition<unknown, Tx>, id: Id, context: WriteContext): Promise<void> {
    return new Writer(this.#environment(definition)).destroyIn(tx, id, context)
  }

  /** The reverse: `body` as it was stored when the object was destroyed. */
  putBack(tx: Tx, definition: ObjectDefinition<unknown, Tx>, id: Id, body: JsonObject, context: WriteContext): Promise<void> {
    return new Writer(this.#environment(definition)).putBack(tx, id, body, context)
  }

  #asServer(): WriteContext {
    return { principal: null, remote: null, now: this.#clock.now() }
  }

  #environment({ name }: Pick<ObjectDefinition, 'name'>): Environment<Tx> {
    const env = this.#environments.get(name)
    assert(env, `the registry has no object ${name}`)
    return env
  }
}

/** Of a view, what its filters say; a view that there is not shows nothing. */
function isShown(definition: ObjectDefinition<unknown, never> | undefined, name: string, body: JsonObject): boolean {
  if (definition?.name === name) return true
  const view = definition?.views.find(each => `${definition.name}/${each.name}` === name)
  return view !== undefined && Object.entries(view.filters).every(([property, value]) => body[property] === value)
}

const nothing = (): undefined => undefined

function methodsOf<Tx>(env: Environment<Tx>): [string, Method][] {
  const { name, kind } = env.definition
  const methods: [string, Method][] = [[`x:${name}/get`, getMethod(env)], [`x:${name}/set`, setMethod(env)]]
  return kind === 'object' ? [...methods, [`x:${name}/query`, queryMethod(env)]] : methods
}
