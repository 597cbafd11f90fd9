/** What a form knows of the schema: the fields of the variant that a value has, and the value that a new one begins with. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Model, Variant } from '../../../src/jmap-client/model.ts'
import type { Field } from '../../../src/jmap-client/schema.ts'
import type { Path } from './path.ts'

export const VARIANT = '@type'
/** Shapes inside of shapes; the schema of this server needs four. */
const DEPTH_MAX = 8

export function variantOf(model: Model, shape: string, value: JsonObject): Variant | null {
  return model.variants(shape).find(({ name }) => name === null || name === value[VARIANT]) ?? null
}

/** A new value of a shape, with the defaults of the schema; its first variant unless another is asked for. */
export function freshValue(model: Model, shape: string, variant?: string | null, depth = 0): JsonObject {
  const variants = model.variants(shape)
  const chosen = variants.find(({ name }) => name === variant) ?? variants[0]
  if (chosen === undefined) return {}
  const value: Record<string, Json> = chosen.name === null ? {} : { [VARIANT]: chosen.name }
  for (const [name, field] of chosen.fields) {
    const given = freshField(model, field, chosen.defaults.get(name), depth)
    if (given !== undefined) value[name] = given
  }
  return value
}

function freshField(model: Model, { type, update }: Field, given: Json | undefined, depth: number): Json | undefined {
  if (update === 'serverSet') return undefined
  if (given !== undefined) return given
  if (type.type === 'boolean') return false
  if (type.type === 'object' && type.nullable !== true && depth < DEPTH_MAX) return freshValue(model, type.objectName, undefined, depth + 1)
  return undefined
}

/** The field at a place, and whether it is one of a list or map there; null when the schema has none. */
export function fieldAt(model: Model, shape: string, value: JsonObject, path: Path): Field | null {
  const [name, ...rest] = path
  const field = name === undefined ? undefined : variantOf(model, shape, value)?.fields.get(name)
  if (name === undefined || field === undefined) return null
  if (rest.length === 0) return field
  const { type } = field
  const inner = value[name]
  if (!isJsonObject(inner)) return null
  if (type.type === 'object') return fieldAt(model, type.objectName, inner, rest)
  const [key, ...deeper] = rest
  const entry = key === undefined ? undefined : inner[key]
  const entryShape = type.type === 'objectList' ? type.objectName
    : type.type === 'map' && type.valueClass.type === 'object' ? type.valueClass.objectName : null
  return entryShape !== null && isJsonObject(entry) && deeper.length > 0 ? fieldAt(model, entryShape, entry, deeper) : null
}

/** It must be filled in: nothing stands for it when it is left out. */
export function isNeeded({ type }: Field, given: Json | undefined): boolean {
  if (given !== undefined || ('nullable' in type && type.nullable === true)) return false
  if (type.type === 'set' || type.type === 'map' || type.type === 'objectList') return 'minItems' in type && (type.minItems ?? 0) > 0
  // A moment that is left out is the present one.
  return type.type !== 'boolean' && type.type !== 'object' && type.type !== 'utcDateTime'
}
