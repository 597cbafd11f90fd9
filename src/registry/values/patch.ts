/**
 * Patch objects (RFC 8620 §5.3): keys are properties or pointers into them, `/` between the parts, `~1` for `/` and `~0`
 * for `~`. The result is the stored object with the new values put in, not yet judged (normalize.ts does that); parts
 * that no key touches stay the very same values, which is how normalize knows that they did not change.
 */
import type { FieldType, MapValueType, Shape, VariantShape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { nameMeant } from './names.ts'
import type { Path, Problems } from './problems.ts'
import { fieldNamed, fieldsOf, variantNames } from './shapes.ts'

/** Keys in one patch. */
export const PATCH_KEYS_MAX = 1_000

type Target = FieldType | MapValueType

export function applyPatch(shape: Shape, stored: JsonObject, patch: JsonObject, problems: Problems): JsonObject {
  const keys = Object.keys(patch)
  const tooMany = keys[PATCH_KEYS_MAX]
  if (tooMany !== undefined) {
    problems.patchKey(
      tooMany,
      `is more than the ${PATCH_KEYS_MAX} keys of one patch; send the rest in another update.`,
    )
    return stored
  }
  let next: JsonObject = stored
  const pointers = new Map(keys.map(key => [key, partsOf(key)]))
  for (const [key, parts] of pointers) {
    const above = parts && prefixIn(pointers, key)
    if (!parts) problems.patchKey(key, 'is no pointer: "~" is followed by 0 or 1.')
    else if (above) problems.patchKey(key, `lies inside ${above}, which the same patch sets.`)
    else next = putProperty(shape, next, parts, patch[key] ?? null, [], problems) ?? next
  }
  return next
}

/** Null when an escape is wrong. A leading slash, as in RFC 6901, is let through. */
function partsOf(key: string): string[] | null {
  const bare = key.startsWith('/') ? key.slice(1) : key
  if (/~(?![01])/.test(bare)) return null
  return bare.split('/').map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function prefixIn(pointers: ReadonlyMap<string, string[] | null>, key: string): string | undefined {
  for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
    if (pointers.has(key.slice(0, end))) return key.slice(0, end)
  }
  return undefined
}

/** Undefined when a problem was noted. */
function putProperty(
  shape: Shape,
  into: JsonObject,
  parts: readonly string[],
  value: Json,
  path: Path,
  problems: Problems,
): JsonObject | undefined {
  const [name = '', ...rest] = parts
  const at = [...path, name]
  if (name === '@type' && shape.kind === 'multiple' && rest.length === 0) return retyped(shape, into, value, path, problems)
  const fields = fieldsOf(shape, into) ?? {}
  const field = fieldNamed(fields, name)
  if (field === undefined) {
    problems.unknown(at, fields)
    return undefined
  }
  if (rest.length === 0) return replaced(into, name, value)
  const inner = putInside(field.type, ownValue(into, name), rest, value, at, problems)
  return inner === undefined ? undefined : replaced(into, name, inner)
}

/** Another variant starts from its defaults; the object itself keeps its variant for life. */
function retyped(
  shape: VariantShape,
  into: JsonObject,
  value: Json,
  path: Path,
  problems: Problems,
): JsonObject | undefined {
  const type = (typeof value === 'string' ? nameMeant(variantNames(shape), value) : undefined) ?? value
  if (into['@type'] === type) return into
  if (path.length > 0) return { '@type': type }
  problems.patch(['@type'], 'cannot be changed after creation; create a new object instead.')
  return undefined
}

function putInside(
  type: Target,
  current: Json | undefined,
  parts: readonly string[],
  value: Json,
  path: Path,
  problems: Problems,
): Json | undefined {
  const [key = '', ...rest] = parts
  if (type.type === 'object') {
    if (isJsonObject(current)) return putProperty(type.shape, current, parts, value, path, problems)
    problems.patch(path, 'is empty; set it as a whole.')
    return undefined
  }
  const entries = isJsonObject(current) ? current : {}
  if (type.type === 'set' && rest.length === 0) {
    return value === null || value === false ? without(entries, key) : replaced(entries, key, value)
  }
  if (type.type === 'map' || type.type === 'objectList') {
    if (rest.length === 0) return value === null ? without(entries, key) : replaced(entries, key, value)
    const entry = ownValue(entries, key)
    if (entry === undefined) {
      problems.patch([...path, { key }], 'does not exist; set the entry as a whole.')
      return undefined
    }
    const of: Target = type.type === 'map' ? type.valueClass : { type: 'object', shape: type.shape }
    const inner = putInside(of, entry, rest, value, [...path, { key }], problems)
    return inner === undefined ? undefined : replaced(entries, key, inner)
  }
  problems.patch([...path, { key }], 'points into a value that has no parts.')
  return undefined
}

function replaced(into: JsonObject, key: string, value: Json): JsonObject {
  return Object.fromEntries([...Object.entries(into).filter(([name]) => name !== key), [key, value]])
}

function without(into: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(into).filter(([name]) => name !== key))
}
