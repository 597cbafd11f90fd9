/**
 * A self-made certificate: P-256, signed with itself (RFC 5280), valid for a host name and this machine. It encrypts;
 * it proves nothing to a client that has not been told to trust it. The few DER shapes it needs are written out here,
 * because the certificate libraries patch the global Reflect object when they are loaded.
 */
import { createHash, generateKeyPair, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import type { KeyPair } from './settings.ts'

export const VALID_MS = 365 * 86_400_000
/** A clock of a client that runs behind must not find the certificate not yet valid. */
const BACKDATE_MS = 3_600_000
const COMMON_NAME_LENGTH_MAX = 64

const OID = {
  commonName: [0x55, 4, 3], ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
  subjectKeyIdentifier: [0x55, 0x1d, 14], keyUsage: [0x55, 0x1d, 15], subjectAltName: [0x55, 0x1d, 17],
  basicConstraints: [0x55, 0x1d, 19], extKeyUsage: [0x55, 0x1d, 37], serverAuth: [0x2b, 6, 1, 5, 5, 7, 3, 1],
} as const
type OidName = keyof typeof OID

export async function selfMadeCertificate(hostname: string, nowMs: number): Promise<KeyPair> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(oid('commonName'), utf8String(commonName(hostname)))))
  const algorithm = sequence(oid('ecdsaWithSha256'))
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' })
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(serial()),
    algorithm,
    name,
    sequence(time(nowMs - BACKDATE_MS), time(nowMs + VALID_MS)),
    name,
    subjectKey,
    der(0xa3, sequence(
      extension('basicConstraints', true, sequence()),
      extension('keyUsage', true, der(0x03, Buffer.of(7, 0x80))),
      extension('extKeyUsage', false, sequence(oid('serverAuth'))),
      extension('subjectKeyIdentifier', false, der(0x04, createHash('sha1').update(subjectKey).digest())),
      extension('subjectAltName', false, sequence(...alternativeNames(hostname))),
    )),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = sequence(body, algorithm, der(0x03, Buffer.of(0), signature))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(certificate) }
}

function commonName(hostname: string): string {
  return hostname.length > COMMON_NAME_LENGTH_MAX ? 'localhost' : hostname
}

function alternativeNames(hostname: string): Buffer[] {
  const names = new Set([hostname, 'localhost', '127.0.0.1', '::1'])
  return [...names].map(name => isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, addressBytes(name)))
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

/** 127 random bits, positive and without a leading zero. */
function serial(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

function extension(name: OidName, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(name), ...(critical ? [der(0x01, Buffer.of(0xff))] : []), der(0x04, value))
}

/** GeneralizedTime would be needed from 2050 on (RFC 5280 §4.1.2.5). */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return new Date(ms).getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
const integer = (bytes: Buffer): Buffer => der(0x02, bytes)
const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text))
const oid = (name: OidName): Buffer => der(0x06, Buffer.from(OID[name]))

/** Tag, length, content (X.690 §8.1). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >>> 8, size & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
