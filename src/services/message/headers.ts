/**
 * Header fields of a message, straight from its bytes: they can be read even when the MIME structure cannot.
 * The forms are those of RFC 8621 §4.1.2. Nothing here throws: a value that does not follow its grammar gives what can
 * be read of it, or null.
 */
import { addressParser, decodeWords } from 'postal-mime'
import type { Address as ParsedAddress } from 'postal-mime'
import { normalized } from '../../base/normalize.ts'

/** A field as it was sent: `value` is what follows the colon, folds kept, without the final line end. */
export interface Header { readonly name: string; readonly value: string }
/** RFC 8621 §4.1.2.3. */
export type Address = { readonly name: string | null; readonly email: string }

/** Header bytes that are read; what follows them counts as body. */
export const HEADER_BYTES_MAX = 512 * 1024
export const HEADERS_MAX = 2_000
/** Of one field; a longer one is cut before it is parsed. */
export const VALUE_CHARS_MAX = 64 * 1024
export const ADDRESSES_MAX = 1_000
const MESSAGE_IDS_MAX = 200

const LF = 10
const CR = 13
const NAME = /^([!-9;-~]+)[ \t]*:/
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
/** What 8-bit headers that are not UTF-8 nearly always are. */
const western = new TextDecoder('windows-1252')

/** The fields in order, and where the body begins. Lines that are neither field nor continuation are passed over. */
export function headersOf(content: Uint8Array): { readonly headers: readonly Header[]; readonly bodyStart: number } {
  const lines: string[] = []
  let start = 0
  while (start < content.length && start < HEADER_BYTES_MAX && lines.length < HEADERS_MAX) {
    const newline = content.indexOf(LF, start)
    const next = newline === -1 ? content.length : newline + 1
    const end = newline > start && content[newline - 1] === CR ? newline - 1 : newline === -1 ? content.length : newline
    const line = decodeBytes(content.subarray(start, end))
    start = next
    if (line === '') break
    const last = lines.length - 1
    if (/^[ \t]/.test(line) && last >= 0) lines[last] += `\r\n${line}`
    else lines.push(line)
  }
  const headers = lines.flatMap(line => {
    const name = NAME.exec(line)
    return name?.[1] === undefined ? [] : [{ name: name[1], value: line.slice(name[0].length) }]
  })
  return { headers, bodyStart: start }
}

/** The last field of the name (RFC 8621 §4.1.3), any case. */
export function headerValue(headers: readonly Header[], name: string): string | null {
  const wanted = name.toLowerCase()
  return headers.findLast(header => header.name.toLowerCase() === wanted)?.value ?? null
}

/** Unfolded, encoded words decoded, as composed Unicode. */
export function asText(value: string): string {
  return normalized(storable(decodeWords(unfold(value))), 'NFC')
}

/** Groups are dissolved into their members. */
export function asAddresses(value: string): readonly Address[] {
  return addressParser(unfold(value)).flatMap(members).slice(0, ADDRESSES_MAX)
}

/** Ids without their angle brackets; null when there is none. */
export function asMessageIds(value: string): readonly string[] | null {
  const ids = [...unfold(value).matchAll(/<([^<>\s]+)>/g)].map(([, id]) => storable(id ?? ''))
  return ids.length === 0 ? null : ids.slice(0, MESSAGE_IDS_MAX)
}

/** `YYYY-MM-DDTHH:MM:SS±HH:MM` in the zone of the sender; null when it is no date. */
export function asDate(value: string): string | null {
  const text = unfold(value).replace(/\([^()]*\)/g, ' ').trim()
  const atMs = Date.parse(text)
  if (Number.isNaN(atMs)) return null
  const zone = /([+-])(\d\d)(\d\d)$/.exec(text)
  const offsetMs = zone ? Number(`${zone[1]}1`) * (Number(zone[2]) * 60 + Number(zone[3])) * 60_000 : 0
  const local = new Date(atMs + offsetMs)
  const year = local.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) return null
  const suffix = zone && offsetMs !== 0 ? `${zone[1]}${zone[2]}:${zone[3]}` : 'Z'
  return `${local.toISOString().slice(0, 19)}${suffix}`
}

/** Text that every store and every JSON reader takes: no NUL, no lone surrogates. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return western.decode(bytes)
  }
}

function unfold(value: string): string {
  return value.slice(0, VALUE_CHARS_MAX).replace(/\r?\n/g, '').trim()
}

function members(address: ParsedAddress): Address[] {
  if (address.group) return address.group.flatMap(members)
  const name = storable(address.name ?? '')
  const email = storable(address.address ?? '')
  return name === '' && email === '' ? [] : [{ name: name === '' ? null : name, email }]
}
