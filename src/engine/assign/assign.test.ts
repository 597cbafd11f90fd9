import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Lane } from '../lane.ts'
import { assign, uncovered, type AssignableNode } from './assign.ts'

const search: Lane = { name: 'search', duty: 'index', buckets: 64, legacyKey: null, sharding: 'none' }
const push: Lane = { name: 'push', duty: 'push', buckets: 3, legacyKey: null, sharding: 'push' }

function node(nodeId: number, overrides: Partial<AssignableNode> = {}): AssignableNode {
  return { incarnation: `i${nodeId}`, nodeId, duties: ['index', 'push'], pushShard: null, draining: false, ...overrides }
}
const owners = (nodes: AssignableNode[], lane: Lane, lists?: Map<string, number[][]>) => assign(nodes, [lane], lists).get(lane.name) ?? []

test('one node owns every bucket of the lanes that its duties cover', () => {
  assert.deepEqual(new Set(owners([node(1)], search)), new Set(['i1']))
  assert.deepEqual(new Set(owners([node(1, { duties: ['push'] })], search)), new Set([null]))
})

test('a lane without a candidate is uncovered, and says how many buckets', () => {
  assert.deepEqual(uncovered(assign([node(1, { duties: [] })], [search])), new Map([['search', 64]]))
  assert.deepEqual(uncovered(assign([node(1)], [search])), new Map())
})

test('a draining node owns nothing', () => {
  assert.deepEqual(new Set(owners([node(1, { draining: true }), node(2)], search)), new Set(['i2']))
})

test('the order in which nodes are listed does not matter', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1023 }), { minLength: 1, maxLength: 12 }), ids => {
    const nodes = ids.map(id => node(id))
    assert.deepEqual(owners(nodes, search), owners([...nodes].reverse(), search))
  }))
})

test('a node that leaves moves only its own buckets, one that joins takes only its own', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1023 }), { minLength: 2, maxLength: 12 }), ids => {
    const all = ids.map(id => node(id))
    const gone = all[0]
    const before = owners(all, search)
    const after = owners(all.slice(1), search)
    for (const [bucket, owner] of before.entries()) {
      if (owner !== gone?.incarnation) assert.equal(after[bucket], owner)
    }
  }))
})

test('a shard list gives bucket b to shard b mod shards, and only to its nodes', () => {
  const lists = new Map([['search', [[1, 4], [2, 3], [5, 6]]]])
  const result = owners([1, 2, 3, 4, 5, 6, 7].map(id => node(id)), search, lists)
  const shardOf = [['i1', 'i4'], ['i2', 'i3'], ['i5', 'i6']]
  for (const [bucket, owner] of result.entries()) assert.ok(shardOf[bucket % 3]?.includes(owner ?? ''), `bucket ${bucket} went to ${owner}`)
  assert.equal(new Set(result).size, 6)
})

test('a listed shard whose nodes are all gone is uncovered, not given to others', () => {
  const result = owners([node(1)], search, new Map([['search', [[1], [2]]]]))
  assert.deepEqual(result.map((owner, bucket) => owner === (bucket % 2 === 0 ? 'i1' : null)).filter(Boolean).length, 64)
})

test('push: a shard prefers its own nodes, then spares, then anybody with the duty', () => {
  const shard1 = node(1, { pushShard: 1 })
  const shard2 = node(2, { pushShard: 2 })
  const spare = node(3)
  assert.deepEqual(owners([shard1, shard2, spare], push), ['i1', 'i2', 'i3'])
  assert.deepEqual(owners([shard1, spare], push), ['i1', 'i3', 'i3'])
  assert.deepEqual(owners([shard1], push), ['i1', 'i1', 'i1'])
  assert.deepEqual(owners([node(1, { pushShard: 1, duties: ['index'] })], push), [null, null, null])
})
