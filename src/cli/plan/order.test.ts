/** What comes before what. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dependencyOrder } from './order.ts'

const order = (graph: Readonly<Record<string, readonly string[]>>): string =>
  dependencyOrder(Object.keys(graph), item => graph[item] ?? []).join('')

test('keeps the given order where nothing speaks against it', () => {
  assert.equal(order({ c: [], a: [], b: [] }), 'cab')
  assert.equal(order({ c: ['b'], a: [], b: ['a'] }), 'abc')
  assert.equal(order({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] }), 'abcd')
})

test('puts everybody in once when they depend on each other in a circle', () => {
  assert.equal(order({ a: ['b'], b: ['c'], c: ['a'] }), 'cba')
  assert.equal(order({ a: ['a'], b: ['a'] }), 'ab')
})

test('follows a chain of any length', () => {
  const length = 100_000
  const ordered = dependencyOrder(Array.from({ length }, (_, index) => index), index => index + 1 < length ? [index + 1] : [])
  assert.deepEqual([ordered[0], ordered.at(-1)], [length - 1, 0])
})
