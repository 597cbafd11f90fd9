/**
 * Sets `{ "member": true }`, lists `{ "0": {…} }` and maps on the wire. Sets and lists are also taken as arrays. In a set
 * `false` and `null` leave the member out, in a list or map `null` leaves the entry out.
 *
 * A request has room for some 100,000 entries. Whoever walks through what was sent asks `isTooLong` first: it looks at each
 * entry once and makes nothing of it, so that what is refused for its size costs about as much as it took to parse.
 */
import type { FieldType, MapValueType } from '../../base/fields.ts'
import type { Json } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Path, Problems } from './problems.ts'

/** Of a collection that declares no limit. */
export const ITEMS_MAX = 1_000
const POSITION = /^(?:0|[1-9]\d{0,5})$/

type Collection = Extract<FieldType, { type: 'set' | 'map' | 'objectList' }>
/** Of the field itself or of what it is embedded in: any type that a value may have. */
type AnyType = FieldType | MapValueType
type Judge = (type: AnyType, raw: Json, stored: Json | undefined, path: Path) => Json | undefined

/** Whether it is a collection that is refused for its size. */
export function isTooLong(type: AnyType, raw: Json): boolean {
  if (!isCollection(type)) return false
  const { maxItems = ITEMS_MAX } = type
  if (Array.isArray(raw)) return type.type !== 'map' && raw.length > maxItems
  if (!isJsonObject(raw)) return false
  let kept = 0
  return Object.keys(raw).some(key => isKept(type, raw[key]) && ++kept > maxItems)
}

/** `judge` normalises a member, key or value, and notes what is wrong with it. */
export function normalizeItems(
  type: Collection,
  raw: Json,
  stored: Json | undefined,
  path: Path,
  problems: Problems,
  judge: Judge,
): Json | undefined {
  const { minItems = 0, maxItems = ITEMS_MAX } = type
  if (isTooLong(type, raw)) {
    problems.limit(path, 'MaxLength', maxItems, `has more than ${maxItems} entries.`)
    return undefined
  }
  const entries = entriesOf(type, raw)
  if (entries === null) {
    problems.patch(path, EXPECTED[type.type])
    return undefined
  }
  // Keys that clients choose may be `__proto__`: fromEntries makes own properties of them.
  const result = new Map<string, Json>()
  for (const [key, value] of entries) {
    const at = [...path, { key }]
    const name =
      type.type === 'objectList'
        ? position(key, at, problems)
        : judge(type.type === 'set' ? type.class : type.keyClass, key, undefined, at)
    const item =
      type.type === 'set' ? member(value, at, problems) : judge(valueType(type), value, storedAt(stored, key), at)
    if (typeof name === 'string' && item !== undefined) result.set(name, item)
  }
  if (entries.length < minItems) {
    problems.limit(path, 'MinLength', minItems, `needs at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}.`)
  }
  const sorted =
    type.type === 'objectList' ? [...result].toSorted(([left], [right]) => Number(left) - Number(right)) : result
  return Object.fromEntries(sorted)
}

const EXPECTED = {
  set: 'must be a set such as {"member": true}, or an array of its members.',
  map: 'must be an object of keys and values.',
  objectList: 'must be a list such as {"0": {…}}, or an array of objects.',
} as const

/** Entries that are kept; null when the value is no collection. */
function entriesOf(type: Collection, raw: Json): [string, Json][] | null {
  if (isJsonObject(raw)) {
    return Object.entries(raw).filter(([, value]) => isKept(type, value))
  }
  if (!Array.isArray(raw) || type.type === 'map') return null
  const items: readonly Json[] = raw
  if (type.type === 'objectList') return items.map((value, index) => [String(index), value])
  return items.every(item => typeof item === 'string') ? items.map(item => [item, true]) : null
}

function isCollection(type: AnyType): type is Collection {
  return type.type === 'set' || type.type === 'map' || type.type === 'objectList'
}

function isKept({ type }: Collection, value: Json | undefined): boolean {
  return value !== null && !(type === 'set' && value === false)
}

function position(key: string, path: Path, problems: Problems): string | undefined {
  if (POSITION.test(key)) return key
  problems.patch(path, 'is no position in a list; positions are 0, 1, 2 and so on.')
  return undefined
}

function member(value: Json, path: Path, problems: Problems): true | undefined {
  if (value === true) return true
  problems.patch(path, 'must be true to be in the set, or null to be out of it.')
  return undefined
}

function valueType(type: Exclude<Collection, { type: 'set' }>): AnyType {
  return type.type === 'map' ? type.valueClass : { type: 'object', shape: type.shape }
}

function storedAt(stored: Json | undefined, key: string): Json | undefined {
  return isJsonObject(stored) ? ownValue(stored, key) : undefined
}
