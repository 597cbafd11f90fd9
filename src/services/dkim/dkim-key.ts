/** Keys of DKIM: made, judged, and turned into the record that is published (RFC 6376 §3.6.1, RFC 8463 §4). */
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { isJsonObject } from '../../base/json.ts'
import type { DkimAlgorithm, JudgeDkimKey } from '../../registry/objects/dkim-signature.ts'
import { readPem } from '../certificates/pem-source.ts'
import type { Variables } from '../certificates/pem-source.ts'

const RSA_BITS = 2_048
/** Beyond that the record does not fit where verifiers look (RFC 8301 §3.2). */
const RSA_BITS_MAX = 4_096
/** Of a public Ed25519 key in SPKI: the rest are its 32 octets (RFC 8410 §4). */
const ED25519_PREFIX_OCTETS = 12

/** `body`: a DkimSignature, as it is stored. */
export async function judgeDkimKey(body: Parameters<JudgeDkimKey>[0], variables: Variables): ReturnType<JudgeDkimKey> {
  const read = await readPem(isJsonObject(body['privateKey']) ? body['privateKey'] : {}, variables)
  if (read.kind === 'unreadable') return { kind: 'problem', text: read.reason }
  const key = parse(read.text)
  if (key === null) return { kind: 'problem', text: 'cannot be read; send it in PEM (-----BEGIN PRIVATE KEY-----), without a passphrase.' }
  const text = kindProblem(key, String(body['@type']))
  return text === null ? { kind: 'usable', record: recordOf(key) } : { kind: 'problem', text }
}

export interface NewDkimKey { readonly pem: string; readonly record: string }

export async function newDkimKey(algorithm: DkimAlgorithm): Promise<NewDkimKey> {
  const { privateKey } = algorithm === 'Dkim1RsaSha256'
    ? await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
    : await promisify(generateKeyPair)('ed25519')
  return { pem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), record: recordOf(privateKey) }
}

function recordOf(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return key.asymmetricKeyType === 'rsa'
    ? `v=DKIM1; k=rsa; p=${spki.toString('base64')}`
    : `v=DKIM1; k=ed25519; p=${spki.subarray(ED25519_PREFIX_OCTETS).toString('base64')}`
}

function kindProblem({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, algorithm: string): string | null {
  const wanted = algorithm === 'Dkim1RsaSha256' ? 'rsa' : 'ed25519'
  if (asymmetricKeyType !== wanted) return `is of the kind ${asymmetricKeyType ?? 'unknown'}; ${algorithm} needs ${wanted}.`
  const bits = asymmetricKeyDetails?.modulusLength
  if (bits === undefined || (bits >= RSA_BITS && bits <= RSA_BITS_MAX)) return null
  return `is an RSA key of ${bits} bits; it needs ${RSA_BITS} to ${RSA_BITS_MAX}.`
}

function parse(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem)
  } catch {
    // What is wrong with a key is not said: the message may hold a part of it.
    return null
  }
}
