/**
 * Proof Key for Code Exchange (RFC 7636): the client shows a challenge when it asks for a code, and the verifier
 * behind it when it redeems the code. `plain` is for pages without a secure context, which cannot hash: it protects
 * the code as long as nobody reads the request for it.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

export const CHALLENGE_METHODS = ['S256', 'plain'] as const
export type ChallengeMethod = (typeof CHALLENGE_METHODS)[number]

/** RFC 7636 §4.1 and §4.2: 43 to 128 unreserved characters. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/
/** SHA-256 in base64url without padding. */
const S256_CHALLENGE = /^[A-Za-z0-9_-]{43}$/

/** Null for a name that RFC 7636 does not know. */
export function challengeMethod(name: string): ChallengeMethod | null {
  return CHALLENGE_METHODS.find(method => method === name) ?? null
}

export function isChallenge(text: string, method: ChallengeMethod): boolean {
  return (method === 'S256' ? S256_CHALLENGE : VERIFIER).test(text)
}

/** RFC 7636 §4.6. The time it takes does not depend on where the two differ. */
export function verifies(verifier: string, challenge: string, method: ChallengeMethod): boolean {
  if (!VERIFIER.test(verifier)) return false
  const shown = method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  return timingSafeEqual(digest(shown), digest(challenge))
}

/** Of one length whatever the text is, which timingSafeEqual asks for. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
