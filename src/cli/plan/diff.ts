/**
 * What has to change so that an object of the server is as a plan says: one entry for each pointer of the patch (RFC
 * 8620 §5.3), so that what the plan does not name stays. An embedded object of another variant is replaced as a whole.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Model, ObjectEntry, Variant } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import type { Assignment } from './canonical.ts'
import { below, TYPE_WORD, variantOf } from './rebuild.ts'

export interface Difference {
  readonly pointer: string
  /** Null for a member that is not there. */
  readonly before: Json
  readonly after: Json
  readonly type: FieldType
  /** The field was set on creation and cannot be changed any more. */
  readonly fixed: boolean
}

export function differences(model: Model, object: ObjectEntry, existing: JsonObject, wanted: JsonObject): Difference[] {
  const variant = variantOf(model.variants(object.name), existing)
  return variant === null ? [] : fieldDifferences({ model, fixed: false }, variant, existing, wanted, '')
}

export function patchDifferences(model: Model, existing: JsonObject, patch: readonly Assignment[]): Difference[] {
  return patch.flatMap(({ pointer, type, value, fixed }) =>
    valueDifferences({ model, fixed }, type, valueAt(existing, pointer), value, pointer))
}

/** What is sent: without what cannot be changed. */
export function patchOf(changes: readonly Difference[]): JsonObject {
  return Object.fromEntries(changes.filter(({ fixed }) => !fixed).map(({ pointer, after }) => [pointer, after]))
}

interface Context { readonly model: Model; readonly fixed: boolean }

function fieldDifferences(
  context: Context, variant: Variant, existing: JsonObject, wanted: JsonObject, path: string,
): Difference[] {
  return [...variant.fields].flatMap(([name, { type, update }]) => {
    const after = ownValue(wanted, name)
    if (after === undefined || update === 'serverSet') return []
    const fixed = context.fixed || update === 'immutable'
    return valueDifferences({ ...context, fixed }, type, ownValue(existing, name) ?? null, after, below(path, name))
  })
}

function valueDifferences(
  context: Context, type: FieldType, before: Json, after: Json, pointer: string,
): Difference[] {
  if (same(before, after)) return []
  const whole = [{ pointer, before, after, type, fixed: context.fixed }]
  switch (type.type) {
    case 'object': {
      if (!isJsonObject(before) || !isJsonObject(after) || before[TYPE_WORD] !== after[TYPE_WORD]) return whole
      const variant = variantOf(context.model.variants(bare(type.objectName)), before)
      return variant === null ? whole : fieldDifferences(context, variant, before, after, pointer)
    }
    case 'set': return memberDifferences(context, { type: 'boolean' }, before, after, pointer) ?? whole
    case 'map': return memberDifferences(context, type.valueClass, before, after, pointer) ?? whole
    case 'objectList':
      return memberDifferences(context, { type: 'object', objectName: type.objectName }, before, after, pointer) ?? whole
    default: return whole
  }
}

/** Members by key; those that the plan does not have are taken out with null. */
function memberDifferences(
  context: Context, type: FieldType, before: Json, after: Json, pointer: string,
): Difference[] | null {
  if (!isJsonObject(before) || !isJsonObject(after)) return null
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap(key => valueDifferences(
    context, type, ownValue(before, key) ?? null, ownValue(after, key) ?? null, below(pointer, key)))
}

/** Nothing and an empty set, map or list are alike; the order of keys does not count. */
function same(a: Json, b: Json): boolean {
  if (isEmpty(a) && isEmpty(b)) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry: Json, index) => same(entry, (b as readonly Json[])[index] ?? null))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every(key => same(ownValue(a, key) ?? null, ownValue(b, key) ?? null))
}

function isEmpty(value: Json): boolean {
  return value === null || (isJsonObject(value) && Object.keys(value).length === 0)
}

function valueAt(value: Json, pointer: string): Json {
  const keys = pointer.split('/').map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  return keys.reduce<Json>((inside, key) => isJsonObject(inside) ? ownValue(inside, key) ?? null : null, value)
}
