import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressText, canonicalDomain, canonicalLocal, parseAddress } from './address.ts'

test('an address has one canonical form', () => {
  const canonical = (text: string) => {
    const address = parseAddress(text)
    return address === null ? null : addressText(address)
  }
  assert.equal(canonical('Jane.Doe@Example.ORG'), 'jane.doe@example.org')
  assert.equal(canonical('jane@example.org.'), 'jane@example.org')
  assert.equal(canonical('"jane"@example.org'), 'jane@example.org')
  assert.equal(canonical('"ja\\ne"@example.org'), 'jane@example.org')
  assert.equal(canonical('jane+Lists@example.org'), 'jane+lists@example.org')
  assert.equal(canonical('JÖRG@BÜCHER.example'), 'jörg@xn--bcher-kva.example')
  assert.equal(canonical('jo\u0308rg@xn--bcher-kva.example'), 'jörg@xn--bcher-kva.example', 'NFC')
})

test('what can be no mailbox is null', () => {
  const refused = [
    '', '@', 'jane', '@example.org', 'jane@', 'jane@[127.0.0.1]', 'jane@[IPv6:::1]',
    'ja ne@example.org', '"ja ne"@example.org', '"@example.org', '""@example.org', 'a,b@example.org',
    'jane@exa mple.org', 'jane@example..org', 'jane@-example.org', 'jane@example.org/x', 'jane@ex%61mple.org',
    'jane@example.org:25', 'jane\u0000@example.org', 'ja\ud800ne@example.org',
    `${'a'.repeat(65)}@example.org`, `${'ü'.repeat(33)}@example.org`,
    `jane@${'a'.repeat(64)}.org`, `jane@${'a.'.repeat(150)}org`,
  ]
  for (const text of refused) assert.equal(parseAddress(text), null, JSON.stringify(text))
})

test('a domain that looks like a number is not rewritten as an IPv4 address', () => {
  assert.equal(canonicalDomain('1.2.3'), '1.2.3')
})

test('the canonical form of a canonical form is itself, whatever was put in', () => {
  const letters = ['a', 'B', 'ü', 'Ü', '\u0308', 'İ', 'ß', 'ﬁ', 'Σ', '中', 'א', '1', '.', '。', '-', '"', '\\']
  const unit = fc.constantFrom(...letters, '\ud800', '%')
  fc.assert(fc.property(fc.string({ unit, maxLength: 12 }), text => {
    const local = canonicalLocal(text)
    if (local !== null) assert.equal(canonicalLocal(local), local)
    const domain = canonicalDomain(text)
    if (domain !== null) assert.equal(canonicalDomain(domain), domain)
  }), { numRuns: 500 })
})
