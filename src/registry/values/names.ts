/**
 * Names of objects and variants as people type them: `index-document`, `index_document` and `indexdocument` are
 * IndexDocument. Only the declared name is stored and sent.
 */
import type { FieldType, MapValueType, Shape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { isTooLong } from './collections.ts'
import { fieldNamed, fieldsOf, variantNames } from './shapes.ts'

/** Longer texts name nothing. */
const NAME_CHARS_MAX = 100

/** The one of `names` that `text` means: the very same first, then without regard to case, `-` and `_`. */
export function nameMeant(names: readonly string[], text: string): string | undefined {
  if (names.includes(text)) return text
  if (text.length > NAME_CHARS_MAX) return undefined
  const meant = folded(text)
  return names.find(name => folded(name) === meant)
}

function folded(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase()
}

/** `raw` with the declared names of its variants, in every depth that the shape has; parts without one stay the same values. */
export function withNamedVariants(shape: Shape, raw: JsonObject): JsonObject {
  const type = ownValue(raw, '@type')
  const name = shape.kind === 'multiple' && typeof type === 'string' ? nameMeant(variantNames(shape), type) : undefined
  const named = name === undefined || name === type ? raw : { ...raw, '@type': name }
  const fields = fieldsOf(shape, named) ?? {}
  return withEntries(named, (key, value) => {
    const field = fieldNamed(fields, key)
    return field ? inside(field.type, value) : value
  })
}

function inside(type: FieldType | MapValueType, value: Json): Json {
  if (type.type === 'object') return isJsonObject(value) ? withNamedVariants(type.shape, value) : value
  const of: FieldType | MapValueType | null =
    type.type === 'objectList' ? { type: 'object', shape: type.shape } : type.type === 'map' ? type.valueClass : null
  if (of?.type !== 'object' || isTooLong(type, value)) return value
  if (!Array.isArray(value)) return isJsonObject(value) ? withEntries(value, (_key, each) => inside(of, each)) : value
  return value.map((each: Json) => inside(of, each))
}

/** The same object when nothing in it changes. */
function withEntries(object: JsonObject, change: (key: string, value: Json) => Json): JsonObject {
  const entries = Object.entries(object).map(([key, value]): [string, Json] => [key, change(key, value)])
  return entries.every(([key, value]) => value === object[key]) ? object : Object.fromEntries(entries)
}
