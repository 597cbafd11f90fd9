/**
 * Patch objects (RFC 8620 §5.3): keys are properties or pointers into them, `/` between the parts, `~1` for `/` and `~0`
 * for `~`. The result is the stored object with the new values put in, not yet judged (normalize.ts does that); parts
 * that no key touches stay the very same values, which is how normalize knows that they did not change.
 */
import type { FieldType, MapValueType, Shape, VariantShape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { nameMeant } from './names.ts'
import { judgeUndeclared } from './neutral.ts'
import type { Scope } from './normalize.ts'
import type { Path, Problems } from './problems.ts'
import { fieldNamed, fieldsOf, variantNames } from './shapes.ts'

/** Keys in one patch. */
export const PATCH_KEYS_MAX = 1_000

type Target = FieldType | MapValueType

export function applyPatch(shape: Shape, stored: JsonObject, patch: JsonObject, scope: Scope): JsonObject {
  const { problems } = scope
  const tooMany = Object.keys(patch)[PATCH_KEYS_MAX]
  if (tooMany !== undefined) {
    problems.patchKey(
      tooMany,
      `is more than the ${PATCH_KEYS_MAX} keys of one patch; send the rest in another update.`,
    )
    return stored
  }
  const entries = Object.entries(patch)
  const draft = new Draft(scope)
  const set = new Set<string>()
  let next = stored
  for (const [key] of entries) {
    const pointer = bare(key)
    if (set.has(pointer)) problems.patchKey(key, 'is in the patch twice, with and without a leading slash.')
    set.add(pointer)
  }
  for (const [key, value] of entries) {
    const parts = partsOf(bare(key))
    const above = parts && prefixIn(set, bare(key))
    if (!parts) problems.patchKey(key, 'is no pointer: "~" is followed by 0 or 1.')
    else if (above !== undefined) problems.patchKey(key, `lies inside ${above}, which the same patch sets.`)
    else next = draft.putProperty(shape, next, parts, value, []) ?? next
  }
  return next
}

/** A leading slash, as in RFC 6901, is let through. */
function bare(key: string): string {
  return key.startsWith('/') ? key.slice(1) : key
}

/** Null when an escape is wrong. */
function partsOf(pointer: string): string[] | null {
  if (/~(?![01])/.test(pointer)) return null
  return pointer.split('/').map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function prefixIn(pointers: ReadonlySet<string>, pointer: string): string | undefined {
  for (let end = pointer.lastIndexOf('/'); end > 0; end = pointer.lastIndexOf('/', end - 1)) {
    if (pointers.has(pointer.slice(0, end))) return pointer.slice(0, end)
  }
  return undefined
}

/** The stored object under change: each part is copied when it is touched first, so that many keys cost no copy each. */
class Draft {
  readonly #problems: Problems
  readonly #resolve: Scope['resolve']
  readonly #copies = new WeakSet<JsonObject>()

  constructor({ problems, resolve }: Scope) {
    this.#problems = problems
    this.#resolve = resolve
  }

  /** Undefined when a problem was noted. */
  putProperty(shape: Shape, into: JsonObject, parts: readonly string[], value: Json, path: Path): JsonObject | undefined {
    const [name = '', ...rest] = parts
    const at = [...path, name]
    if (name === '@type' && shape.kind === 'multiple' && rest.length === 0) return this.#retyped(shape, into, value, path)
    const fields = fieldsOf(shape, into) ?? {}
    const field = fieldNamed(fields, name)
    if (field === undefined) {
      judgeUndeclared({ shape, of: into, name, rest, value, path: at }, this.#problems)
      return undefined
    }
    if (rest.length === 0) return this.#replaced(into, name, value)
    const inner = this.#putInside(field.type, ownValue(into, name), rest, value, at)
    return inner === undefined ? undefined : this.#replaced(into, name, inner)
  }

  /** Another variant starts from its defaults; the object itself keeps its variant for life. */
  #retyped(shape: VariantShape, into: JsonObject, value: Json, path: Path): JsonObject | undefined {
    const type = (typeof value === 'string' ? nameMeant(variantNames(shape), value) : undefined) ?? value
    if (into['@type'] === type) return into
    if (path.length > 0) return { '@type': type }
    this.#problems.patch(['@type'], 'cannot be changed after creation; create a new object instead.')
    return undefined
  }

  #putInside(type: Target, current: Json | undefined, parts: readonly string[], value: Json, path: Path): Json | undefined {
    const [key = '', ...rest] = parts
    if (type.type === 'object') {
      if (isJsonObject(current)) return this.putProperty(type.shape, current, parts, value, path)
      this.#problems.patch(path, 'is empty; set it as a whole.')
      return undefined
    }
    const entries = isJsonObject(current) ? current : {}
    if (type.type === 'set' && rest.length === 0) {
      const member = type.class.type === 'objectId' ? this.#idMeant(key) : key
      return value === null || value === false ? this.#without(entries, member) : this.#replaced(entries, member, value)
    }
    if (type.type === 'map' || type.type === 'objectList') {
      if (rest.length === 0) return value === null ? this.#without(entries, key) : this.#replaced(entries, key, value)
      const entry = ownValue(entries, key)
      if (entry === undefined) {
        this.#problems.patch([...path, { key }], 'does not exist; set the entry as a whole.')
        return undefined
      }
      const of: Target = type.type === 'map' ? type.valueClass : { type: 'object', shape: type.shape }
      const inner = this.#putInside(of, entry, rest, value, [...path, { key }])
      return inner === undefined ? undefined : this.#replaced(entries, key, inner)
    }
    this.#problems.patch([...path, { key }], 'points into a value that has no parts.')
    return undefined
  }

  /** Also by its creation id, or what the client puts in by that could not be taken out by it. Normalize refuses unknown ones. */
  #idMeant(key: string): string {
    return key.startsWith('#') ? this.#resolve(key.slice(1)) ?? key : key
  }

  #replaced(into: JsonObject, key: string, value: Json): JsonObject {
    const copy = this.#copyOf(into)
    // Keys that clients choose may be `__proto__`, which an assignment would not take for one.
    Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
    return copy
  }

  #without(into: JsonObject, key: string): JsonObject {
    const copy = this.#copyOf(into)
    Reflect.deleteProperty(copy, key)
    return copy
  }

  #copyOf(object: JsonObject): JsonObject {
    if (this.#copies.has(object)) return object
    const copy: JsonObject = Object.fromEntries(Object.entries(object))
    this.#copies.add(copy)
    return copy
  }
}
