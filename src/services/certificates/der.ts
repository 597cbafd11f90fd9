/**
 * The few DER shapes (X.690) that certificates (RFC 5280) and requests for them (RFC 2986) are made of. They are written
 * out here, because the certificate libraries patch the global Reflect object when they are loaded.
 */
import { createPublicKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'

const OID = {
  commonName: [0x55, 4, 3], ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
  subjectKeyIdentifier: [0x55, 0x1d, 14], keyUsage: [0x55, 0x1d, 15], subjectAltName: [0x55, 0x1d, 17],
  basicConstraints: [0x55, 0x1d, 19], authorityKeyIdentifier: [0x55, 0x1d, 35], extKeyUsage: [0x55, 0x1d, 37],
  serverAuth: [0x2b, 6, 1, 5, 5, 7, 3, 1], extensionRequest: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14],
  // RFC 8737 §3.
  acmeIdentifier: [0x2b, 6, 1, 5, 5, 7, 1, 31],
} as const
export type OidName = keyof typeof OID

export const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
export const integer = (bytes: Buffer): Buffer => der(0x02, bytes)
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text))
export const octets = (content: Buffer): Buffer => der(0x04, content)
/** `unused`: bits at the end that do not count. */
export const bits = (content: Buffer, unused = 0): Buffer => der(0x03, Buffer.of(unused), content)
export const oid = (name: OidName): Buffer => der(0x06, Buffer.from(OID[name]))
/** Context-specific, constructed: `[number]`. */
export const tagged = (number: number, ...parts: Buffer[]): Buffer => der(0xa0 + number, ...parts)

/** GeneralizedTime would be needed from 2050 on (RFC 5280 §4.1.2.5). */
export function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return new Date(ms).getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

export function extension(name: OidName, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(name), ...(critical ? [der(0x01, Buffer.of(0xff))] : []), octets(value))
}

/** Hosts and IP addresses. */
export function alternativeNames(names: readonly string[]): Buffer {
  const of = (name: string) => isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, addressBytes(name))
  return extension('subjectAltName', false, sequence(...names.map(of)))
}

/** The attribute of a request that asks for these extensions (RFC 2985 §5.4.2). */
export function extensionRequest(...extensions: Buffer[]): Buffer {
  return sequence(oid('extensionRequest'), set(sequence(...extensions)))
}

/** A Name of one common name, or of nothing. */
export function commonNameOf(name: string | null): Buffer {
  return name === null ? sequence() : sequence(set(sequence(oid('commonName'), utf8String(name))))
}

export const set = (...parts: Buffer[]): Buffer => der(0x31, ...parts)

/** SubjectPublicKeyInfo of the key. */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

/** The body with the signature of a P-256 key behind it. */
export function signed(body: Buffer, key: KeyObject): Buffer {
  return sequence(body, signatureAlgorithm(), bits(sign('sha256', body, key)))
}

export const signatureAlgorithm = (): Buffer => sequence(oid('ecdsaWithSha256'))

export function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/**
 * The content of an extension, read out of a certificate that node:crypto has parsed; null: it has none. An OID with its
 * tag and length is found once only where it is meant: in the list of extensions, or in an opaque text that happens to hold it,
 * so the first is taken whose value is an OCTET STRING.
 */
export function extensionOf(certificate: Buffer, name: OidName): Buffer | null {
  const wanted = oid(name)
  for (let at = certificate.indexOf(wanted); at >= 0; at = certificate.indexOf(wanted, at + 1)) {
    let next = at + wanted.length
    if (certificate[next] === 0x01) next += 3
    const value = elementAt(certificate, next)
    if (value?.tag === 0x04) return value.content
  }
  return null
}

/** The element that begins there; null: none does. */
export function elementAt(bytes: Buffer, at: number): { readonly tag: number; readonly content: Buffer } | null {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined) return null
  const more = first < 0x80 ? 0 : first & 0x7f
  if (more > 3) return null
  const size = more === 0 ? first : bytes.subarray(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0)
  const begin = at + 2 + more
  return begin + size > bytes.length ? null : { tag, content: bytes.subarray(begin, begin + size) }
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => text === '' ? [] : text.split(':')
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return Buffer.from([...before, ...zeros, ...after].map(group => group.padStart(4, '0')).join(''), 'hex')
}

/** Tag, length, content (X.690 §8.1). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >>> 8, size & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}
