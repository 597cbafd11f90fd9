/**
 * Values as people read them. What a server sends is never trusted with the terminal: control characters are
 * shown.
 */
import { formatDuration } from '../../base/duration.ts'
import type { Json } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { setMembers } from '../../base/fields.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import type { Labels } from './labels.ts'
import { formatRelative } from './relative.ts'

/**
 * `brief` is for tables: distances instead of dates, labels instead of ids, the variant's name for an object.
 */
export interface CellStyle { readonly brief: boolean; readonly nowMs: number; readonly labels: Labels }

export const EMPTY_CELL = '-'
const RELATIVE_MS_MAX = 100 * 365 * 86_400_000

export function cellText(value: Json | undefined, type: FieldType | null, style: CellStyle): string {
  if (value === null || value === undefined || value === '') return EMPTY_CELL
  return printable(typedText(value, type, style))
}

/** One line without control characters; line breaks become spaces, the rest is written out (`\u001b`). */
export function printable(text: string): string {
  return text.replace(/\s*[\r\n\t]\s*/g, ' ')
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function typedText(value: Json, type: FieldType | null, style: CellStyle): string {
  if (type?.type === 'utcDateTime' && typeof value === 'string') return dateText(value, style)
  const isDuration = type?.type === 'number' && type.format === 'duration'
  if (isDuration && typeof value === 'number') return formatDuration(value)
  if (type?.type === 'objectId' && typeof value === 'string') return referenceText(value, style)
  if (type?.type === 'set' && isJsonObject(value)) return setText(value, type.class.type === 'objectId', style)
  if (isJsonObject(value) && typeof value['@type'] === 'string' && style.brief) return value['@type']
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function dateText(value: string, { brief, nowMs }: CellStyle): string {
  const atMs = Date.parse(value)
  if (Number.isNaN(atMs)) return value
  // "For good" is written as the end of the calendar, which nobody counts in days.
  if (Math.abs(atMs - nowMs) > RELATIVE_MS_MAX) return brief ? value.slice(0, 'YYYY-MM-DD'.length) : value
  const relative = formatRelative(atMs, nowMs)
  return brief ? relative : `${value} (${relative})`
}

function referenceText(id: string, { brief, labels }: CellStyle): string {
  const label = labels.get(id)
  if (label === undefined) return id
  return brief ? label : `${id} (${label})`
}

function setText(value: { readonly [key: string]: Json }, references: boolean, style: CellStyle): string {
  const members = setMembers(value).map(member => references ? referenceText(member, style) : member)
  return members.length === 0 ? EMPTY_CELL : members.join(', ')
}
