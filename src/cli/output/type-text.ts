/**
 * A field's type in a few words, with what it may be: `duration`, `set of searchIndexing | …`, `id of
 * Account`.
 */
import type { Model } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType, MapValueType } from '../../jmap-client/schema.ts'

/** An enum with more members is shown by its name. */
const MEMBERS_MAX = 6

export function typeText(model: Model, type: FieldType | MapValueType): string {
  switch (type.type) {
    case 'string': return plain(type.format, 'characters', type.minLength, type.maxLength)
    case 'number': return plain(numberWord(type.format), '', type.min, type.max)
    case 'boolean': return 'true | false'
    case 'utcDateTime': return 'date and time'
    case 'blobId': return 'id of a blob'
    case 'enum': return enumText(model, type.enumName)
    case 'objectId': return `id of ${bare(type.objectName)}`
    case 'object': return objectText(model, type.objectName)
    case 'objectList': return plain(`list of ${bare(type.objectName)}`, 'items', type.minItems, type.maxItems)
    case 'set': return plain(`set of ${typeText(model, type.class)}`, 'items', type.minItems, type.maxItems)
    case 'map': return `map of ${typeText(model, type.keyClass)} to ${typeText(model, type.valueClass)}`
  }
}

function enumText(model: Model, enumName: string): string {
  const names = model.enum(enumName).map(member => member.name)
  return names.length > 0 && names.length <= MEMBERS_MAX ? names.join(' | ') : enumName
}

function objectText(model: Model, objectName: string): string {
  const names = model.variants(objectName).flatMap(variant => variant.name ?? [])
  return names.length > 0 ? `${bare(objectName)}: ${names.join(' | ')}` : bare(objectName)
}

function numberWord(format: string): string {
  switch (format) {
    case 'unsignedInteger': case 'integer': return 'whole number'
    case 'float': return 'number'
    case 'size': return 'bytes'
    default: return format
  }
}

function plain(word: string, unit: string, min: number | undefined, max: number | undefined): string {
  const of = unit === '' ? '' : ` ${unit}`
  if (min !== undefined && max !== undefined) return `${word}, ${min}–${max}${of}`
  if (min !== undefined) return `${word}, at least ${min}${of}`
  if (max !== undefined) return `${word}, at most ${max}${of}`
  return word
}
