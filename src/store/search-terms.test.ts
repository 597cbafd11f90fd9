import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchExpression } from '../services/ports.ts'
import {
  DOCUMENT_TERMS_BYTES_MAX, indexedTerms, isTerm, scopeToken, tokensOf, tokenTree,
} from './search-terms.ts'

const NO_TERMS = { subject: [], from: [], to: [], cc: [], body: [] }
const inBody = (...anyOf: string[]): SearchExpression => ({ kind: 'term', anyOf, field: 'body' })

test('a term is of letters, digits and underscores', () => {
  for (const term of ['a', 'order_7', '42', 'größe', '東京', '_', 'x'.repeat(64)]) assert.ok(isTerm(term), term)
  for (const text of ['', 'A', 'a b', 'a-b', '"', "'", 'a*', '\0', '\n', '\ud800', 'x'.repeat(65)]) {
    assert.ok(!isTerm(text), JSON.stringify(text))
  }
})

test('tokens say their field, once each, and no text of a client can be the scope', () => {
  const fields = { ...NO_TERMS, subject: ['w', 'w'], cc: ['w'] }
  assert.deepEqual(tokensOf({ accountId: 'a', collection: 'email', id: 'i', fields }), [scopeToken('a', 'email'), 's-w', 'c-w'])
  assert.ok(!isTerm(scopeToken('a', 'email')))
  assert.notEqual(scopeToken('a', 'bc'), scopeToken('ab', 'c'))
  assert.match(scopeToken("a' | 'b", '"'), /^-[0-9a-f]+$/)
})

test('what is above the size of a document is left out, the end of the body first', () => {
  const words = Array.from({ length: 20_000 }, (_, nth) => `${'語'.repeat(57)}${nth}`)
  const terms = indexedTerms({ ...NO_TERMS, subject: ['kept'], body: words })
  assert.deepEqual([...terms.subject], ['kept'])
  assert.ok(terms.body.has(words[0] ?? '') && !terms.body.has(words.at(-1) ?? ''))
  const bytes = [...terms.body].reduce((sum, term) => sum + Buffer.byteLength(term) + 2, 0)
  assert.ok(bytes <= DOCUMENT_TERMS_BYTES_MAX && bytes > DOCUMENT_TERMS_BYTES_MAX - 500)
})

test('constants never stay inside of a tree', () => {
  const nothing = inBody()
  const everything: SearchExpression = { kind: 'and', parts: [] }
  const token = { kind: 'token', token: 'b-w' }
  assert.equal(tokenTree(nothing), false)
  assert.equal(tokenTree(inBody('no term')), false)
  assert.equal(tokenTree(everything), true)
  assert.equal(tokenTree({ kind: 'not', part: everything }), false)
  assert.equal(tokenTree({ kind: 'and', parts: [inBody('w'), nothing] }), false)
  assert.equal(tokenTree({ kind: 'or', parts: [inBody('w'), everything] }), true)
  assert.deepEqual(tokenTree({ kind: 'and', parts: [inBody('w'), everything] }), token)
  assert.deepEqual(tokenTree({ kind: 'or', parts: [nothing, inBody('w'), nothing] }), token)
  assert.deepEqual(tokenTree({ kind: 'not', part: inBody('w') }), { kind: 'not', part: token })
  const other = { kind: 'token', token: 'b-v' }
  assert.deepEqual(tokenTree(inBody('w', 'v')), { kind: 'or', parts: [token, other] })
})
