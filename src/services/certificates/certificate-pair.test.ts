import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { suite, test } from 'node:test'
import { opensslPair, selfMadePair } from '../../../test/support/certificates.ts'
import { judgePair } from './certificate-pair.ts'

const NOW = Date.UTC(2026, 0, 1)

function refusal(cert: string, key: string): string {
  const judged = judgePair(cert, key)
  assert.equal(judged.kind, 'problem')
  return judged.kind === 'problem' ? `${judged.property} ${judged.text}` : ''
}

suite('a certificate with its key', () => {
  test('says whom it is for, by whom and until when', async () => {
    const { cert, key } = await selfMadePair('mx.example.org', NOW)
    const judged = judgePair(`a note\n${cert}`, key)
    assert.equal(judged.kind, 'usable')
    if (judged.kind !== 'usable') return
    assert.deepEqual(judged.facts, {
      subjectAlternativeNames: ['mx.example.org', 'localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'], issuer: 'CN=mx.example.org',
      notValidBefore: NOW - 3_600_000, notValidAfter: NOW + 365 * 86_400_000,
    })
    assert.equal(judged.pair.cert, cert.trim(), 'the note is not served')
  })

  test('may be RSA or Ed25519, in the older forms of keys too', async () => {
    for (const [algorithm, options] of [['RSA', ['rsa_keygen_bits:2048']], ['ED25519', []], ['EC', ['ec_paramgen_curve:P-384']]] as const) {
      const { cert, key } = await opensslPair({ algorithm, options })
      assert.equal(judgePair(cert, key).kind, 'usable', algorithm)
      if (algorithm === 'ED25519') continue
      const old = createPrivateKey(key).export({ type: algorithm === 'RSA' ? 'pkcs1' : 'sec1', format: 'pem' }).toString()
      assert.equal(judgePair(cert, old).kind, 'usable', old.slice(0, 32))
    }
  })

  test('has its names from the alternatives, and from the common name only where there are none', async () => {
    const both = await opensslPair({ names: 'DNS:Mail.Example.ORG,DNS:*.example.org,IP:192.0.2.1,email:a@example.org', subject: '/CN=other.example' })
    const judged = judgePair(both.cert, both.key)
    assert.deepEqual(judged.kind === 'usable' && judged.facts.subjectAlternativeNames, ['mail.example.org', '*.example.org', '192.0.2.1'])
    const old = await opensslPair({ names: null, subject: '/O=Old, but trusted/CN=Old.example.org' })
    const known = judgePair(old.cert, old.key)
    assert.deepEqual(known.kind === 'usable' && known.facts.subjectAlternativeNames, ['old.example.org'])
    const nobody = await opensslPair({ names: 'email:a@example.org', subject: '/CN=old.example.org' })
    assert.match(refusal(nobody.cert, nobody.key), /^certificate names no host/)
  })

  test('may be over: that is said elsewhere', async () => {
    const { cert, key } = await selfMadePair('mx.example.org', Date.UTC(2001, 0, 1))
    assert.equal(judgePair(cert, key).kind, 'usable')
  })
})

suite('what cannot be served', () => {
  test('is refused with its reason', async () => {
    const { cert, key } = await selfMadePair('mx.example.org', NOW)
    const other = await selfMadePair('other.example', NOW)
    const encrypted = (type: 'pkcs8' | 'sec1') =>
      createPrivateKey(key).export({ type, format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' }).toString()
    // Its first bytes: what follows them may be anything and still be read.
    const spoilt = (pem: string) => pem.replace(/(-----BEGIN [A-Z ]+-----\n).{4}/, '$1AAAA')
    for (const [certificate, privateKey, reason] of [
      ['', key, /^certificate holds no certificate in PEM/],
      [key, key, /^certificate holds no certificate in PEM/],
      [spoilt(cert), key, /^certificate holds a certificate that cannot be read: number 1/],
      [cert.replace('-----END', ''), key, /^certificate holds no certificate/],
      [cert.repeat(11), key, /^certificate holds more than 10/],
      [cert, '', /^privateKey holds no private key/],
      [cert, cert, /^privateKey holds no private key/],
      [cert, spoilt(key), /^privateKey cannot be read/],
      [cert, encrypted('pkcs8'), /^privateKey is encrypted with a passphrase/],
      [cert, encrypted('sec1'), /^privateKey is encrypted with a passphrase/],
      [cert, other.key, /^privateKey does not belong to the certificate/],
      [other.cert + cert, key, /^certificate must begin with the certificate that the private key belongs to/],
    ] as const) assert.match(refusal(certificate, privateKey), reason)
  })

  test('is a key that TLS does not take', async () => {
    for (const [algorithm, options, reason] of [
      ['RSA', ['rsa_keygen_bits:1024'], /^privateKey is an RSA key of 1024 bits/],
      ['EC', ['ec_paramgen_curve:secp256k1'], /^privateKey is on the curve secp256k1/],
      ['ED448', [], /^privateKey is of the kind ed448/],
    ] as const) {
      const { cert, key } = await opensslPair({ algorithm, options })
      assert.match(refusal(cert, key), reason)
    }
  })

  test('is never repeated', async () => {
    const { cert, key } = await selfMadePair('mx.example.org', NOW)
    const other = await selfMadePair('other.example', NOW)
    const material = key.split('\n').slice(1, -2)
    for (const text of [refusal(key, key), refusal(cert, key.slice(0, 80)), refusal(other.cert, key)]) {
      assert.ok(material.every(line => !text.includes(line.slice(0, 16))), text)
    }
  })
})
