/** The lines that final delivery puts in front of a message: Return-Path and Received (RFC 5321 §4.4). */
import { isIP } from 'node:net'
import { canonicalDomain } from '../../base/address.ts'

export interface Trace {
  /** Empty for the null sender. */
  readonly mailFrom: string
  readonly hostname: string
  /** What the client called itself. */
  readonly helo: string
  readonly remoteAddress: string
  readonly protocol: 'smtp' | 'lmtp'
  /** EHLO or LHLO was used. */
  readonly extended: boolean
  readonly utf8: boolean
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`; null without TLS. */
  readonly tls: string | null
  readonly id: string
  /** The only recipient. Several are not named: they need not know of each other (RFC 5321 §7.2). */
  readonly recipient: string | null
  /** ms since 1970. */
  readonly at: number
}

export function traceHeader(trace: Trace): string {
  const { hostname, helo, remoteAddress, id, recipient, at } = trace
  const tls = trace.tls === null ? '' : ` (${trace.tls})`
  const to = recipient === null ? '' : `\r\n\tfor <${recipient}>`
  return `Return-Path: <${asciiDomain(trace.mailFrom)}>\r\n`
    + `Received: from ${safeName(helo)} (${addressLiteral(remoteAddress)})\r\n`
    + `\tby ${hostname} with ${withProtocol(trace)}${tls} id ${id}${to};\r\n`
    + `\t${dateTime(at)}\r\n`
}

/** RFC 5322 §3.3. */
function dateTime(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000')
}

/** RFC 3848, RFC 6531 §4.3. */
function withProtocol({ protocol, extended, utf8, tls }: Trace): string {
  const secure = tls === null ? '' : 'S'
  if (utf8) return `UTF8${protocol.toUpperCase()}${secure}`
  if (protocol === 'lmtp') return `LMTP${secure}`
  return `${extended ? 'ESMTP' : 'SMTP'}${secure}`
}

/** The client chose the name: what could end a comment or a header line is replaced. */
function safeName(helo: string): string {
  return helo.replace(/[^A-Za-z0-9.:_[\]-]/g, '?')
}

function addressLiteral(address: string): string {
  return isIP(address) === 6 ? `[IPv6:${address}]` : `[${address}]`
}

/** smtp-server hands domains over in Unicode; a header needs none of that. */
export function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = at < 0 ? null : canonicalDomain(address.slice(at + 1))
  return domain === null ? address : `${address.slice(0, at + 1)}${domain}`
}
