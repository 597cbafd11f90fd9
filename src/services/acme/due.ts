/** When a certificate is renewed: a part of its life, or when its authority says (RFC 9773). Pure; times in ms since 1970. */
import type { X509Certificate } from 'node:crypto'
import { hash32 } from '../../base/hash.ts'
import type { AcmeRenewBefore } from '../../registry/objects/acme-provider.ts'
import { elementAt, extensionOf } from '../certificates/der.ts'

export interface Life { readonly notBefore: number; readonly notAfter: number }
export interface Window { readonly start: number; readonly end: number }

const PARTS: Readonly<Record<AcmeRenewBefore, number>> = { R12: 1 / 2, R23: 2 / 3, R34: 3 / 4, R45: 4 / 5 }
/** An authority may say that a certificate should live longer than we like, but not until its very end. */
const LATEST_PART = 9 / 10
/** So often the authority is asked again whether its certificate has to go early. */
const LOOK_MS_MIN = 3_600_000
const LOOK_MS_MAX = 86_400_000
const LOOK_MS_DEFAULT = 21_600_000
const HASHES = 0x1_0000_0000

export function duePoint({ notBefore, notAfter }: Life, renewBefore: AcmeRenewBefore): number {
  return Math.round(notBefore + (notAfter - notBefore) * PARTS[renewBefore])
}

/** A point in the window that is the same at each look, and another for each certificate, as RFC 9773 §4.2 wants it. */
export function dueInWindow({ start, end }: Window, certificateId: string, { notBefore, notAfter }: Life): number {
  const chosen = start + (end - start) * hash32(certificateId) / HASHES
  return Math.round(Math.min(chosen, notBefore + (notAfter - notBefore) * LATEST_PART))
}

/** When the window is to be looked at again. */
export function nextLook(now: number, retryAfterMs: number | null): number {
  return now + Math.min(Math.max(retryAfterMs ?? LOOK_MS_DEFAULT, LOOK_MS_MIN), LOOK_MS_MAX)
}

/** How an authority calls a certificate (RFC 9773 §4.1); null: it does not name the key of its issuer. */
export function certificateId({ raw, serialNumber }: Pick<X509Certificate, 'raw' | 'serialNumber'>): string | null {
  const identifier = elementAt(extensionOf(raw, 'authorityKeyIdentifier') ?? Buffer.alloc(0), 0)
  const keyId = identifier === null ? null : elementAt(identifier.content, 0)
  if (keyId?.tag !== KEY_IDENTIFIER) return null
  const serial = Buffer.from(serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`, 'hex')
  // As in DER, where a leading one would make it negative.
  const signed = (serial[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), serial]) : serial
  return `${keyId.content.toString('base64url')}.${signed.toString('base64url')}`
}
const KEY_IDENTIFIER = 0x80
