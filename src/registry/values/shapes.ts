/** Reading of shapes: which fields a value has, and which variants there are. */
import type { Field, Fields, Shape } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'

/** Null when a variant is needed and `@type` names none. */
export function fieldsOf(shape: Shape, value: JsonObject): Fields | null {
  if (shape.kind === 'single') return shape.fields
  const name = ownValue(value, '@type')
  const variant = shape.variants.find(each => each.name === name)
  return variant ? variant.shape?.fields ?? {} : null
}

const ENTRIES = new WeakMap<Fields, readonly (readonly [string, Field])[]>()

/** `Object.entries`, made once: every object that is shown goes through them. */
export function entriesOf(fields: Fields): readonly (readonly [string, Field])[] {
  let entries = ENTRIES.get(fields)
  if (!entries) ENTRIES.set(fields, entries = Object.entries(fields))
  return entries
}

/** Own names only: `constructor` is no field. */
export function fieldNamed(fields: Fields, name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** Of every variant together; two variants that share a name share the meaning. */
export function everyField(shape: Shape): Fields {
  if (shape.kind === 'single') return shape.fields
  return Object.assign({}, ...shape.variants.map(variant => variant.shape?.fields ?? {})) as Fields
}

export function variantNames(shape: Shape): string[] {
  return shape.kind === 'single' ? [] : shape.variants.map(variant => variant.name)
}
