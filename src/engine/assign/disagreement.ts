/** Whether the nodes were told different ways to divide work: harmless for a while, and a mistake when it stays. */
import type { AssignableNode } from './assign.ts'

export const PUSH_SHARDS = 'push shards'

/** Of what the live nodes name different numbers of shards: names of lanes, and `push shards`. A node that is out of a lane, or has no push shard, names none. */
export function disagreements(nodes: readonly AssignableNode[]): string[] {
  const numbers = new Map<string, Set<number | null>>()
  const name = (what: string, shards: number | null): void => {
    numbers.set(what, (numbers.get(what) ?? new Set()).add(shards))
  }
  for (const { sharding, pushShard } of nodes) {
    for (const [lane, shard] of Object.entries(sharding?.lanes ?? {})) if (shard) name(lane, shard.of)
    if (pushShard !== null) name(PUSH_SHARDS, sharding?.pushShards ?? null)
  }
  return [...numbers].filter(([, said]) => said.size > 1).map(([what]) => what).sort()
}
