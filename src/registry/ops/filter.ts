/**
 * Filters of a query: one flat object, all of whose conditions hold together; a key is a property, or a property and one of
 * four suffixes. `{"operator":"AND"}` trees are the same thing written longer; OR and NOT are refused.
 * Numbers may come as text, because forms send them so, and names of variants as people type them.
 */
import type { FieldType } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Filterable, ObjectDefinition } from '../schema/object.ts'
import { nameMeant } from '../values/names.ts'
import { normalizeValue } from '../values/normalize.ts'
import { Problems } from '../values/problems.ts'
import { wordsOf } from '../values/words.ts'
import { SetFailure } from '../set-error.ts'
import type { Comparison, Condition } from './backend.ts'

/** Conditions in one filter, and levels of an AND tree. */
const CONDITIONS_MAX = 32
const TREE_DEPTH_MAX = 8
/** Of a filter by words: each costs a look-up. */
const WORDS_MAX = 8

const SUFFIXES: readonly (readonly [string, Comparison])[] = [
  ['IsGreaterThanOrEqual', '>='], ['IsLessThanOrEqual', '<='], ['IsGreaterThan', '>'], ['IsLessThan', '<'],
]

export function readFilter(
  definition: ObjectDefinition<unknown, never>,
  filter: JsonObject | undefined,
): Condition[] {
  const conditions = filter === undefined ? [] : flatten(filter, 0)
  if (conditions.length > CONDITIONS_MAX) throw unsupported(`A filter may have ${CONDITIONS_MAX} conditions.`)
  return conditions.map(([key, value]) => readCondition(definition, key, value))
}

function flatten(filter: JsonObject, depth: number): [string, Json][] {
  if (!Object.hasOwn(filter, 'operator')) return Object.entries(filter)
  const { operator, conditions } = filter
  if (operator !== 'AND') throw unsupported('Only AND joins conditions; send one query for each alternative.')
  if (!Array.isArray(conditions) || depth >= TREE_DEPTH_MAX) {
    throw unsupported(`conditions must be a list, at most ${TREE_DEPTH_MAX} levels deep.`)
  }
  return conditions.flatMap((condition: Json) => {
    if (isJsonObject(condition)) return flatten(condition, depth + 1)
    throw unsupported('Each condition must be an object.')
  })
}

function readCondition({ name, filters }: ObjectDefinition<unknown, never>, key: string, raw: Json): Condition {
  const [property, comparison] = split(filters, key)
  const filterable = Object.hasOwn(filters, property) ? filters[property] : undefined
  if (!filterable || (comparison !== '=' && !filterable.range)) {
    throw unsupported(
      `${name} has no filter ${shortened(key)}; there are: ${Object.entries(filters).map(described).join(', ') || 'none'}.`,
    )
  }
  if (Array.isArray(raw) && filterable.severalMax !== undefined) {
    if (raw.length > filterable.severalMax) throw unsupported(`${property} may name ${filterable.severalMax} values.`)
    return { property, comparison, value: raw.map((each: Json) => readValue(filterable, key, each)) }
  }
  const value = readValue(filterable, key, raw)
  if (!filterable.words) return { property, comparison, value }
  if (wordsOf(String(value)).length > WORDS_MAX) throw unsupported(`${property} may have ${WORDS_MAX} words.`)
  return { property, comparison, value, words: true }
}

function split(filters: ObjectDefinition['filters'], key: string): [string, Comparison] {
  if (Object.hasOwn(filters, key)) return [key, '=']
  const suffix = SUFFIXES.find(([text]) => key.endsWith(text))
  return suffix ? [key.slice(0, -suffix[0].length), suffix[1]] : [key, '=']
}

function readValue({ type, canonical }: Filterable, key: string, raw: Json): Json {
  const problems = new Problems()
  const value = normalizeValue(type, fromText(type, raw), undefined, { problems, resolve: () => undefined }, [key])
  try {
    problems.refuse()
  } catch (error) {
    if (error instanceof SetFailure) throw unsupported(error.message)
    throw error
  }
  return typeof value === 'string' && canonical ? canonical(value) : value ?? null
}

function fromText(type: FieldType, raw: Json): Json {
  if (typeof raw !== 'string') return raw
  if (type.type === 'number' && /^-?\d{1,16}(?:\.\d{1,16})?$/.test(raw)) return Number(raw)
  if (type.type === 'boolean' && (raw === 'true' || raw === 'false')) return raw === 'true'
  if (type.type === 'enum') return nameMeant(type.enum.members.map(member => member.name), raw) ?? raw
  return raw
}

function described([property, { range }]: [string, Filterable]): string {
  return range ? `${property} (also with ${SUFFIXES.map(([suffix]) => suffix).join(', ')})` : property
}

function shortened(key: string): string {
  return key.slice(0, 80).toWellFormed()
}

function unsupported(description: string): MethodError {
  return new MethodError('unsupportedFilter', description)
}
