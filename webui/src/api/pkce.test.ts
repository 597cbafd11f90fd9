import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { suite, test } from 'node:test'
import type { CryptoSource } from './pkce.ts'
import { proofKey, randomState } from './pkce.ts'

/** Draws 0, 1, 2, …: the same key every time. */
const counting: CryptoSource['getRandomValues'] = bytes => {
  bytes.forEach((_, index) => { bytes[index] = index })
  return bytes
}

suite('the proof key', () => {
  test('is the SHA-256 of the verifier in a secure context', async () => {
    const { verifier, challenge, method } = await proofKey({ getRandomValues: counting, subtle: webcrypto.subtle })
    assert.equal(method, 'S256')
    assert.match(verifier, /^[A-Za-z0-9_-]{64}$/)
    const digest = await webcrypto.subtle.digest('SHA-256', Buffer.from(verifier))
    assert.equal(challenge, Buffer.from(digest).toString('base64url'))
  })

  test('is the verifier itself where the browser gives no digest', async () => {
    const { verifier, challenge, method } = await proofKey({ getRandomValues: counting })
    assert.deepEqual([challenge, method], [verifier, 'plain'])
  })

  test('is another one each time, as is the state', async () => {
    const source: CryptoSource = { getRandomValues: bytes => webcrypto.getRandomValues(bytes) }
    const [one, other] = [await proofKey(source), await proofKey(source)]
    assert.notEqual(one.verifier, other.verifier)
    assert.notEqual(randomState(source), randomState(source))
  })
})
