/**
 * `--where status=Failed`, `--where 'due<2026-12-01'` as the flat filter of `x:…/query`: each condition is
 * one key, a comparison is a suffix of it, and all must hold.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import type { FieldType, Filter } from '../../jmap-client/schema.ts'
import { usage } from '../failure.ts'
import { findVariant } from './names.ts'
import { propertiesOf } from './path.ts'
import { didYouMean, fold } from './suggest.ts'
import { parseValue } from './value.ts'

const CONDITION = /^([^=<>!]+)(>=|<=|!=|=|>|<)(.*)$/s
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['=', ''],
  ['>=', 'IsGreaterThanOrEqual'],
  ['<=', 'IsLessThanOrEqual'],
  ['>', 'IsGreaterThan'],
  ['<', 'IsLessThan'],
])
const TYPE_WORD = '@type'

export function parseFilter(
  model: Model, object: ObjectEntry, conditions: readonly string[], nowMs: number,
): JsonObject {
  const filter: Record<string, Json> = {}
  for (const text of conditions) {
    const [, name = '', operator = '', value = ''] = CONDITION.exec(text) ?? []
    const suffix = SUFFIXES.get(operator)
    if (suffix === undefined) throw usage(`--where ${text}: no condition`, 'write field=value, or one of >= <= > <')
    const { key, type } = filterable(model, object, name.trim())
    if (suffix !== '' && !ordered(type)) throw usage(`--where ${text}: ${key} has no order`, 'use =')
    if (key + suffix in filter) {
      throw usage(`--where ${text}: ${key}${operator} is given twice`, 'all conditions must hold')
    }
    filter[key + suffix] = conditionValue(model, object, { key, type }, value.trim(), nowMs)
  }
  return filter
}

/** `type` is null for the variant. */
interface Filterable { readonly key: string; readonly type: FieldType | null }

/** The list's own filters first: `status` is compared as a word there, though the property is an object. */
function filterable(model: Model, object: ObjectEntry, name: string): Filterable {
  const variants = model.variants(object.name)
  const known = new Map<string, FieldType | null>()
  for (const [field, { type }] of propertiesOf(variants)) known.set(field, type)
  for (const filter of model.list(object.name)?.filters ?? []) {
    known.set(filter.field, typeOf(filter, known.get(filter.field)))
  }
  if (variants.some(variant => variant.name !== null)) known.set(TYPE_WORD, null)
  const wanted = fold(name)
  for (const [key, type] of known) {
    if (fold(key) === wanted || (key === TYPE_WORD && wanted === 'type')) return { key, type }
  }
  throw usage(`--where: ${object.name} has no field ${name}`,
    didYouMean(name, known.keys()) ?? `one of ${[...known.keys()].join(', ')}`)
}

function typeOf(filter: Filter, declared: FieldType | null | undefined): FieldType {
  switch (filter.type) {
    case 'enum': return { type: 'enum', enumName: filter.enumName }
    case 'date': return { type: 'utcDateTime' }
    case 'integer': return declared?.type === 'number' ? declared : { type: 'number', format: 'integer' }
    case 'objectId': return { type: 'objectId', objectName: filter.objectName }
    case 'text': return { type: 'string', format: 'string' }
  }
}

function ordered(type: FieldType | null): boolean {
  return type?.type === 'utcDateTime' || type?.type === 'number'
}

function conditionValue(
  model: Model, object: ObjectEntry, { key, type }: Filterable, text: string, nowMs: number,
): Json {
  if (type === null) return findVariant(model, object.name, text).name
  const scalar = type.type === 'set' ? type.class : type
  if (scalar.type === 'object') return findVariant(model, scalar.objectName, text).name
  return parseValue(scalar, text, { model, nowMs, label: `--where ${key}` })
}
