/**
 * A self-made certificate: P-256, signed with itself (RFC 5280), valid for a host name and this machine. It encrypts;
 * it proves nothing to a client that has not been told to trust it.
 */
import { createHash, generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import {
  alternativeNames, bits, commonNameOf, extension, integer, octets, oid, pem, publicKeyOf, sequence, signatureAlgorithm, signed, tagged, time,
} from '../../services/certificates/der.ts'
import type { KeyPair } from './settings.ts'

export const VALID_MS = 365 * 86_400_000
/** A clock of a client that runs behind must not find the certificate not yet valid. */
const BACKDATE_MS = 3_600_000
const CHALLENGE_VALID_MS = 86_400_000
const COMMON_NAME_LENGTH_MAX = 64

export function selfMadeCertificate(hostname: string, nowMs: number): Promise<KeyPair> {
  const names = [...new Set([hostname, 'localhost', '127.0.0.1', '::1'])]
  return selfSigned(names, nowMs - BACKDATE_MS, nowMs + VALID_MS, [])
}

/** What an authority is shown that looks at a host (RFC 8737 §3). `answer`: the hash that it expects. */
export function challengeCertificate(host: string, answer: Buffer, nowMs: number): Promise<KeyPair> {
  return selfSigned([host], nowMs - BACKDATE_MS, nowMs + CHALLENGE_VALID_MS, [extension('acmeIdentifier', true, octets(answer))])
}

/** With a key of its own. `more`: extensions besides the usual ones. Times in ms since 1970. */
async function selfSigned(
  names: readonly string[], notBefore: number, notAfter: number, more: readonly Buffer[],
): Promise<KeyPair> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const [first = ''] = names
  const name = commonNameOf(first.length > COMMON_NAME_LENGTH_MAX ? 'localhost' : first)
  const subjectKey = publicKeyOf(privateKey)
  const body = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(serial()),
    signatureAlgorithm(),
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    subjectKey,
    tagged(3, sequence(
      extension('basicConstraints', true, sequence()),
      extension('keyUsage', true, bits(Buffer.of(0x80), 7)),
      extension('extKeyUsage', false, sequence(oid('serverAuth'))),
      extension('subjectKeyIdentifier', false, octets(createHash('sha1').update(subjectKey).digest())),
      alternativeNames(names),
      ...more,
    )),
  )
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem('CERTIFICATE', signed(body, privateKey)) }
}

/** 127 random bits, positive and without a leading zero. */
function serial(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}
