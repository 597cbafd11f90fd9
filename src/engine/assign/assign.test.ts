import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Lane } from '../lane.ts'
import type { Shard } from '../ports/node.ts'
import { assign, candidatesOf, uncovered, type AssignableNode } from './assign.ts'

const lane = (buckets: number, name = 'search'): Lane => ({ name, duty: 'index', buckets, legacyKey: null, sharding: 'none' })
const search = lane(64)
const push: Lane = { name: 'push', duty: 'push', buckets: 64, legacyKey: null, sharding: 'push' }

function node(nodeId: number, overrides: Partial<AssignableNode> = {}): AssignableNode {
  return { incarnation: `i${nodeId}`, nodeId, duties: ['index', 'push'], pushShard: null, draining: false, ...overrides }
}
/** A node that works this part of the lane `search`. */
const sharded = (nodeId: number, search: Shard | null) => node(nodeId, { sharding: { pushShards: null, lanes: { search } } })
const inPushShard = (nodeId: number, pushShard: number | null, pushShards: number | null = 3) =>
  node(nodeId, { pushShard, sharding: { pushShards, lanes: {} } })

const owners = (nodes: readonly AssignableNode[], of: Lane) => assign(nodes, [of]).get(of.name) ?? []
const count = (all: readonly (string | null)[], owner: string | null) => all.filter(each => each === owner).length
const nodeIds = (min: number, max: number) => fc.uniqueArray(fc.integer({ min: 1, max: 1023 }), { minLength: min, maxLength: max })

/** Buckets that changed hands although their owner is in both clusters. */
function strayMoves(before: readonly (string | null)[], after: readonly (string | null)[], moving: string): number {
  return before.filter((owner, bucket) => owner !== after[bucket] && owner !== moving && after[bucket] !== moving).length
}

describe('who is a candidate', () => {
  it('is a node with the duty, and nobody else', () => {
    assert.deepEqual(new Set(owners([node(1)], search)), new Set(['i1']))
    assert.deepEqual(new Set(owners([node(1, { duties: ['push'] })], search)), new Set([null]))
  })

  it('is no node that drains', () => {
    assert.deepEqual(new Set(owners([node(1, { draining: true }), node(2)], search)), new Set(['i2']))
  })

  it('makes a lane without any uncovered, with the number of its buckets', () => {
    assert.deepEqual(uncovered(assign([node(1, { duties: [] })], [search])), new Map([['search', 64]]))
    assert.deepEqual(uncovered(assign([node(1)], [search])), new Map())
  })

  it('owns every bucket that it gets, and every bucket that has a candidate has an owner', () => {
    const anyNode = fc.record({
      nodeId: fc.integer({ min: 1, max: 30 }), duties: fc.subarray(['index', 'push']), draining: fc.boolean(),
      pushShard: fc.option(fc.integer({ min: 1, max: 5 })), pushShards: fc.option(fc.integer({ min: 1, max: 5 })),
      part: fc.option(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 }))),
    })
    fc.assert(fc.property(fc.uniqueArray(anyNode, { maxLength: 12, selector: each => each.nodeId }), fc.constantFrom(search, push), (drawn, of) => {
      const nodes = drawn.map(({ nodeId, duties, draining, pushShard, pushShards, part }) => node(nodeId, {
        duties, draining, pushShard, sharding: { pushShards, lanes: part ? { search: { index: part[0], of: part[1] } } : {} },
      }))
      const able = nodes.filter(each => !each.draining && each.duties.includes(of.duty))
      for (const [bucket, owner] of owners(nodes, of).entries()) {
        const candidates = candidatesOf(able, of, bucket).map(each => each.incarnation)
        assert.equal(owner === null, candidates.length === 0)
        assert.ok(owner === null || candidates.includes(owner))
      }
    }))
  })
})

