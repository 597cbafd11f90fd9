/** The ids of other objects inside a value: links to check and keep, and creation ids that decide who is created first. */
import type { FieldType, MapValueType, Shape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { isTooLong } from './collections.ts'
import type { Path } from './problems.ts'
import { fieldsOf } from './shapes.ts'

/** `object` may be a view (`Account/Group`): only the objects that it shows are meant. */
export interface Reference { readonly object: string; readonly id: string; readonly path: Path }

/** Of a value that was judged, now or under older rules. */
export function references(shape: Shape, value: JsonObject): Generator<Reference> {
  return inObject(shape, value, [], () => true)
}

/** Of a value as it was sent: what has not the declared form, or will be refused for its size, holds none. */
export function sentReferences(shape: Shape, value: JsonObject): Generator<Reference> {
  return inObject(shape, value, [], (type, inner) => !isTooLong(type, inner))
}

/** The object that a reference leads to, without its view. */
export function objectOf(reference: string): string {
  return reference.split('/', 1)[0] ?? reference
}

type Looked = (type: FieldType | MapValueType, value: Json) => boolean

function* inObject(shape: Shape, value: JsonObject, path: Path, looked: Looked): Generator<Reference> {
  for (const [name, field] of Object.entries(fieldsOf(shape, value) ?? {})) {
    const inner = ownValue(value, name)
    if (inner !== undefined && inner !== null) yield* inside(field.type, inner, [...path, name], looked)
  }
}

function* inside(type: FieldType | MapValueType, value: Json, path: Path, looked: Looked): Generator<Reference> {
  if (!looked(type, value)) return
  if (type.type === 'objectId') {
    if (typeof value === 'string') yield { object: type.objectName, id: value, path }
  } else if (type.type === 'object') {
    if (isJsonObject(value)) yield* inObject(type.shape, value, path, looked)
  } else if (type.type === 'set') {
    for (const key of keysOf(value)) yield* inside(type.class, key, [...path, { key }], looked)
  } else if (type.type === 'map' || type.type === 'objectList') {
    const entries = Array.isArray(value) || isJsonObject(value) ? Object.entries(value) as [string, Json][] : []
    for (const [key, entry] of entries) {
      if (type.type === 'map') yield* inside(type.keyClass, key, [...path, { key }], looked)
      yield* inside(type.type === 'map' ? type.valueClass : { type: 'object', shape: type.shape }, entry, [
        ...path,
        { key },
      ], looked)
    }
  }
}

function keysOf(value: Json): string[] {
  if (Array.isArray(value)) return value.filter(item => typeof item === 'string')
  return isJsonObject(value) ? Object.keys(value) : []
}
