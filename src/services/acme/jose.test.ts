import assert from 'node:assert/strict'
import { createHmac, createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { accountBinding, accountKey, newKey, signedRequest } from './jose.ts'

const decoded = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString())

test('a request is signed with ES256 over what it says', () => {
  const key = accountKey(newKey())
  const request = JSON.parse(signedRequest(key, { nonce: 'n', url: 'u', kid: 'k' }, { a: 1 })) as Record<string, string>
  assert.deepEqual(decoded(request['protected'] ?? ''), { alg: 'ES256', nonce: 'n', url: 'u', kid: 'k' })
  assert.deepEqual(decoded(request['payload'] ?? ''), { a: 1 })
  const said = Buffer.from(`${request['protected']}.${request['payload']}`)
  const check = (signature: string) =>
    verify('sha256', said, { key: createPublicKey(key.privateKey), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  assert.equal(check(request['signature'] ?? ''), true)
  assert.equal(check(Buffer.alloc(64).toString('base64url')), false)
  assert.equal((JSON.parse(signedRequest(key, {}, null)) as Record<string, string>)['payload'], '')
})

test('the thumbprint is that of the public key alone', () => {
  // The members and their order: RFC 7638 §3.2.
  const pem = newKey()
  assert.match(accountKey(pem).thumbprint, /^[\w-]{43}$/)
  assert.equal(accountKey(pem).thumbprint, accountKey(pem).thumbprint)
  assert.notEqual(accountKey(newKey()).thumbprint, accountKey(pem).thumbprint)
  assert.deepEqual(Object.keys(accountKey(pem).jwk), ['crv', 'kty', 'x', 'y'])
})

test('an account is bound with the key that the authority has given', () => {
  const macKey = Buffer.from('a shared key of the operator').toString('base64url')
  const { jwk } = accountKey(newKey())
  const bound = accountBinding(jwk, 'kid-1', macKey, 'https://ca.example/account') as Record<string, string>
  assert.deepEqual(decoded(bound['protected'] ?? ''), { alg: 'HS256', kid: 'kid-1', url: 'https://ca.example/account' })
  assert.deepEqual(decoded(bound['payload'] ?? ''), jwk)
  const mac = createHmac('sha256', 'a shared key of the operator').update(`${bound['protected']}.${bound['payload']}`).digest('base64url')
  assert.equal(bound['signature'], mac)
})
