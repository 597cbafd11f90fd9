/**
 * The proof key of a login (RFC 7636): a secret that only this tab knows, and what the login page is told of it.
 * `crypto.subtle` exists in secure contexts only (https, or localhost); elsewhere the method is `plain`.
 */
export interface ProofKey {
  readonly verifier: string
  readonly challenge: string
  readonly method: 'S256' | 'plain'
}
/** The part of the Web Crypto API that is used; `subtle` is missing where the page has no secure context. */
export interface CryptoSource {
  getRandomValues(this: void, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>
  readonly subtle?: Pick<SubtleCrypto, 'digest'> | undefined
}

/** 64 characters, within the 43–128 of RFC 7636 §4.1. */
const VERIFIER_BYTES = 48
const STATE_BYTES = 16

export async function proofKey(source: CryptoSource): Promise<ProofKey> {
  const verifier = base64url(source.getRandomValues(new Uint8Array(VERIFIER_BYTES)))
  if (source.subtle === undefined) return { verifier, challenge: verifier, method: 'plain' }
  const digest = await source.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return { verifier, challenge: base64url(new Uint8Array(digest)), method: 'S256' }
}

/** The `state` of a login (RFC 6749 §10.12): an answer to somebody else's question is refused. */
export function randomState(source: CryptoSource): string {
  return base64url(source.getRandomValues(new Uint8Array(STATE_BYTES)))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
