/**
 * One creation, change or removal of one object, in one transaction. A change is worked out on a look at the object and
 * written only if the object is still at that version; else it is worked out again. What is refused is thrown as
 * SetFailure, and nothing of it was written.
 */
import { isDeepStrictEqual } from 'node:util'
import { assert } from '../../base/assert.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import { hasCode, RotaError } from '../../errors.ts'
import type { ObjectRef, WriteReply } from '../ports.ts'
import { SINGLETON_ID } from '../schema/object.ts'
import type { Stored, WriteContext } from '../schema/object.ts'
import { refusal, SetFailure } from '../set-error.ts'
import { withNamedVariants } from '../values/names.ts'
import { normalizeObject } from '../values/normalize.ts'
import type { Scope } from '../values/normalize.ts'
import { applyPatch } from '../values/patch.ts'
import { pointer, Problems } from '../values/problems.ts'
import { objectOf, references } from '../values/references.ts'
import { variantNames } from '../values/shapes.ts'
import { auditEntry } from './audit.ts'
import type { AuditedChange } from './audit.ts'
import type { Change, ObjectBackend } from './backend.ts'
import { canWrite } from './backend.ts'
import type { Environment } from './environment.ts'
import { loadSingleton } from './get.ts'
import { isVisible, refuseForeign, withOwner } from './ownership.ts'
import { wholeBody } from './present.ts'
import { fieldEntries } from './table-backend.ts'

/** Others may write the same object meanwhile; this often in a row they do not. */
const TRIES_MAX = 5
const LINKED_SHOWN_MAX = 10

export type Resolve = Scope['resolve']
/** `shown`: values that the client is told once. */
export interface Written { readonly id: Id; readonly shown?: JsonObject }

export class Writer<Tx> {
  readonly #env: Environment<Tx>
  readonly #backend: ObjectBackend<Tx>

  constructor(env: Environment<Tx>) {
    assert(canWrite(env.backend), `${env.definition.name} cannot be written`)
    this.#env = env
    this.#backend = env.backend
  }

