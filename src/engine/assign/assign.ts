/**
 * Who works what: one pure function of the live nodes and the lanes, the same on every node. No clock, no I/O, no state.
 * Roles, push shards and the older TOML shard lists all come down to this file.
 */
import { hash32 } from '../../base/hash.ts'
import type { Id } from '../../base/ids.ts'
import type { Lane } from '../lane.ts'
import type { NodeRow } from '../ports.ts'

export type AssignableNode = Pick<NodeRow, 'incarnation' | 'nodeId' | 'duties' | 'pushShard' | 'draining'>
/** Node ids of each shard, by lane name (older scheme). One shard: those nodes share everything. */
export type ShardLists = ReadonlyMap<string, readonly (readonly number[])[]>
/** The owner of each bucket of each lane; null: no candidate, the bucket is uncovered. */
export type Assignment = ReadonlyMap<string, readonly (Id | null)[]>

export function assign(nodes: readonly AssignableNode[], lanes: Iterable<Lane>, shardLists: ShardLists = new Map()): Assignment {
  const assignment = new Map<string, (Id | null)[]>()
  for (const lane of lanes) {
    const able = nodes.filter(node => !node.draining && node.duties.includes(lane.duty))
    const owners: (Id | null)[] = []
    for (let bucket = 0; bucket < lane.buckets; bucket++) {
      const listed = inShard(able, shardLists.get(lane.name), bucket)
      owners.push(highest(lane.sharding === 'push' ? ofPushShard(listed, bucket) : listed, lane.name, bucket))
    }
    assignment.set(lane.name, owners)
  }
  return assignment
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

function inShard<N extends AssignableNode>(nodes: readonly N[], shards: readonly (readonly number[])[] | undefined, bucket: number): readonly N[] {
  if (!shards || shards.length === 0) return nodes
  const members = shards[bucket % shards.length] ?? []
  return nodes.filter(node => members.includes(node.nodeId))
}

/** The shard's own nodes; without a live one the spares (no shard set); without a spare whoever has the duty. */
function ofPushShard<N extends AssignableNode>(nodes: readonly N[], bucket: number): readonly N[] {
  const own = nodes.filter(node => node.pushShard === bucket + 1)
  if (own.length > 0) return own
  const spares = nodes.filter(node => node.pushShard === null)
  return spares.length > 0 ? spares : nodes
}

/** Rendezvous: every node scores the bucket, the highest wins; a node that leaves moves only its own buckets. */
function highest(nodes: readonly AssignableNode[], lane: string, bucket: number): Id | null {
  let best: AssignableNode | null = null
  let bestScore = -1
  for (const node of nodes) {
    const score = hash32(`${node.nodeId}/${lane}/${bucket}`)
    if (score > bestScore || (score === bestScore && best !== null && node.nodeId < best.nodeId)) {
      best = node
      bestScore = score
    }
  }
  return best?.incarnation ?? null
}
