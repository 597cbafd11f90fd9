/** Records as what they say: made from values, read back, compared. Names in them are in lower case and whole. */
import { assert } from '../../base/assert.ts'
import { decodeName, encodeName } from './name.ts'

export const RECORD_TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28, SRV: 33, TLSA: 52, CAA: 257 } as const
export type RecordType = keyof typeof RECORD_TYPES

/** `rdata` without compression (RFC 3597 §4). */
export interface DnsRecord { readonly type: RecordType; readonly rdata: Buffer }

const TXT_PART_OCTETS_MAX = 255
/** Of all parts; a record must fit a message with others. */
export const TXT_OCTETS_MAX = 8_192

/** RFC 1035 §3.3.14; a long text is cut into parts, which readers join again. */
export function txt(text: string): DnsRecord {
  const octets = Buffer.from(text, 'utf8')
  assert(octets.length <= TXT_OCTETS_MAX, 'a TXT record that is too long')
  const parts: Buffer[] = []
  for (let at = 0; at === 0 || at < octets.length; at += TXT_PART_OCTETS_MAX) {
    const part = octets.subarray(at, at + TXT_PART_OCTETS_MAX)
    parts.push(Buffer.from([part.length]), part)
  }
  return { type: 'TXT', rdata: Buffer.concat(parts) }
}

/** The parts of a TXT record, joined. */
export function textOf({ rdata }: DnsRecord): string {
  const parts: Buffer[] = []
  for (let at = 0; at < rdata.length;) {
    const length = rdata[at] ?? 0
    parts.push(rdata.subarray(at + 1, at + 1 + length))
    at += 1 + length
  }
  return Buffer.concat(parts).toString('utf8')
}

/** RFC 1035 §3.3.9. */
export function mx(preference: number, exchange: string): DnsRecord {
  return { type: 'MX', rdata: Buffer.concat([uint16(preference), encodeName(exchange)]) }
}

/** RFC 2782. */
export function srv(priority: number, weight: number, port: number, target: string): DnsRecord {
  return { type: 'SRV', rdata: Buffer.concat([uint16(priority), uint16(weight), uint16(port), encodeName(target)]) }
}

/** RFC 6698 §2.1. */
export function tlsa(usage: number, selector: number, matching: number, data: Buffer): DnsRecord {
  return { type: 'TLSA', rdata: Buffer.concat([Buffer.from([usage, selector, matching]), data]) }
}

/** The name that an NS or CNAME record leads to. */
export function targetOf({ rdata }: DnsRecord): string | null {
  return decodeName(rdata, 0)?.name ?? null
}

/** Of an A or AAAA record. */
export function addressOf({ type, rdata }: DnsRecord): string | null {
  if (type === 'A' && rdata.length === 4) return [...rdata].join('.')
  if (type === 'AAAA' && rdata.length === 16) {
    return Array.from({ length: 8 }, (_, nth) => rdata.readUInt16BE(2 * nth).toString(16)).join(':')
  }
  return null
}

export function sameRecord(one: DnsRecord, other: DnsRecord): boolean {
  return one.type === other.type && one.rdata.equals(other.rdata)
}

/** Whatever their order. */
export function sameRecords(some: readonly DnsRecord[], others: readonly DnsRecord[]): boolean {
  return some.length === others.length && some.every(one => others.some(other => sameRecord(one, other)))
}

function uint16(value: number): Buffer {
  const octets = Buffer.alloc(2)
  octets.writeUInt16BE(value)
  return octets
}
