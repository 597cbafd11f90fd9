/**
 * What is sent: for a new object its value without what is empty, for a stored one the smallest patch that makes it what
 * the form shows (RFC 8620 §5.3). What the server sets itself is never sent; what cannot be changed is not in a patch.
 * Sets are `{ member: true }`, lists of objects are maps by index, so both have patches of their entries.
 */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject, ownValue } from '../../../src/base/json.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import type { Path } from './path.ts'
import { pathOf, pointer, withValue } from './path.ts'
import { VARIANT, variantOf } from './shape.ts'

/** What the server shows instead of a secret; it is never sent back. */
export const MASK = '****'

export function bodyOf(model: Model, object: string, value: JsonObject): JsonObject {
  return sent(model, object, value)
}

export function patchOf(model: Model, object: string, stored: JsonObject, edited: JsonObject): JsonObject {
  const patch: Record<string, Json> = {}
  diffShape(model, object, stored, edited, [], patch)
  return patch
}

/** The value with a patch carried out: null takes away what is there, a member of a set too. */
export function patched(value: JsonObject, patch: JsonObject): JsonObject {
  return Object.entries(patch).reduce((now, [at, next]) => withValue(now, pathOf(at), next ?? undefined), value)
}

function diffShape(model: Model, shape: string, stored: JsonObject, edited: JsonObject, at: Path, patch: Record<string, Json>): void {
  for (const [name, { type, update }] of variantOf(model, shape, edited)?.fields ?? []) {
    if (update === 'mutable') diff(model, type, stored[name], edited[name], [...at, name], patch)
  }
}

function diff(model: Model, type: FieldType, stored: Json | undefined, edited: Json | undefined, at: Path, patch: Record<string, Json>): void {
  if (same(stored ?? null, edited ?? null) || edited === MASK) return
  const key = pointer(at)
  if (!isJsonObject(stored) || !isJsonObject(edited)) {
    patch[key] = edited === undefined || edited === null ? emptyOf(type) : whole(model, type, edited)
    return
  }
  switch (type.type) {
    case 'object':
      if (stored[VARIANT] === edited[VARIANT]) diffShape(model, type.objectName, stored, edited, at, patch)
      else patch[key] = whole(model, type, edited)
      return
    case 'objectList':
    case 'map':
    case 'set':
      diffEntries(model, type, stored, edited, at, patch)
      return
    default:
      patch[key] = edited
  }
}

type Entries = Extract<FieldType, { readonly type: 'objectList' | 'map' | 'set' }>

function diffEntries(model: Model, type: Entries, stored: JsonObject, edited: JsonObject, at: Path, patch: Record<string, Json>): void {
  const shape = entryShape(type)
  for (const key of new Set([...Object.keys(stored), ...Object.keys(edited)])) {
    // Keys are whatever somebody has typed, `constructor` too.
    const [before, after] = [ownValue(stored, key), ownValue(edited, key)]
    const place = [...at, key]
    if (after === undefined) patch[pointer(place)] = null
    else if (shape !== null && isJsonObject(before) && isJsonObject(after) && before[VARIANT] === after[VARIANT]) {
      diffShape(model, shape, before, after, place, patch)
    } else if (!same(before ?? null, after)) patch[pointer(place)] = shape !== null && isJsonObject(after) ? sent(model, shape, after) : after
  }
}

function entryShape(type: Entries): string | null {
  if (type.type === 'objectList') return type.objectName
  return type.type === 'map' && type.valueClass.type === 'object' ? type.valueClass.objectName : null
}

/** Collections have no null. */
function emptyOf(type: FieldType): Json {
  return type.type === 'set' || type.type === 'map' || type.type === 'objectList' ? {} : null
}

/** A value of a shape as it is sent whole: only what a client may say, and nothing that is empty. */
function sent(model: Model, shape: string, value: JsonObject): JsonObject {
  const body: Record<string, Json> = {}
  const variant = value[VARIANT]
  if (variant !== undefined) body[VARIANT] = variant
  for (const [name, { type, update }] of variantOf(model, shape, value)?.fields ?? []) {
    const given = value[name]
    if (update === 'serverSet' || given === undefined || given === null || given === '' || given === MASK) continue
    body[name] = whole(model, type, given)
  }
  return body
}

function whole(model: Model, type: FieldType, value: Json): Json {
  if (!isJsonObject(value)) return value
  if (type.type === 'object') return sent(model, type.objectName, value)
  if (type.type !== 'objectList' && type.type !== 'map') return value
  const shape = entryShape(type)
  if (shape === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, isJsonObject(entry) ? sent(model, shape, entry) : entry]))
}

/** Equal as JSON; the order of keys does not matter. */
export function same(left: Json, right: Json): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((each, at) => same(each as Json, right[at] as Json))
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every(key => Object.hasOwn(right, key) && same(left[key] ?? null, right[key] ?? null))
}
