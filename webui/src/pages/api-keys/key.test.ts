import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inDays, lifeOf, rightsOf } from './key.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

test('a key ends soon for two weeks before it ends', () => {
  const lives = [null, inDays(90, NOW), inDays(13, NOW), inDays(0, NOW), '2025-12-31T00:00:00Z'].map(expiresAt => lifeOf({ id: 'x', expiresAt }, NOW))
  assert.deepEqual(lives, ['forEver', 'valid', 'soon', 'expired', 'expired'])
})

test('what a key may do is all, all but some, or only some', () => {
  assert.deepEqual(rightsOf({ '@type': 'Inherit' }), { kind: 'inherit', count: 0 })
  assert.deepEqual(rightsOf({ '@type': 'Disable', permissions: { a: true } }), { kind: 'disable', count: 1 })
  assert.deepEqual(rightsOf({ '@type': 'Replace', permissions: { a: true, b: true } }), { kind: 'replace', count: 2 })
})
