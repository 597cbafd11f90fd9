/**
 * How an object of a plan is found again on a server that gave it another id: by its label (or name), together with the
 * references that each such object must have, because a name is often unique only beside them (`jane` at a domain).
 */
import type { Json, JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import type { Field } from '../../jmap-client/schema.ts'
import { propertiesOf } from '../input/path.ts'
import { isSecret } from './secret.ts'

const NAME = 'name'

/** The properties to match on; null when nothing tells objects of this kind apart. */
export function matchKeys(model: Model, object: ObjectEntry): string[] | null {
  const variants = model.variants(object.name)
  const fields = propertiesOf(variants)
  const label = [model.list(object.name)?.labelProperty, NAME].find(name => name !== undefined && names(fields.get(name)))
  if (label === undefined) return null
  const owners = [...fields].filter(([name, field]) =>
    isOwner(field) && variants.every(variant => variant.fields.has(name)))
  return [label, ...owners.map(([name]) => name)]
}

/** Null when one of the properties has no value. */
export function matchKey(body: JsonObject, properties: readonly string[]): string | null {
  const values = properties.map((property): Json => body[property] ?? null)
  return values.includes(null) ? null : JSON.stringify(values)
}

/** What people call an object: its label, its name, or nothing better than `otherwise`. */
export function titleOf(model: Model, object: ObjectEntry, body: JsonObject, otherwise: string): string {
  for (const property of [model.list(object.name)?.labelProperty, NAME]) {
    const value = property === undefined ? undefined : body[property]
    if (typeof value === 'string' && value !== '') return value
  }
  return otherwise
}

function names(field: Field | undefined): boolean {
  if (field === undefined || field.update === 'serverSet' || isSecret(field.type)) return false
  return field.type.type === 'string' && field.type.nullable !== true
}

function isOwner({ type, update }: Field): boolean {
  return type.type === 'objectId' && type.nullable !== true && update !== 'serverSet'
}