describe('balance', () => {
  it('gives each node the same number of buckets, or one more than another', () => {
    fc.assert(fc.property(nodeIds(1, 12), fc.constantFrom(1, 16, 64), fc.string(), (ids, buckets, name) => {
      const all = owners(ids.map(id => node(id)), lane(buckets, name))
      const fair = buckets / ids.length
      for (const id of ids) {
        const holds = count(all, `i${id}`)
        assert.ok(holds === Math.floor(fair) || holds === Math.ceil(fair), `node ${id} has ${holds} of ${buckets}, ${ids.length} nodes`)
      }
    }))
  })

  it('is within a quarter of the fair share for 3 to 12 nodes and 64 buckets', () => {
    fc.assert(fc.property(nodeIds(3, 12), ids => {
      const all = owners(ids.map(id => node(id)), search)
      for (const id of ids) assert.ok(Math.abs(count(all, `i${id}`) * ids.length / 64 - 1) <= 0.25)
    }))
  })

  it('holds within each shard', () => {
    fc.assert(fc.property(nodeIds(2, 12), fc.integer({ min: 2, max: 5 }), (ids, of) => {
      const nodes = ids.map((id, place) => sharded(id, { index: place % of, of }))
      const all = owners(nodes, search)
      for (let index = 0; index < of; index++) {
        const members = nodes.filter(each => each.sharding?.lanes['search']?.index === index)
        const holds = members.map(each => count(all, each.incarnation))
        assert.ok(members.length === 0 || Math.max(...holds) - Math.min(...holds) <= 1)
      }
    }))
  })
})

describe('movement', () => {
  it('is none when the nodes are the same, in whatever order and incarnation', () => {
    fc.assert(fc.property(nodeIds(1, 12), ids => {
      const nodes = ids.map(id => node(id))
      const reborn = [...nodes].reverse().map(each => ({ ...each, incarnation: `new-${each.incarnation}` }))
      assert.deepEqual(owners(reborn, search), owners(nodes, search).map(owner => `new-${owner}`))
    }))
  })

  it('is none for a lane of one bucket, unless its owner leaves', () => {
    fc.assert(fc.property(nodeIds(2, 12), ids => {
      const single = lane(1)
      const [owner] = owners(ids.map(id => node(id)), single)
      for (const gone of ids.filter(id => `i${id}` !== owner)) {
        assert.deepEqual(owners(ids.filter(id => id !== gone).map(id => node(id)), single), [owner])
      }
    }))
  })

  it('stays small: what a join or a leave moves between the others, in every cluster of 3 to 12 of the node ids 1 to 12', () => {
    const ids = Array.from({ length: 12 }, (_, index) => index + 1)
    const clusters = new Map<number, readonly (string | null)[]>()
    for (let set = 1; set < 1 << ids.length; set++) clusters.set(set, owners(ids.filter(id => set >> (id - 1) & 1).map(id => node(id)), search))
    const seen = new Map<number, { changes: number; stray: number; most: number }>()
    for (const [set, before] of clusters) {
      const members = ids.filter(id => set >> (id - 1) & 1)
      const tally = seen.get(members.length) ?? { changes: 0, stray: 0, most: 0 }
      for (const gone of members) {
        const stray = strayMoves(before, clusters.get(set & ~(1 << (gone - 1))) ?? [], `i${gone}`)
        tally.changes += 1
        tally.stray += stray
        tally.most = Math.max(tally.most, stray)
      }
      seen.set(members.length, tally)
    }
    for (const [nodes, { changes, stray, most }] of seen) {
      if (nodes < 3) continue
      assert.ok(stray / changes <= 4.5 && most <= 11, `${nodes} nodes: ${stray / changes} on average, ${most} at most`)
    }
  })

  it('touches no other shard', () => {
    fc.assert(fc.property(nodeIds(4, 12), ids => {
      const nodes = ids.map((id, place) => sharded(id, { index: place % 2, of: 2 }))
      const [before, after] = [owners(nodes, search), owners(nodes.slice(1), search)]
      for (let bucket = 1; bucket < 64; bucket += 2) assert.equal(after[bucket], before[bucket])
    }))
  })
})

