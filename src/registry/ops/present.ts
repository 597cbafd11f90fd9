/** An object as clients see it: every declared property of its variant, computed ones included, secrets masked. */
import type { FieldType, MapValueType, Shape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { normalizeObject, SECRET_MASK } from '../values/normalize.ts'
import { Problems } from '../values/problems.ts'
import { fieldsOf } from '../values/shapes.ts'
import { isSecret } from '../values/text.ts'

/** The stored body with what was declared after it was stored; secrets are in it. */
export function wholeBody({ shape }: Pick<ObjectDefinition, 'shape'>, body: JsonObject): JsonObject {
  const scope = { problems: new Problems(), resolve: () => undefined }
  // A variant that this version does not know is shown by its name alone.
  if (fieldsOf(shape, body) === null) return body
  return normalizeObject(shape, body, body, scope)
}

/** `properties` null: all. The id is always there; names that the variant does not have are left out. */
export async function present<Tx>(
  definition: ObjectDefinition<unknown, Tx>,
  tx: Tx,
  stored: Stored,
  properties: ReadonlySet<string> | null,
): Promise<JsonObject> {
  const wanted = (name: string): boolean => properties === null || properties.has(name)
  const body = wholeBody(definition, stored.body)
  const result: Record<string, Json> = { id: stored.id }
  const type = ownValue(body, '@type')
  if (type !== undefined && wanted('@type')) result['@type'] = type
  for (const [name, field] of Object.entries(fieldsOf(definition.shape, body) ?? {})) {
    if (!wanted(name)) continue
    const compute = definition.hooks.computed?.[name]
    const value = compute ? await compute(tx, stored) : ownValue(body, name)
    if (value !== undefined) result[name] = masked(field.type, value)
  }
  return result
}

function masked(type: FieldType | MapValueType, value: Json): Json {
  if (isSecret(type)) return value === null ? null : SECRET_MASK
  if (!isJsonObject(value)) return value
  if (type.type === 'object') return maskedObject(type.shape, value)
  if (type.type !== 'objectList' && type.type !== 'map') return value
  const of: FieldType | MapValueType = type.type === 'map' ? type.valueClass : { type: 'object', shape: type.shape }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, masked(of, entry)]))
}

function maskedObject(shape: Shape, value: JsonObject): JsonObject {
  const fields = fieldsOf(shape, value) ?? {}
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    return [name, field ? masked(field.type, inner) : inner]
  }))
}
