import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { test } from 'node:test'
import { hashSecret, hashToken, verifySecret } from './secret.ts'
import { newToken, parseToken } from './token.ts'

const b64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

/** A cheap PHC string, made without the code under test. */
function phc(secret: string, memory = 64, passes = 1, parallelism = 1): string {
  const nonce = Buffer.from('0123456789abcdef')
  const hash = argon2Sync('argon2id', { message: secret, nonce, memory, passes, parallelism, tagLength: 32 })
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${b64(nonce)}$${b64(hash)}`
}

test('a password is stored as argon2id with a salt of its own and verifies', async () => {
  const [first, second] = await Promise.all([hashSecret('correct horse'), hashSecret('correct horse')])
  assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(first, second)
  assert.equal(await verifySecret('correct horse', first), true)
  assert.equal(await verifySecret('correct Horse', first), false)
})

test('strings made elsewhere verify with their own parameters', async () => {
  assert.equal(await verifySecret('pässword', phc('pässword', 128, 3, 2)), true)
  assert.equal(await verifySecret('passwort', phc('pässword', 128, 3, 2)), false)
  // A vector of the argon2 reference implementation (src/test.c).
  const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  assert.equal(await verifySecret('password', reference), true)
})

test('one password in two Unicode spellings is one password', async () => {
  assert.equal(await verifySecret('cafe\u0301', phc('café')), true)
})

test('stored strings outside the limits, or of no known form, never verify and never run', async () => {
  const good = phc('x')
  const bad = [
    '', 'x', '$argon2id$', '$sha256$', '$sha256$AAAA', '$2y$10$abc', `${good}$`, good.slice(0, -30),
    good.replace('m=64', 'm=9999999'), good.replace('m=64', 'm=4'),
    good.replace('t=1', 't=99'), good.replace('t=1', 't=0'),
    good.replace('p=1', 'p=0'), good.replace('p=1', 'p=99'),
    good.replace('v=19', 'v=16'), good.replace('argon2id', 'argon2i'),
  ]
  for (const stored of bad) assert.equal(await verifySecret('x', stored), false, stored)
  assert.equal(await verifySecret('x', good), true)
})

test('impossible secrets are refused, not hashed', async () => {
  for (const text of ['', 'a\ud800b', 'x'.repeat(1_025), 'ü'.repeat(600)]) {
    assert.equal(await verifySecret(text, phc('x')), false)
    await assert.rejects(hashSecret(text), RangeError)
  }
  assert.equal(await verifySecret('x'.repeat(1_024), phc('x'.repeat(1_024))), true)
})

test('a token names its key, and only itself verifies', async () => {
  const of = { accountId: '0123456789abc', keyId: '0123456789abd' }
  const [one, other] = [newToken(of), newToken(of)]
  assert.match(one.token, /^rota_0123456789abc_0123456789abd_[0-9a-f]{64}$/)
  assert.deepEqual(parseToken(one.token), of)
  assert.equal(one.stored, hashToken(one.token))
  assert.ok(!one.stored.includes(one.token.slice(-64)))
  assert.equal(await verifySecret(one.token, one.stored), true)
  assert.equal(await verifySecret(other.token, one.stored), false)
})

test('what is no token of ours is null', () => {
  const token = newToken({ accountId: '0123456789abc', keyId: '0123456789abd' }).token
  const bad = ['', 'rota_', token.slice(0, -1), `${token}0`, token.toUpperCase(), token.replace('_0123456789abd_', '_1_')]
  for (const text of [...bad, `x${token}`, `${token}\n`]) assert.equal(parseToken(text), null, text)
})
