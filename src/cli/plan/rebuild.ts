/**
 * A value made anew along its declared type: the one walk that a snapshot (secrets out, ids into references), the
 * reading of a plan (liberal forms into the server's) and the resolving of references share. Sets and lists come as the
 * wire has them or as JSON lists; fields come out in the order of the schema.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Model, Variant } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { Field, FieldType } from '../../jmap-client/schema.ts'

export interface Visit {
  /** A value without parts, a member of a set or a key of a map; `path` is the place of the value that holds it. */
  readonly scalar: (type: FieldType, value: Json, path: string) => Json
  /** Whether a field is taken over. */
  readonly keeps?: (field: Field, path: string) => boolean
  /** Something that the schema does not have: a variant (`@type`) or a field, and the names that it has. */
  readonly strange?: (path: string, known: readonly string[]) => void
}

export const TYPE_WORD = '@type'

export function rebuildObject(model: Model, shape: string, value: JsonObject, visit: Visit, path = ''): JsonObject {
  const variants = model.variants(shape)
  const variant = variantOf(variants, value)
  if (variant === null) {
    visit.strange?.(below(path, TYPE_WORD), variants.flatMap(({ name }) => name ?? []))
    return value
  }
  const result = new Map<string, Json>()
  if (variant.name !== null) result.set(TYPE_WORD, variant.name)
  for (const [name, field] of variant.fields) {
    const own = ownValue(value, name)
    const at = below(path, name)
    if (own === undefined || visit.keeps?.(field, at) === false) continue
    result.set(name, rebuildValue(model, field.type, own, visit, at))
  }
  for (const [name, own] of Object.entries(value)) {
    if (name === TYPE_WORD || variant.fields.has(name)) continue
    visit.strange?.(below(path, name), [...variant.fields.keys()])
    result.set(name, own)
  }
  return Object.fromEntries(result)
}

export function rebuildValue(model: Model, type: FieldType, value: Json, visit: Visit, path: string): Json {
  const member = (of: FieldType, key: string) => String(visit.scalar(of, key, path))
  switch (type.type) {
    case 'object':
      return isJsonObject(value) ? rebuildObject(model, bare(type.objectName), value, visit, path) : value
    case 'objectList': {
      const inner: FieldType = { type: 'object', objectName: type.objectName }
      const entries = listEntries(value)
      if (entries === null) return value
      return Object.fromEntries(entries.map((entry, index) =>
        [String(index), rebuildValue(model, inner, entry, visit, below(path, String(index)))]))
    }
    case 'set': {
      const members = setEntries(value)
      if (members === null) return value
      return Object.fromEntries(members.map(key => [member(type.class, key), true] as const).sort(byKey))
    }
    case 'map': {
      if (!isJsonObject(value)) return value
      return Object.fromEntries(Object.entries(value).map(([key, entry]) =>
        [member(type.keyClass, key), rebuildValue(model, type.valueClass, entry, visit, below(path, key))] as const)
        .sort(byKey))
    }
    default: return value === null ? null : visit.scalar(type, value, path)
  }
}

/** Null when the value names no variant, or one that is not there. */
export function variantOf(variants: readonly Variant[], value: JsonObject): Variant | null {
  return variants.find(({ name }) => name === null || name === value[TYPE_WORD]) ?? null
}

/** A pointer one level deeper (RFC 8620 §5.3: `~1` stands for `/`). */
export function below(path: string, key: string): string {
  const segment = key.replaceAll('~', '~0').replaceAll('/', '~1')
  return path === '' ? segment : `${path}/${segment}`
}

function listEntries(value: Json): readonly Json[] | null {
  if (Array.isArray(value)) return value as readonly Json[]
  if (!isJsonObject(value)) return null
  return Object.entries(value).sort(([a], [b]) => Number(a) - Number(b)).map(([, entry]) => entry)
}

function setEntries(value: Json): string[] | null {
  if (Array.isArray(value)) return value.map(String)
  if (!isJsonObject(value)) return null
  return Object.entries(value).filter(([, is]) => is === true).map(([key]) => key)
}

function byKey([a]: readonly [string, Json], [b]: readonly [string, Json]): number {
  return a < b ? -1 : a > b ? 1 : 0
}
