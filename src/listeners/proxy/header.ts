/**
 * The header with which a proxy says whose connection it passes on: the PROXY protocol of HAProxy, versions 1 (a line of
 * text) and 2 (binary), <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>. Pure: bytes in, a verdict out.
 *
 * | header                                              | the client's address                              |
 * |-----------------------------------------------------|---------------------------------------------------|
 * | `TCP4`, `TCP6`; `PROXY` over IPv4 or IPv6 streams   | the source in it                                  |
 * | `UNKNOWN`; `LOCAL`; unspecified, datagram, unix     | null: whoever has connected speaks for itself     |
 * | anything else, or one that goes on past its limit   | bad: the connection is of no use                  |
 *
 * What a version 2 header holds after the addresses (type-length-value fields) is skipped.
 */
import { isIPv4, isIPv6 } from 'node:net'

/** §2.1: with its line break. */
export const V1_BYTES_MAX = 107
/** §2.2: what fits into the smallest segment that every host takes. */
export const V2_BYTES_MAX = 536

export type ProxyHeader =
  /** Not all of it is there yet. */
  | { readonly kind: 'more' }
  | { readonly kind: 'bad'; readonly reason: string }
  /** `length`: bytes of the header; what follows is the client's. */
  | { readonly kind: 'header'; readonly length: number; readonly source: ProxySource | null }
export interface ProxySource { readonly address: string; readonly port: number }

const V1_BEGIN = Buffer.from('PROXY ')
const V2_BEGIN = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const V2_FIXED_BYTES = 16
const MORE: ProxyHeader = { kind: 'more' }

/** `bytes`: what has come so far, from the first byte of the connection. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (begins(bytes, V1_BEGIN)) return bytes.length < V1_BEGIN.length ? MORE : readV1(bytes)
  if (begins(bytes, V2_BEGIN)) return bytes.length < V2_FIXED_BYTES ? MORE : readV2(bytes)
  return bad('it does not begin with a PROXY header')
}

/** Whether all that is there agrees. */
function begins(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length)
  return bytes.subarray(0, length).equals(signature.subarray(0, length))
}

function readV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, V1_BYTES_MAX).indexOf('\r\n')
  if (end < 0) return bytes.length < V1_BYTES_MAX ? MORE : bad(`the line has no end within ${V1_BYTES_MAX} bytes`)
  const length = end + 2
  const [, family, ...rest] = bytes.toString('latin1', 0, end).split(' ')
  if (family === 'UNKNOWN') return { kind: 'header', length, source: null }
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6WithoutZone : null
  if (isAddress === null) return bad('the family is none of TCP4, TCP6, UNKNOWN')
  const [source = '', destination = '', sourcePort = '', destinationPort = ''] = rest
  if (rest.length !== 4 || !isAddress(source) || !isAddress(destination)) return bad('an address is none')
  if (!isPort(sourcePort) || !isPort(destinationPort)) return bad('a port is none')
  const address = family === 'TCP6' ? canonicalIPv6(source) : source
  return { kind: 'header', length, source: { address, port: Number(sourcePort) } }
}

const LOCAL = 0x20
const PROXY = 0x21
const TCP_OVER_IPV4 = 0x11
const TCP_OVER_IPV6 = 0x21
/** Two addresses and two ports. */
const IPV4_BYTES = 12
const IPV6_BYTES = 36

function readV2(bytes: Buffer): ProxyHeader {
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13)
  const contentBytes = bytes.readUInt16BE(14)
  const length = V2_FIXED_BYTES + contentBytes
  if (command !== LOCAL && command !== PROXY) return bad('the version or the command is unknown')
  if (length > V2_BYTES_MAX) return bad(`it is longer than ${V2_BYTES_MAX} bytes`)
  if (bytes.length < length) return MORE
  const content = bytes.subarray(V2_FIXED_BYTES, length)
  const sourceOf = command === PROXY ? FAMILIES[family] : undefined
  if (sourceOf === undefined) return { kind: 'header', length, source: null }
  const source = sourceOf(content)
  return source === null ? bad('it is too short for its addresses') : { kind: 'header', length, source }
}

const FAMILIES: Readonly<Record<number, (content: Buffer) => ProxySource | null>> = {
  [TCP_OVER_IPV4]: content =>
    content.length < IPV4_BYTES
      ? null
      : { address: content.subarray(0, 4).join('.'), port: content.readUInt16BE(8) },
  [TCP_OVER_IPV6]: content =>
    content.length < IPV6_BYTES
      ? null
      : { address: ipv6Text(content.subarray(0, 16)), port: content.readUInt16BE(32) },
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
  return canonicalIPv6(groups.join(':'))
}

/** RFC 5952. An IPv4 address in the form of IPv6 is that IPv4 address, however it was written. */
function canonicalIPv6(text: string): string {
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? []
  if (high === undefined || low === undefined) return canonical
  return [high, low].map(group => Number.parseInt(group, 16)).flatMap(group => [group >> 8, group & 0xff]).join('.')
}

function isIPv6WithoutZone(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535
}

function bad(reason: string): ProxyHeader {
  return { kind: 'bad', reason }
}
