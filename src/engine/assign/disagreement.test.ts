import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeSharding } from '../ports/node.ts'
import { disagreements } from './disagreement.ts'

const node = (nodeId: number, pushShard: number | null, sharding?: NodeSharding) =>
  ({ incarnation: `i${nodeId}`, nodeId, duties: [], draining: false, pushShard, ...sharding && { sharding } })

test('nodes of one configuration agree, whatever part of a lane each of them has', () => {
  const part = (index: number | null) => ({ pushShards: 2, lanes: { search: index === null ? null : { index, of: 2 } } })
  assert.deepEqual(disagreements([node(1, 1, part(0)), node(2, 2, part(1)), node(3, null, part(null)), node(4, null)]), [])
})

test('nodes that name different numbers of shards do not', () => {
  const of = (shards: number, pushShards: number | null) => ({ pushShards, lanes: { search: { index: 0, of: shards } } })
  assert.deepEqual(disagreements([node(1, null, of(2, null)), node(2, null, of(3, null))]), ['search'])
  assert.deepEqual(disagreements([node(1, 1, of(2, 4)), node(2, 2, of(2, 5))]), ['push shards'])
  assert.deepEqual(disagreements([node(1, 1), node(2, 2, of(2, 5))]), ['push shards'])
})
