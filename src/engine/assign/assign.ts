/**
 * Who works what: one pure function of the live nodes and the lanes, the same on every node. No clock, no I/O, no state.
 * Roles, push shards and the older TOML shard lists all come down to this file. README.md is its essay.
 */
import { assert } from '../../base/assert.ts'
import { hash32, mix32 } from '../../base/hash.ts'
import type { Id } from '../../base/ids.ts'
import type { Lane } from '../lane.ts'
import type { NodeRow } from '../ports/node.ts'

export type AssignableNode = Pick<NodeRow, 'incarnation' | 'nodeId' | 'duties' | 'pushShard' | 'draining' | 'sharding'>
/** The owner of each bucket of each lane; null: no candidate, the bucket is uncovered. */
export type Assignment = ReadonlyMap<string, readonly (Id | null)[]>

export function assign(nodes: readonly AssignableNode[], lanes: Iterable<Lane>): Assignment {
  // By node id, so that nothing depends on the order in which the nodes were read.
  const live = nodes.filter(node => !node.draining).sort((a, b) => a.nodeId - b.nodeId)
  const assignment = new Map<string, (Id | null)[]>()
  for (const lane of lanes) {
    const able = live.filter(node => node.duties.includes(lane.duty))
    const owners = Array<Id | null>(lane.buckets).fill(null)
    for (const { candidates, buckets } of groups(able, lane)) deal(candidates, lane.name, buckets, owners)
    assignment.set(lane.name, owners)
  }
  return assignment
}

/** The nodes of which one gets the bucket. `able`: live, not draining, with the duty of the lane. */
export function candidatesOf(able: readonly AssignableNode[], lane: Lane, bucket: number): readonly AssignableNode[] {
  const sharing = able.filter(node => mayWork(node, lane, bucket))
  if (lane.sharding === 'none') return sharing
  const own = sharing.filter(node => pushShardOf(node, lane, bucket) === 'own')
  if (own.length > 0) return own
  const spares = sharing.filter(node => pushShardOf(node, lane, bucket) === 'spare')
  return spares.length > 0 ? spares : sharing
}

/** Lanes in which at least one bucket has no owner, with the number of such buckets. */
export function uncovered(assignment: Assignment): Map<string, number> {
  const lacking = new Map<string, number>()
  for (const [lane, owners] of assignment) {
    const count = owners.filter(owner => owner === null).length
    if (count > 0) lacking.set(lane, count)
  }
  return lacking
}

/** Buckets that the same nodes may work. */
interface Group { readonly candidates: readonly AssignableNode[]; readonly buckets: number[] }

function groups(able: readonly AssignableNode[], lane: Lane): Iterable<Group> {
  const divided = able.some(node => node.sharding?.lanes[lane.name] !== undefined || (lane.sharding === 'push' && node.pushShard !== null))
  if (!divided) return [{ candidates: able, buckets: [...Array(lane.buckets).keys()] }]
  const byCandidates = new Map<string, Group>()
  for (let bucket = 0; bucket < lane.buckets; bucket++) {
    const candidates = candidatesOf(able, lane, bucket)
    const key = candidates.map(node => node.nodeId).join()
    const group = byCandidates.get(key) ?? { candidates, buckets: [] }
    group.buckets.push(bucket)
    byCandidates.set(key, group)
  }
  return byCandidates.values()
}

/** Older scheme: what the node's own configuration leaves it of the lane. */
export function mayWork({ sharding }: AssignableNode, lane: Lane, bucket: number): boolean {
  const shard = sharding?.lanes[lane.name]
  return shard === undefined || (shard !== null && bucket % shard.of === shard.index)
}

/** `spare`: a node of no shard. By its own number of shards, so that all nodes agree also while that number is being changed. */
function pushShardOf({ pushShard, sharding }: AssignableNode, lane: Lane, bucket: number): 'own' | 'other' | 'spare' {
  if (pushShard === null) return 'spare'
  return bucket % (sharding?.pushShards ?? lane.buckets) === pushShard - 1 ? 'own' : 'other'
}

/** Each bucket in turn goes to the node with the highest score for it that has room left. `nodes` are in the order of their ids. */
function deal(nodes: readonly AssignableNode[], lane: string, buckets: readonly number[], owners: (Id | null)[]): void {
  if (nodes.length === 0) return
  const hands = nodes.map(node => ({ node, seed: hash32(`${node.nodeId}/${lane}`), holds: 0 }))
  const fair = Math.floor(buckets.length / nodes.length)
  let oneMore = buckets.length % nodes.length
  for (const bucket of buckets) {
    let best = null
    let bestScore = -1
    for (const hand of hands) {
      if (hand.holds > fair || (hand.holds === fair && oneMore === 0)) continue
      const score = mix32(hand.seed, bucket)
      if (score <= bestScore) continue
      best = hand
      bestScore = score
    }
    assert(best, 'there is room for every bucket')
    if (best.holds === fair) oneMore -= 1
    best.holds += 1
    owners[bucket] = best.node.incarnation
  }
}
