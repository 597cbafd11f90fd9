/**
 * Text on the wire: what each format accepts, and its one canonical form. Every string is well-formed Unicode without
 * NUL and has a length limit, because each of the stores, a log line and a table in a terminal must be able to hold it.
 */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { StringFormat, StringType } from '../../base/fields.ts'
import { addressText, parseAddress } from '../../base/address.ts'
import type { Path, Problems } from './problems.ts'

/** Length limits of a field that declares none, in characters (code points). */
export const STRING_CHARS_MAX = 1_024
export const TEXT_CHARS_MAX = 65_536
/** 256 characters are at most 1,024 bytes, which is what a secret may have. */
export const SECRET_CHARS_MAX = 256

const LONG: ReadonlySet<StringFormat> = new Set(['text', 'html', 'secretText'])
const PORT_MAX = 65_535

/** The canonical text, or undefined when a problem was noted. An empty text is refused unless `minLength` is 0. */
export function normalizeText(type: StringType, text: string, path: Path, problems: Problems): string | undefined {
  const secret = isSecret(type)
  const invalid = (why: string): undefined => {
    if (secret) problems.invalidSecret(path, why)
    else problems.invalid(path, text, why)
    return undefined
  }
  if (!text.isWellFormed() || text.includes('\0')) return invalid('holds a NUL or half a character; remove it.')
  if (CONTROLS.test(text) && !LONG.has(type.format)) {
    return invalid('holds a control character or a line break; remove it.')
  }
  if (DIRECTIONS.test(text) && !secret && !LONG.has(type.format)) {
    return invalid('holds a character that turns the direction of what stands around it (U+202A to U+202E, U+2066 to U+2069); remove it.')
  }
  const { minLength = 1, maxLength = defaultCharsMax(type.format) } = type
  // A character has at most two code units, so counting stays cheap whatever was sent.
  const length = text.length > 2 * maxLength ? text.length : [...text].length
  if (length > maxLength) {
    problems.limit(path, 'MaxLength', maxLength, `is longer than ${maxLength} characters.`)
    return undefined
  }
  if (length < minLength) {
    if (length === 0) problems.required(path)
    else problems.limit(path, 'MinLength', minLength, `is shorter than ${minLength} characters.`)
    return undefined
  }
  const format = FORMATS[type.format]
  if (!format || text === '') return text
  const canonical = format.canonical(text)
  return canonical ?? invalid(`must be ${format.expected}.`)
}

export function isSecret(type: { readonly type: string; readonly format?: string }): boolean {
  return type.type === 'string' && (type.format === 'secret' || type.format === 'secretText')
}

function defaultCharsMax(format: StringFormat): number {
  if (format === 'secret') return SECRET_CHARS_MAX
  return LONG.has(format) ? TEXT_CHARS_MAX : STRING_CHARS_MAX
}

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0001-\u001f\u007f]/
/** Embeddings, overrides and isolates (UAX #9 §2.1, §2.2, §2.4): a name with one of them can be read as another name. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/

interface Format { readonly expected: string; readonly canonical: (text: string) => string | null }
const FORMATS: Readonly<Partial<Record<StringFormat, Format>>> = {
  ipAddress: { expected: 'an IPv4 or IPv6 address, such as 192.0.2.1', canonical: ipAddress },
  ipNetwork: { expected: 'an IP address or a network, such as 10.0.0.0/8', canonical: ipNetwork },
  socketAddress: { expected: 'an IP address and a port, such as 0.0.0.0:25 or [::]:25', canonical: socketAddress },
  emailAddress: { expected: 'a mail address, such as jane@example.org', canonical: emailAddress },
  uri: {
    expected: 'a URI with its scheme, such as https://example.org/',
    canonical: text => (URL.canParse(text) ? text : null),
  },
  color: { expected: 'a colour, such as #1e90ff', canonical: text => (COLOR.test(text) ? text.toLowerCase() : null) },
}
const COLOR = /^(?:#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]{3,30})$/i

function emailAddress(text: string): string | null {
  const address = parseAddress(text)
  return address && addressText(address)
}

function ipAddress(text: string): string | null {
  return isIP(text) > 0 && !text.includes('%') ? text.toLowerCase() : null
}

function ipNetwork(text: string): string | null {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = isIPv4(address) ? 32 : 128
  if (rest.length > 0 || ipAddress(address) === null) return null
  if (prefix === undefined) return ipAddress(address)
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? `${address.toLowerCase()}/${Number(prefix)}` : null
}

function socketAddress(text: string): string | null {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  if (!parts) return null
  const [, six, four, port = ''] = parts
  const address = six !== undefined && isIPv6(six) && !six.includes('%') ? `[${six.toLowerCase()}]` : four
  if (address === undefined || (four !== undefined && !isIPv4(four)) || Number(port) > PORT_MAX) return null
  return `${address}:${Number(port)}`
}
