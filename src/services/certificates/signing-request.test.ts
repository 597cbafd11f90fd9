import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { newKey } from '../acme/jose.ts'
import { signingRequest } from './signing-request.ts'

test('openssl reads the request: its names, its key, its signature', () => {
  const names = ['mail.example.org', '*.example.org', `${'a'.repeat(60)}.example.org`, ...Array.from({ length: 40 }, (_, n) => `n${n}.example.org`)]
  const text = execFileSync('openssl', ['req', '-inform', 'DER', '-noout', '-text', '-verify', '-verbose'], {
    input: signingRequest(names, newKey()), stdio: ['pipe', 'pipe', 'pipe'],
  }).toString()
  assert.match(text, /NIST CURVE: P-256/)
  assert.match(text, /Subject:\s*\n/)
  assert.ok(text.includes(names.map(name => `DNS:${name}`).join(', ')), text)
  assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/)
})
