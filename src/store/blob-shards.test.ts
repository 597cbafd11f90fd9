import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOB_SHARDS } from '../services/ports.ts'
import { rangesOfShard } from './blob-shards.ts'
import { compareText } from './storable.ts'

test('every first byte with every second one is in the ranges of its shard and of no other', () => {
  const shards = Array.from({ length: BLOB_SHARDS }, (_, nth) => rangesOfShard(nth))
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second += 16) {
      const hash = Buffer.alloc(32, 255).fill(first, 0, 1).fill(second, 1, 2).toString('base64url')
      const found = shards.flatMap((ranges, nth) =>
        ranges.filter(({ from, before }) => hash >= from && hash < before).map(() => nth))
      assert.deepEqual(found, [first], hash)
    }
  }
})

test('the ranges of a shard are in order', () => {
  for (let nth = 0; nth < BLOB_SHARDS; nth++) {
    const bounds = rangesOfShard(nth).flatMap(({ from, before }) => [from, before])
    assert.deepEqual(bounds, bounds.toSorted(compareText))
  }
})

test('there are no other shards', () => {
  for (const wrong of [-1, BLOB_SHARDS, 1.5]) assert.throws(() => rangesOfShard(wrong), /there is no shard/)
})
