/**
 * A certificate and its private key, judged as TLS needs them. Pure: two texts in, what to serve and what it says out,
 * or what is wrong, in words that hold nothing of either text.
 *
 * The chain begins with the certificate of the server. Others may follow in any order; clients sort that out, and which
 * of them a client needs is not known here. An expired certificate is taken: it is said elsewhere that it is over.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { NAMES_MAX } from '../../registry/objects/certificate.ts'
import type { CertificateFacts, CertificateProblem } from '../../registry/objects/certificate.ts'

const CHAIN_MAX = 10
const RSA_BITS_MIN = 2_048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])
const ISSUER_CHARS_MAX = 1_000

/** PEM: the key alone, and the certificates of the chain alone. */
export interface CertificatePair { readonly key: string; readonly cert: string }
export type Judged =
  | { readonly kind: 'usable'; readonly pair: CertificatePair; readonly facts: CertificateFacts }
  | CertificateProblem

export function judgePair(certificateText: string, keyText: string): Judged {
  const blocks = blocksOf(certificateText, 'CERTIFICATE')
  if (blocks.length === 0) return certificateProblem('holds no certificate in PEM (-----BEGIN CERTIFICATE-----).')
  if (blocks.length > CHAIN_MAX) return certificateProblem(`holds more than ${CHAIN_MAX} certificates.`)
  const chain = blocks.map(parse)
  const broken = chain.indexOf(null)
  if (broken >= 0) return certificateProblem(`holds a certificate that cannot be read: number ${broken + 1}.`)
  const [leaf, ...others] = chain.filter(each => each !== null)
  const key = readKey(keyText)
  if (typeof key === 'string') return keyProblem(key)
  if (leaf?.checkPrivateKey(key.object) !== true) {
    return others.some(other => other.checkPrivateKey(key.object))
      ? certificateProblem('must begin with the certificate that the private key belongs to.')
      : keyProblem('does not belong to the certificate; send both when you exchange them.')
  }
  const names = namesOf(leaf)
  if (names.length === 0) return certificateProblem('names no host; make one with a subject alternative name.')
  if (names.length > NAMES_MAX) return certificateProblem(`names more than ${NAMES_MAX} hosts.`)
  const pair = { key: key.pem, cert: blocks.join('\n') }
  const obstacle = obstacleOf(pair)
  if (obstacle !== null) return certificateProblem(`cannot be served with TLS (${obstacle}).`)
  return { kind: 'usable', pair, facts: factsOf(leaf, names) }
}

function factsOf(leaf: X509Certificate, subjectAlternativeNames: readonly string[]): CertificateFacts {
  return {
    subjectAlternativeNames, issuer: leaf.issuer.replaceAll('\n', ', ').toWellFormed().slice(0, ISSUER_CHARS_MAX).toWellFormed(),
    notValidBefore: leaf.validFromDate.getTime(), notValidAfter: leaf.validToDate.getTime(),
  }
}

function parse(block: string): X509Certificate | null {
  try {
    return new X509Certificate(block)
  } catch {
    return null
  }
}

/** The key, or what is wrong with it. */
function readKey(text: string): { readonly object: KeyObject; readonly pem: string } | string {
  if (ENCRYPTED.test(text)) return 'is encrypted with a passphrase; store it without one (openssl pkey).'
  const [pem] = KEY_LABELS.flatMap(label => blocksOf(text, label))
  if (pem === undefined) return 'holds no private key in PEM (-----BEGIN PRIVATE KEY-----).'
  try {
    const object = createPrivateKey(pem)
    return kindProblem(object) ?? { object, pem }
  } catch {
    return 'cannot be read; is all of it there?'
  }
}
/** PKCS #8, and the older form (RFC 1421 §4.6.1.1). */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m
const KEY_LABELS = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']

function kindProblem({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): string | null {
  const { modulusLength = 0, namedCurve = '' } = details
  if (type === 'ed25519') return null
  if (type === 'rsa') return modulusLength >= RSA_BITS_MIN ? null : `is an RSA key of ${modulusLength} bits; it needs ${RSA_BITS_MIN}.`
  if (type === 'ec') return CURVES.has(namedCurve) ? null : `is on the curve ${namedCurve}; use P-256, P-384 or P-521.`
  return `is of the kind ${type ?? 'unknown'}; use RSA, EC or Ed25519.`
}

/** What node:tls refuses, such as a signature that is too weak; null when it takes both. */
function obstacleOf(pair: CertificatePair): string | null {
  try {
    createSecureContext(pair)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

/** Whole PEM blocks with this label (RFC 7468); what is around them is left out. */
function blocksOf(text: string, label: string): string[] {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`]
  return text.split(begin).slice(1).flatMap(part => {
    const length = part.indexOf(end)
    return length < 0 ? [] : [begin + part.slice(0, length) + end]
  })
}

/** Hosts and addresses; the common name only where there is no other name, as old clients had it (RFC 6125 §6.4.4). */
function namesOf(leaf: X509Certificate): string[] {
  const alternatives = (leaf.subjectAltName ?? '').split(', ').flatMap(entry => {
    const [, kind, name = ''] = /^(DNS|IP Address):(.*)$/.exec(entry) ?? []
    if (kind === 'DNS') return HOST.test(name) ? [name.toLowerCase()] : []
    return kind !== undefined && isIP(name) > 0 ? [name.toLowerCase()] : []
  })
  if (leaf.subjectAltName !== undefined) return [...new Set(alternatives)]
  const [, commonName = ''] = /^CN=(.+)$/m.exec(leaf.subject) ?? []
  return HOST.test(commonName) ? [commonName.toLowerCase()] : []
}
const HOST = /^(?=.{1,253}$)(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i

function certificateProblem(text: string): CertificateProblem {
  return { kind: 'problem', property: 'certificate', text }
}

function keyProblem(text: string): CertificateProblem {
  return { kind: 'problem', property: 'privateKey', text }
}
