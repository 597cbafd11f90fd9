import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalized } from './normalize.ts'

test('text is normalized as always', () => {
  assert.equal(normalized('e\u0301 ﬁ', 'NFC'), 'é ﬁ')
  assert.equal(normalized('e\u0301 ﬁ', 'NFKC'), 'é fi')
  assert.equal(normalized('é', 'NFKD'), 'e\u0301')
  assert.equal(normalized('क्ष्म्य', 'NFC'), 'क्ष्म्य')
})

test('of marks without end on one letter the first thirty stay', () => {
  // Each of the second kind has to pass all of the first: minutes of work.
  const marks = '\u0301\u0316'.repeat(250_000)
  const kept = `${'\u0316'.repeat(15)}${'\u0301'.repeat(15)}`
  assert.equal(normalized(`x${marks}y`, 'NFKC'), `x${kept}y`)
})
