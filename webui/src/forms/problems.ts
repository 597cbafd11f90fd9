/**
 * What is wrong with a form, by field: what the schema declares is checked before it is sent, what the server refuses
 * (RFC 8620 §5.3) is put where it belongs. A problem is a code with its number, or the words of the server.
 */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import { bare } from '../../../src/jmap-client/model.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import type { SetError, ValidationError } from '../../../src/jmap-client/set-error.ts'
import { MASK } from './patch.ts'
import type { Path } from './path.ts'
import { pathOf, pointer } from './path.ts'
import { shownAt } from './place.ts'
import { isNeeded, variantOf } from './shape.ts'

export type Problem =
  | { readonly kind: 'needed' | 'number' | 'integer' | 'duration' | 'size' | 'date' }
  | { readonly kind: 'min' | 'max' | 'minLength' | 'maxLength' | 'minItems' | 'maxItems'; readonly limit: number }
  | { readonly kind: 'said'; readonly text: string }

/** By the pointer of the field. */
export type Problems = ReadonlyMap<string, Problem>

/** What the schema alone can tell. Only what a client may set is looked at. */
export function check(model: Model, shape: string, value: JsonObject, isNew: boolean, at: Path = []): Map<string, Problem> {
  const found = new Map<string, Problem>()
  const variant = variantOf(model, shape, value)
  for (const [name, field] of variant?.fields ?? []) {
    if (field.update === 'serverSet' || (field.update === 'immutable' && !isNew)) continue
    const path = [...at, name]
    const given = value[name]
    const isEmpty = given === undefined || given === null || given === ''
    if (isEmpty && isNeeded(field, variant?.defaults.get(name))) found.set(pointer(path), { kind: 'needed' })
    if (isEmpty || given === MASK) continue
    for (const [key, problem] of checkValue(model, field.type, given, isNew, path)) found.set(key, problem)
  }
  return found
}

function checkValue(model: Model, type: FieldType, value: Json, isNew: boolean, at: Path): Map<string, Problem> {
  const own = ownProblem(type, value)
  if (own !== null) return new Map([[pointer(at), own]])
  if (!isJsonObject(value)) return new Map()
  if (type.type === 'object') return check(model, type.objectName, value, isNew, at)
  const shape = type.type === 'objectList' ? type.objectName
    : type.type === 'map' && type.valueClass.type === 'object' ? type.valueClass.objectName : null
  const entries = Object.entries(value).flatMap(([key, entry]) => {
    if (shape !== null) return isJsonObject(entry) ? [...check(model, shape, entry, isNew, [...at, key])] : []
    const problem = type.type === 'map' && type.valueClass.type !== 'object' ? ownProblem(type.valueClass, entry) : null
    return problem === null ? [] : [[pointer([...at, key]), problem] as const]
  })
  return new Map(entries)
}

function ownProblem(type: FieldType, value: Json): Problem | null {
  switch (type.type) {
    case 'number': {
      // An editor leaves what is no number as it was typed.
      if (typeof value !== 'number') return { kind: type.format === 'duration' || type.format === 'size' ? type.format : type.format === 'float' ? 'number' : 'integer' }
      if (type.format !== 'float' && !Number.isInteger(value)) return { kind: 'integer' }
      // Beyond, a number is not the one that was typed any more.
      if (type.format !== 'float' && !Number.isSafeInteger(value)) return value > 0 ? { kind: 'max', limit: Number.MAX_SAFE_INTEGER } : { kind: 'min', limit: Number.MIN_SAFE_INTEGER }
      if (type.min !== undefined && value < type.min) return { kind: 'min', limit: type.min }
      return type.max !== undefined && value > type.max ? { kind: 'max', limit: type.max } : null
    }
    case 'string': {
      const { length } = [...String(value)]
      if (type.minLength !== undefined && length < type.minLength) return { kind: 'minLength', limit: type.minLength }
      return type.maxLength !== undefined && length > type.maxLength ? { kind: 'maxLength', limit: type.maxLength } : null
    }
    case 'utcDateTime': return Number.isNaN(Date.parse(String(value))) ? { kind: 'date' } : null
    case 'set':
    case 'map':
    case 'objectList': {
      const { length } = Object.keys(isJsonObject(value) ? value : {})
      if (type.minItems !== undefined && length < type.minItems) return { kind: 'minItems', limit: type.minItems }
      return type.maxItems !== undefined && length > type.maxItems ? { kind: 'maxItems', limit: type.maxItems } : null
    }
    default: return null
  }
}

export interface Refusal {
  readonly at: Problems
  /** What belongs to no field of the form. */
  readonly rest: readonly string[]
}

const LIMITS = { MinValue: 'min', MaxValue: 'max', MinLength: 'minLength', MaxLength: 'maxLength' } as const

/** Where the words of a refusal belong: at the innermost field or entry that the form shows of each path. The paths of `properties` count; `validationErrors` name the innermost property only. */
export function refusalOf(model: Model, object: string, value: JsonObject, error: SetError): Refusal {
  const at = new Map<string, Problem>()
  const paths = error.properties.map(pathOf)
  for (const each of error.validationErrors) {
    const path = paths.find(one => one.at(-1) === each.property) ?? placeOf(model, object, value, each.property)
    const place = path === null ? null : shownAt(model, object, value, path)
    if (path === null || place === null) continue
    // Said of a member at the field that holds it, a limit would be read as that of the field.
    const problem = place.length === path.length ? problemOf(each, error.description) : { kind: 'said', text: error.description ?? each.type } as const
    if (!at.has(pointer(place))) at.set(pointer(place), problem)
  }
  const { description } = error
  if (description !== null) for (const path of paths) {
    const place = shownAt(model, object, value, path)
    if (place !== null && !at.has(pointer(place))) at.set(pointer(place), { kind: 'said', text: description })
  }
  return { at, rest: at.size > 0 ? [] : [description ?? error.type] }
}

function problemOf({ type, required }: ValidationError, description: string | null): Problem {
  if (type === 'Required') return { kind: 'needed' }
  const kind = Object.hasOwn(LIMITS, type) ? LIMITS[type as keyof typeof LIMITS] : null
  if (kind !== null && required !== null && description === null) return { kind, limit: required }
  return { kind: 'said', text: description ?? type }
}

/** The first field of that name, outer ones first. */
function placeOf(model: Model, shape: string, value: JsonObject, property: string): Path | null {
  let level: { readonly shape: string; readonly value: JsonObject; readonly at: Path }[] = [{ shape, value, at: [] }]
  while (level.length > 0) {
    const next: typeof level = []
    for (const each of level) {
      const fields = variantOf(model, each.shape, each.value)?.fields
      if (fields?.has(property)) return [...each.at, property]
      for (const [name, { type }] of fields ?? []) {
        const inner = each.value[name]
        if (!isJsonObject(inner)) continue
        if (type.type === 'object') next.push({ shape: bare(type.objectName), value: inner, at: [...each.at, name] })
        if (type.type !== 'objectList') continue
        for (const [key, entry] of Object.entries(inner)) {
          if (isJsonObject(entry)) next.push({ shape: bare(type.objectName), value: entry, at: [...each.at, name, key] })
        }
      }
    }
    level = next
  }
  return null
}