describe('shards of the older scheme', () => {
  it('give bucket b to shard b mod shards, and only to its nodes', () => {
    const nodes = [[1, 4], [2, 3], [5, 6]].flatMap((ids, index) => ids.map(id => sharded(id, { index, of: 3 })))
    const all = owners([...nodes, sharded(7, null)], search)
    const of = [['i1', 'i4'], ['i2', 'i3'], ['i5', 'i6']]
    for (const [bucket, owner] of all.entries()) assert.ok(of[bucket % 3]?.includes(owner ?? ''), `bucket ${bucket} went to ${owner}`)
    assert.equal(new Set(all).size, 6)
  })

  it('leave a shard uncovered whose nodes are all gone', () => {
    const all = owners([sharded(1, { index: 0, of: 2 }), sharded(3, null)], search)
    assert.deepEqual(all.map(owner => owner === 'i1'), all.map((_, bucket) => bucket % 2 === 0))
    assert.equal(count(all, null), 32)
  })

  it('are worked by nodes without them as well: those divide nothing', () => {
    const all = owners([sharded(1, { index: 0, of: 2 }), node(2)], search)
    assert.ok(all.every((owner, bucket) => owner === 'i2' || (owner === 'i1' && bucket % 2 === 0)))
    assert.ok(count(all, 'i1') > 0)
  })
})

describe('push shards', () => {
  const ofShard = (all: readonly (string | null)[], shard: number, shards = 3) => new Set(all.filter((_, bucket) => bucket % shards === shard - 1))

  it('prefer their own nodes, then spares, then anybody with the duty', () => {
    const [one, two, spare] = [inPushShard(1, 1), inPushShard(2, 2), inPushShard(3, null)]
    const each = (nodes: readonly AssignableNode[]) => [1, 2, 3].map(shard => [...ofShard(owners(nodes, push), shard)])
    assert.deepEqual(each([one, two, spare]), [['i1'], ['i2'], ['i3']])
    assert.deepEqual(each([one, spare]), [['i1'], ['i3'], ['i3']])
    assert.deepEqual(each([one]), [['i1'], ['i1'], ['i1']])
    assert.deepEqual(each([{ ...one, duties: ['index'] }]), [[null], [null], [null]])
  })

  it('give every account one owner, whoever lives, and a node of its own shard where one does', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (shards, total) => {
      const nodes = shards.map((shard, index) => inPushShard(index + 1, shard !== null && shard <= total ? shard : null, total))
      for (const [bucket, owner] of owners(nodes, push).entries()) {
        const own = nodes.filter(each => each.pushShard === bucket % total + 1)
        assert.ok(owner !== null && (own.length === 0 || own.some(each => each.incarnation === owner)))
      }
    }))
  })

  it('without a total, are as many as there are buckets', () => {
    const all = owners([inPushShard(1, 1, null), inPushShard(2, 2, null), node(3)], push)
    assert.deepEqual([all[0], all[1], count(all, 'i1'), count(all, 'i2'), count(all, 'i3')], ['i1', 'i2', 1, 1, 62])
  })

  it('have one owner for each account while nodes disagree about the total', () => {
    const all = owners([inPushShard(1, 1, 2), inPushShard(2, 2, 2), inPushShard(3, 3, 3)], push)
    assert.equal(count(all, null), 0)
    for (const [bucket, owner] of all.entries()) {
      const wants = [bucket % 2 === 0 ? 'i1' : 'i2', ...bucket % 3 === 2 ? ['i3'] : []]
      assert.ok(wants.includes(owner ?? ''))
    }
  })

  it('share what nobody prefers evenly', () => {
    const all = owners([inPushShard(1, 1, null), node(2), node(3), node(4)], push)
    assert.deepEqual(['i2', 'i3', 'i4'].map(owner => count(all, owner)), [21, 21, 21])
  })
})
