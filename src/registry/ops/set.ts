/**
 * `x:<Object>/set`: creations, then changes, then removals (RFC 8620 §5.3), each item in a transaction of its own, so that
 * one refused item costs its neighbours nothing. Every id or creation id that was sent is in exactly one part of the
 * reply, under the very text that was sent.
 */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { CallContext, Method } from '../method.ts'
import type { ObjectDefinition, Verb, WriteContext } from '../schema/object.ts'
import { refusal, SetFailure } from '../set-error.ts'
import type { SetError } from '../set-error.ts'
import { withNamedVariants } from '../values/names.ts'
import { objectArgument, textsArgument } from './arguments.ts'
import { canWrite } from './backend.ts'
import { creationOrder } from './creation-order.ts'
import { OBJECTS_IN_SET_MAX, requirePermission } from './environment.ts'
import type { Environment } from './environment.ts'
import { Writer } from './write.ts'
import type { Resolve } from './write.ts'

interface Work {
  readonly create: ReadonlyMap<string, Json>
  readonly update: ReadonlyMap<string, Json>
  readonly destroy: ReadonlySet<string>
}

/** Maps, because clients choose the keys: `__proto__` is one like any other. */
class Reply {
  readonly created = new Map<string, JsonObject>()
  readonly updated = new Map<string, JsonObject | null>()
  readonly destroyed: string[] = []
  readonly notCreated = new Map<string, SetError>()
  readonly notUpdated = new Map<string, SetError>()
  readonly notDestroyed = new Map<string, SetError>()

  get anythingDone(): boolean {
    return this.created.size + this.updated.size + this.destroyed.length > 0
  }

  toJson(accountId: Id): JsonObject {
    const { created, updated, destroyed, notCreated, notUpdated, notDestroyed } = this
    const maps = { created, updated, notCreated, notUpdated, notDestroyed }
    const filled = Object.entries(maps)
      .filter(([, map]) => map.size > 0)
      .map(([name, map]) => [name, Object.fromEntries<unknown>(map)])
    return {
      accountId,
      ...(Object.fromEntries(filled) as JsonObject),
      ...(destroyed.length > 0 ? { destroyed } : {}),
    }
  }
}

export function setMethod<Tx>(env: Environment<Tx>): Method {
  const writer = canWrite(env.backend) ? new Writer(env) : null
  return async (args, context) => {
    const work = readWork(args)
    for (const verb of verbsOf(work)) {
      if (env.definition.verbs.includes(verb)) requirePermission(env.definition, verb, context)
    }
    const reply = new Reply()
    const run = new SetRun(env, writer, context, reply)
    await run.create(work.create)
    await run.update(work.update, work.destroy)
    await run.destroy(work.destroy)
    return reply.toJson(context.principal.accountId)
  }
}

function readWork(args: JsonObject): Work {
  if ((ownValue(args, 'ifInState') ?? null) !== null) {
    throw new MethodError('invalidArguments', 'ifInState: these objects have no state; leave it out.')
  }
  const create = new Map(Object.entries(objectArgument(args, 'create') ?? {}))
  const update = new Map(Object.entries(objectArgument(args, 'update') ?? {}))
  const destroy = new Set(textsArgument(args, 'destroy'))
  const size = create.size + update.size + destroy.size
  if (size > OBJECTS_IN_SET_MAX) {
    throw new MethodError('requestTooLarge', `${size} objects in one call; send at most ${OBJECTS_IN_SET_MAX}.`)
  }
  return { create, update, destroy }
}

function verbsOf({ create, update, destroy }: Work): Verb[] {
  return [
    ...(create.size > 0 ? ['Create' as const] : []),
    ...(update.size > 0 ? ['Update' as const] : []),
    ...(destroy.size > 0 ? ['Destroy' as const] : []),
  ]
}

class SetRun<Tx> {
  readonly #env: Environment<Tx>
  readonly #writer: Writer<Tx> | null
  readonly #context: CallContext
  readonly #reply: Reply

  constructor(env: Environment<Tx>, writer: Writer<Tx> | null, context: CallContext, reply: Reply) {
    this.#env = env
    this.#writer = writer
    this.#context = context
    this.#reply = reply
  }

  async create(creations: ReadonlyMap<string, Json>): Promise<void> {
    const { created, notCreated } = this.#reply
    const { shape } = this.#env.definition
    const bodies = new Map([...creations].flatMap(([creationId, body]): [string, JsonObject][] =>
      isJsonObject(body) ? [[creationId, withNamedVariants(shape, body)]] : []))
    for (const creationId of creations.keys()) {
      if (!bodies.has(creationId)) {
        notCreated.set(creationId, refusal('invalidPatch', 'A creation must be an object of properties.').error)
      }
    }
    const { order, refused } = creationOrder(shape, bodies)
    for (const [creationId, failure] of refused) notCreated.set(creationId, failure.error)
    for (const creationId of order) {
      await this.#item(notCreated, creationId, async () => {
        const { id, shown } = await this.#checked('Create').create(
          bodies.get(creationId) ?? {},
          this.#write(),
          this.#resolve,
        )
        this.#context.createdIds.set(creationId, id)
        created.set(creationId, { id, ...shown })
      })
    }
  }

  async update(updates: ReadonlyMap<string, Json>, destroyed: ReadonlySet<string>): Promise<void> {
    const { updated, notUpdated } = this.#reply
    for (const [id, patch] of updates) {
      await this.#item(notUpdated, id, async () => {
        const writer = this.#checked('Update')
        if (destroyed.has(id)) {
          throw refusal('willDestroy', 'The same request destroys this object; leave one of the two out.')
        }
        if (!isJsonObject(patch)) throw refusal('invalidPatch', 'An update must be an object of properties.')
        const { shown } = await writer.update(id, patch, this.#write(), this.#resolve)
        updated.set(id, shown ?? null)
      })
    }
  }

  async destroy(ids: ReadonlySet<string>): Promise<void> {
    const { destroyed, notDestroyed } = this.#reply
    for (const id of ids) {
      await this.#item(notDestroyed, id, async () => {
        await this.#checked('Destroy').destroy(id, this.#write())
        destroyed.push(id)
      })
    }
  }

  /** A creation that failed in this call hides an older one with the same creation id. */
  readonly #resolve: Resolve = creationId =>
    this.#reply.notCreated.has(creationId) ? undefined : this.#context.createdIds.get(creationId)

  #write(): WriteContext {
    const { principal, remote = null } = this.#context
    return { principal, remote, now: this.#env.clock.now() }
  }

  /** A singleton says itself that it is one; other objects lack a verb because only the server writes them. */
  #checked(verb: Verb): Writer<Tx> {
    const { definition } = this.#env
    if (this.#writer === null || (!definition.verbs.includes(verb) && definition.kind !== 'singleton')) {
      throw readOnly(definition, verb)
    }
    return this.#writer
  }

  /** Whatever fails in the middle leaves what was done before: any other error would say that nothing was (RFC 8620 §3.6.2). */
  async #item(refused: Map<string, SetError>, key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof SetFailure) refused.set(key, error.error)
      else if (this.#reply.anythingDone) {
        throw new MethodError('serverPartialFail', 'Only a part was done before the server failed; read the objects again.', {
          cause: error,
        })
      } else throw error
    }
  }
}

function readOnly(definition: ObjectDefinition<unknown, never>, verb: Verb): SetFailure {
  return refusal('forbidden', `${definition.plural} are kept by the server; nobody can ${verb.toLowerCase()} them.`)
}
