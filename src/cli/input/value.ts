/**
 * One value from its text, by the type that the schema gives it. Numbers, `true`, dates, `6h`, comma lists
 * for sets, the bare name of a variant for an embedded object; JSON where a value has parts. `null` empties
 * what may be empty.
 */
import { parseDuration } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Model } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import { usage } from '../failure.ts'
import { matchVariant } from './names.ts'
import { didYouMean, fold } from './suggest.ts'
import { parseWhen, WHEN_FORMS } from './when.ts'

/** What a text is read against; `label` names the field in errors. */
export interface Reading { readonly model: Model; readonly nowMs: number; readonly label: string }

export function parseValue(type: FieldType, text: string, reading: Reading): Json {
  if (text === 'null' && 'nullable' in type && type.nullable === true) return null
  switch (type.type) {
    case 'string': case 'objectId': case 'blobId': return text
    case 'number': return numberValue(type.format, text, reading)
    case 'boolean': return booleanValue(text, reading)
    case 'utcDateTime': return dateValue(text, reading)
    case 'enum': return enumValue(type.enumName, text, reading)
    case 'set': return setValue(type.class, text, reading)
    case 'object': return objectValue(type.objectName, text, reading)
    case 'objectList': return listValue(text, reading)
    case 'map': return jsonValue(text, reading, 'a JSON object like {"key":1}')
  }
}

function numberValue(format: string, text: string, reading: Reading): number {
  if (format === 'duration') {
    const ms = /^\d+$/.test(text) ? Number(text) : parseDuration(text)
    if (ms === null) throw bad(reading, text, 'a duration like 90s, 6h or 1h30m, or milliseconds')
    return ms
  }
  const value = text.trim() === '' ? NaN : Number(text)
  const whole = format !== 'float'
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    throw bad(reading, text, whole ? 'a whole number' : 'a number')
  }
  return value
}

function booleanValue(text: string, reading: Reading): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw bad(reading, text, 'true or false')
}

function dateValue(text: string, reading: Reading): string {
  const when = parseWhen(text, reading.nowMs)
  if (when === null) throw bad(reading, text, WHEN_FORMS)
  return when
}

function enumValue(enumName: string, text: string, reading: Reading): string {
  const names = reading.model.enum(enumName).map(member => member.name)
  const found = names.find(name => fold(name) === fold(text))
  if (found !== undefined) return found
  throw usage(`${reading.label}: ${JSON.stringify(text)} is not allowed`,
    didYouMean(text, names) ?? `one of ${names.join(', ')}`)
}

/**
 * `a,b`, a JSON list, or the wire's own `{"a":true}`. An address like `[::]:25` is no JSON, so it is a
 * member.
 */
function setValue(member: FieldType, text: string, reading: Reading): Json {
  const parsed = /^[[{]/.test(text) ? tryJson(text) : undefined
  if (isJsonObject(parsed)) return parsed
  const listed = Array.isArray(parsed) ? parsed.map(String) : text.split(',')
  const members = listed.map(part => part.trim()).filter(Boolean)
  return Object.fromEntries(members.map(part => [String(parseValue(member, part, reading)), true]))
}

function objectValue(objectName: string, text: string, reading: Reading): Json {
  if (text.startsWith('{')) return jsonValue(text, reading, 'a JSON object')
  const shape = bare(objectName)
  const names = reading.model.variants(shape).flatMap(variant => variant.name ?? [])
  if (names.length === 0) throw bad(reading, text, 'a JSON object like {"name":"value"}')
  const found = matchVariant(reading.model, shape, text)
  if (found !== null) return { '@type': found.name }
  throw usage(`${reading.label}: ${JSON.stringify(text)} is not allowed`,
    didYouMean(text, names) ?? `one of ${names.join(', ')}, or a JSON object`)
}

/** A JSON list becomes the wire's object with numbers for keys. */
function listValue(text: string, reading: Reading): Json {
  const form = 'a JSON list like [{"name":"value"}]'
  if (!/^[[{]/.test(text)) throw bad(reading, text, form)
  const value = tryJson(text)
  if (value === undefined) throw bad(reading, text, form)
  if (!Array.isArray(value)) return value
  return Object.fromEntries(value.map((entry: Json, index) => [String(index), entry]))
}

function jsonValue(text: string, reading: Reading, form: string): Json {
  const value = text.startsWith('{') ? tryJson(text) : undefined
  if (value === undefined) throw bad(reading, text, form)
  return value
}

function tryJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function bad(reading: Reading, text: string, form: string): Error {
  return usage(`${reading.label}: ${JSON.stringify(text)} is not valid`, `give ${form}`)
}