  async create(raw: JsonObject, context: WriteContext, resolve: Resolve): Promise<Written> {
    const { definition, ids, store } = this.#env
    const { hooks, name, kind } = definition
    if (kind === 'singleton') {
      throw refusal('singleton', `There is one ${name} and it cannot be created; update the id ${SINGLETON_ID}.`)
    }
    this.#admit(variantOf(raw), context)
    hooks.admit?.(variantOf(raw))
    const owned = withOwner(definition, raw, context.principal)
    const next = this.#judge(hooks.complete?.(owned, null, context) ?? owned, null, resolve, new Problems())
    refuseForeign(definition, next, context.principal)
    const id = ids.next()
    const { body, shown } = (await hooks.prepare?.(id, next, null, context)) ?? { body: next, shown: undefined }
    const reply = await this.#again(() => store.transact(async tx => {
      const change = await this.#change(tx, id, body, null, context)
      const created = await this.#backend.create(tx, id, change)
      if (created.kind === 'created') {
        await hooks.settle?.(tx, created.id, change.body, null, context)
        await this.#record(tx, { id: created.id, before: null, after: change.body }, context)
      }
      return created
    }))
    if (reply.kind === 'conflict') throw this.#taken(reply)
    return { id: reply.id, ...(shown === undefined ? {} : { shown }) }
  }

  update(id: Id, patch: JsonObject, context: WriteContext, resolve: Resolve): Promise<Written> {
    return this.#again(async () => {
      const { definition, store } = this.#env
      const { hooks, shape } = definition
      const stored = await store.read(tx => this.#load(tx, id, context))
      this.#admit(variantOf(stored.body), context)
      const former = this.#backend.asked?.(stored) ?? stored.body
      const before = wholeBody(definition, former)
      const problems = new Problems()
      const patched = withNamedVariants(shape, applyPatch(shape, before, withoutId(patch, id), { problems, resolve }))
      problems.refuse()
      const next = this.#judge(hooks.complete?.(patched, before, context) ?? patched, before, resolve, problems)
      refuseForeign(definition, next, context.principal)
      const { body, shown } = await hooks.prepare?.(id, next, before, context) ?? { body: next, shown: undefined }
      if (stored.version > 0 && isDeepStrictEqual(body, former)) return { id }
      const reply = await store.transact(async tx => {
        const change = await this.#change(tx, id, body, before, context)
        const written = await this.#overwrite(tx, stored, change)
        if (written.kind === 'written') {
          await hooks.settle?.(tx, id, change.body, before, context)
          await this.#record(tx, { id, before, after: change.body }, context)
        }
        return written
      })
      if (reply.kind === 'changed') return AGAIN
      if (reply.kind === 'gone') throw notFound(id)
      if (reply.kind === 'conflict') throw this.#taken(reply)
      return { id, ...(shown === undefined ? {} : { shown }) }
    })
  }

  async destroy(id: Id, context: WriteContext): Promise<void> {
    const { definition: { name, kind }, store } = this.#env
    if (kind === 'singleton') throw refusal('singleton', `There is always one ${name}; it cannot be destroyed.`)
    await this.#again(() => store.transact(tx => this.destroyIn(tx, id, context)))
  }

  /** The same in the transaction of the caller. Throws store/conflict when others change the object meanwhile: run it again. */
  async destroyIn(tx: Tx, id: Id, context: WriteContext): Promise<void> {
    const { hooks, name } = this.#env.definition
    const stored = await this.#load(tx, id, context)
    this.#admit(variantOf(stored.body), context)
    await hooks.guard?.(tx, stored, context)
    const linked = await this.#backend.linksTo(tx, id, LINKED_SHOWN_MAX)
    if (linked.length > 0) throw isLinked({ object: name, id }, linked)
    const removal = await this.#backend.destroy(tx, stored)
    if (removal === 'gone') throw notFound(id)
    if (removal === 'changed') throw new RotaError('store/conflict', `others have changed ${name} ${id} meanwhile`)
    await hooks.settle?.(tx, id, null, stored.body, context)
    await this.#record(tx, { id, before: stored.body, after: null }, context)
  }

  /**
   * Puts an object that was removed back under its id, in the transaction of the caller: whom it names must be there, and
   * what is unique must be free. `body` is as it was stored, secrets hashed.
   */
  async putBack(tx: Tx, id: Id, body: JsonObject, context: WriteContext): Promise<void> {
    const change = await this.#change(tx, id, body, null, context)
    const reply = await this.#backend.create(tx, id, change)
    if (reply.kind === 'conflict') throw this.#taken(reply)
    await this.#env.definition.hooks.settle?.(tx, id, change.body, null, context)
    await this.#record(tx, { id, before: null, after: change.body }, context)
  }

  async #record(tx: Tx, change: AuditedChange, context: WriteContext): Promise<void> {
    const { definition, ids, record } = this.#env
    const entry = auditEntry(definition, change, context, ids.next())
    if (entry !== null) await record(tx, entry)
  }

  /** A singleton has version 0 until it is written for the first time. */
  async #overwrite(tx: Tx, stored: Stored, change: Change): Promise<WriteReply> {
    if (stored.version > 0) return this.#backend.update(tx, stored, change)
    const created = await this.#backend.create(tx, stored.id, change)
    return { kind: created.kind === 'created' ? 'written' : 'changed' }
  }

  #admit(variant: string | null, { principal }: WriteContext): void {
    const { variantPermissionPrefix: prefix, shape } = this.#env.definition
    const asked =
      prefix !== undefined && principal !== null && variant !== null && variantNames(shape).includes(variant)
    if (!asked || principal.permissions.has(prefix + variant)) return
    throw refusal('forbidden', `${principal.name} lacks the permission ${prefix + variant}.`)
  }

  async #load(tx: Tx, id: Id, { principal }: WriteContext): Promise<Stored> {
    const { definition } = this.#env
    if (definition.kind === 'singleton' && id === SINGLETON_ID) return loadSingleton(this.#backend, tx)
    const [stored] = definition.kind === 'singleton' ? [] : await this.#backend.get(tx, [id])
    if (!stored || !isVisible(definition, stored, principal)) throw notFound(id)
    return stored
  }

  #judge(raw: JsonObject, before: JsonObject | null, resolve: Resolve, problems: Problems): JsonObject {
    const { shape, hooks } = this.#env.definition
    const next = normalizeObject(shape, raw, before, { problems, resolve })
    if (!problems.found) hooks.check?.(next, before, problems)
    problems.refuse()
    return next
  }

  /** Everything that needs a look at other objects. */
  async #change(tx: Tx, id: Id, next: JsonObject, before: JsonObject | null, context: WriteContext): Promise<Change> {
    const { definition } = this.#env
    const links = await this.#links(tx, next, before)
    const { body, index } = (await definition.hooks.derive?.(tx, id, next, before, context)) ?? {
      body: next,
      index: [],
    }
    return { body, index: [...fieldEntries(definition, body), ...index], links }
  }

  /**
   * Whom the object names. A reference that was there before may be stale (imported): it is kept, but is no link. Neither is
   * that to an owner with whom the object goes.
   */
  async #links(tx: Tx, next: JsonObject, before: JsonObject | null): Promise<ObjectRef[]> {
    const { definition: { shape, owner }, existing } = this.#env
    const free = owner?.takenAlong ? owner.property : null
    const old = new Set(before === null ? [] : [...references(shape, before)].map(keyOf))
    const links = new Map<string, ObjectRef>()
    for (const [object, named] of Map.groupBy(references(shape, next), reference => reference.object)) {
      const there = await existing(tx, object, [...new Set(named.map(({ id }) => id))])
      const missing = named.find(reference => !there.has(reference.id) && !old.has(keyOf(reference)))
      if (missing) throw noSuchObject(object, missing.id, pointer(missing.path))
      for (const { id, path } of named) {
        if (there.has(id) && pointer(path) !== free) links.set(keyOf({ object, id }), { object: objectOf(object), id })
      }
    }
    return [...links.values()]
  }

  /** The index entry of a unique value is held by another object. */
  #taken({ field, existingId }: { readonly field: string; readonly existingId: Id }): SetFailure {
    const { name, keyProperties } = this.#env.definition
    const property = keyProperties[field] ?? field
    return new SetFailure({
      type: 'primaryKeyViolation', description: `Another ${name} has this ${field}; choose another ${property}.`,
      properties: [property], existingId, objectId: { object: name, id: existingId },
    })
  }

  async #again<T>(work: () => Promise<T | typeof AGAIN>): Promise<T> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
      try {
        const result = await work()
        if (result !== AGAIN) return result
      } catch (error) {
        if (!hasCode(error, 'store/conflict')) throw error
      }
    }
    throw refusal(
      'rateLimit',
      `This ${this.#env.definition.name} is being changed by others all the time; repeat the request.`,
    )
  }
}

