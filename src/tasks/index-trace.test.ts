import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './index-trace.ts'

test('IndexTrace declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('IndexTrace is queued in the search lane, under its own key', () => {
  assert.equal(variant.lane, 'search')
  assert.equal(variant.duty, 'searchIndexing')
  assert.equal(variant.orderingKey({ traceId: 't1' }), 't1')
  assert.equal(variant.dedupeKey?.({ traceId: 't1' }), 't1')
  assert.equal(variant.band, 1)
})

test('IndexTrace says why it is refused', () => {
  assert.match(variant.notBuilt, /traces/)
  assert.equal(variant.creatable, true)
})
