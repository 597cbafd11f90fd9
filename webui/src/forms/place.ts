/** Where in a form something is shown that the server calls by its path, and what people read there. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject, ownValue } from '../../../src/base/json.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import { wordsOf } from '../lists/words.ts'
import type { Path } from './path.ts'
import { variantOf } from './shape.ts'

/** As far into a path as the form goes: to the innermost field or entry that it shows; null: it shows nothing of it. */
export function shownAt(model: Model, shape: string, value: JsonObject, [name, ...rest]: Path): Path | null {
  const field = name === undefined ? undefined : variantOf(model, shape, value)?.fields.get(name)
  if (name === undefined || field === undefined || field.update === 'serverSet') return null
  return [name, ...inside(model, field.type, ownValue(value, name), rest)]
}

function inside(model: Model, type: FieldType, value: Json | undefined, rest: Path): Path {
  const [key, ...deeper] = rest
  if (key === undefined || !isJsonObject(value)) return []
  if (type.type === 'object') return shownAt(model, type.objectName, value, rest) ?? []
  const entry = ownValue(value, key)
  if (entry === undefined || (type.type !== 'objectList' && type.type !== 'map')) return []
  const shape = entryShape(type)
  return [key, ...shape !== null && isJsonObject(entry) ? shownAt(model, shape, entry, deeper) ?? [] : []]
}

/** What stands beside each part of a path: `Mail hosts`, `Entry 2`, `Host name`. `entry`: what the entries of a list are called, from 1. */
export function labelsAt(model: Model, shape: string, value: JsonObject, [name, ...rest]: Path, entry: (n: number) => string): string[] {
  const variant = variantOf(model, shape, value)
  if (name === undefined || variant === null) return []
  const label = model.sections(shape, variant.name).flatMap(({ fields }) => fields).find(each => each.name === name)?.label ?? wordsOf(name)
  const type = variant.fields.get(name)?.type
  const inner = ownValue(value, name)
  if (type === undefined || !isJsonObject(inner) || rest.length === 0) return [label]
  if (type.type === 'object') return [label, ...labelsAt(model, type.objectName, inner, rest, entry)]
  const [key = '', ...deeper] = rest
  const of = ownValue(inner, key)
  const called = type.type === 'objectList' ? entry(Object.keys(inner).toSorted((left, right) => Number(left) - Number(right)).indexOf(key) + 1) : keyLabel(model, type, key)
  const shapeOf = entryShape(type)
  return [label, called, ...shapeOf !== null && isJsonObject(of) ? labelsAt(model, shapeOf, of, deeper, entry) : []]
}

export function keyLabel(model: Model, type: FieldType, key: string): string {
  if (type.type !== 'map' || type.keyClass.type !== 'enum') return key
  return model.enum(type.keyClass.enumName).find(({ name }) => name === key)?.label ?? key
}

function entryShape(type: FieldType): string | null {
  if (type.type === 'objectList') return type.objectName
  return type.type === 'map' && type.valueClass.type === 'object' ? type.valueClass.objectName : null
}