const AGAIN = Symbol('the object changed meanwhile')

function keyOf({ object, id }: ObjectRef): string {
  return `${object}/${id}`
}

function variantOf(body: JsonObject): string | null {
  const type = ownValue(body, '@type')
  return typeof type === 'string' ? type : null
}

/** A client may send the id back with the rest of what it has read. */
function withoutId(patch: JsonObject, id: Id): JsonObject {
  if (ownValue(patch, 'id') !== id) return patch
  return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== 'id'))
}

function notFound(id: Id): SetFailure {
  return refusal('notFound', `There is no object with the id ${id.slice(0, 40).toWellFormed()}.`)
}

function isLinked(target: ObjectRef, linked: readonly ObjectRef[]): SetFailure {
  const names = linked.map(({ object, id }) => `${object} ${id}`).join(', ')
  return new SetFailure({
    type: 'objectIsLinked',
    description: `Still in use by ${names}; take it out there first.`,
    objectId: target,
    linkedObjects: linked,
  })
}

function noSuchObject(object: string, id: string, property: string): SetFailure {
  const shown = id.slice(0, 40).toWellFormed()
  return new SetFailure({
    type: 'invalidForeignKey', description: `${property} names the ${object} ${shown}, which does not exist.`,
    properties: [property], objectId: { object: objectOf(object), id: shown },
  })
}
