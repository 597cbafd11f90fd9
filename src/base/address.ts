/**
 * Mail addresses and domain names in their one canonical form, which is what index entries hold and lookups
 * ask for: lower case, NFC, domain in ASCII (RFC 5890 A-labels), no trailing dot, local part without needless
 * quotes. Case makes no difference in the local part either, as in every large mail system; RFC 5321 §2.4
 * leaves it open.
 */
import { domainToASCII } from 'node:url'

export interface Address { readonly local: string; readonly domain: string }

/** RFC 5321 §4.5.3.1. */
const LOCAL_BYTES_MAX = 64
const DOMAIN_LENGTH_MAX = 253
export const ADDRESS_LENGTH_MAX = LOCAL_BYTES_MAX + 1 + DOMAIN_LENGTH_MAX

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const DOMAIN_SHAPE = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
/** What may go to the IDNA algorithm: it would take `/`, `%` or `:` for parts of a URL. */
const UNICODE_DOMAIN_SHAPE = /^[\p{L}\p{N}\p{M}._\-。．｡]+$/u
/** Everything but spaces, controls and the characters that have a meaning in an address. */
const LOCAL_SHAPE = /^[^\s\p{Cc}\p{Cs}"(),:;<>@[\\\]]+$/u
const QUOTED = /^"((?:[^"\\]|\\.)+)"$/u

/** Null for what can be no mailbox here: no `@`, too long, an address literal, a forbidden character. */
export function parseAddress(text: string): Address | null {
  const at = text.lastIndexOf('@')
  if (at < 1) return null
  const local = canonicalLocal(text.slice(0, at))
  const domain = canonicalDomain(text.slice(at + 1))
  return local === null || domain === null ? null : { local, domain }
}

export function canonicalLocal(text: string): string | null {
  if (text.length > 2 * LOCAL_BYTES_MAX + 2) return null
  const quoted = QUOTED.exec(text)?.[1]
  const local = (quoted === undefined ? text : quoted.replace(/\\(.)/gu, '$1')).normalize('NFC').toLowerCase()
  return LOCAL_SHAPE.test(local) && Buffer.byteLength(local) <= LOCAL_BYTES_MAX ? local : null
}

export function canonicalDomain(text: string): string | null {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text
  if (bare.length > DOMAIN_LENGTH_MAX) return null
  const ascii = bare.toLowerCase()
  if (DOMAIN_SHAPE.test(ascii)) return ascii
  if (!UNICODE_DOMAIN_SHAPE.test(bare)) return null
  const converted = domainToASCII(bare)
  return DOMAIN_SHAPE.test(converted) && converted.length <= DOMAIN_LENGTH_MAX ? converted : null
}

/** `local@domain`: the text of index entries. */
export function addressText(address: Address): string {
  return `${address.local}@${address.domain}`
}
