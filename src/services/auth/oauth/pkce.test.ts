import assert from 'node:assert/strict'
import { test } from 'node:test'
import { challengeMethod, isChallenge, verifies } from './pkce.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

test('the example of the RFC verifies, and nothing near it', () => {
  assert.equal(verifies(VERIFIER, CHALLENGE, 'S256'), true)
  assert.equal(verifies(VERIFIER, VERIFIER, 'plain'), true)
  assert.equal(verifies(VERIFIER, VERIFIER, 'S256'), false)
  assert.equal(verifies(VERIFIER, CHALLENGE, 'plain'), false)
  assert.equal(verifies(`${VERIFIER}x`, CHALLENGE, 'S256'), false)
  assert.equal(verifies(VERIFIER.toLowerCase(), VERIFIER, 'plain'), false)
})

test('a verifier has 43 to 128 unreserved characters, whatever was shown before', () => {
  for (const bad of ['', 'x', 'x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(42)} `, `${'x'.repeat(50)}\n`]) {
    assert.equal(verifies(bad, bad, 'plain'), false, JSON.stringify(bad))
    assert.equal(isChallenge(bad, 'plain'), false, JSON.stringify(bad))
  }
  for (const good of ['x'.repeat(43), 'x'.repeat(128), 'aZ09-._~'.repeat(8)]) {
    assert.equal(verifies(good, good, 'plain'), true)
    assert.equal(isChallenge(good, 'plain'), true)
  }
})

test('a challenge of S256 is one SHA-256, in base64url without padding', () => {
  assert.equal(isChallenge(CHALLENGE, 'S256'), true)
  for (const bad of [`${CHALLENGE}=`, CHALLENGE.slice(1), CHALLENGE.replace('-', '+'), 'x'.repeat(44), '']) {
    assert.equal(isChallenge(bad, 'S256'), false, bad)
  }
})

test('methods are spelled as the RFC spells them', () => {
  assert.equal(challengeMethod('S256'), 'S256')
  assert.equal(challengeMethod('plain'), 'plain')
  for (const other of ['s256', 'PLAIN', 'none', '', 'constructor']) assert.equal(challengeMethod(other), null)
})
