/** How each owner of buckets is told from the others: a colour, beyond ten owners a pattern too, and always a short tag. */
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { isWorking } from '../../api/cluster.ts'

export const COLOURS = 10
export const PATTERNS = ['plain', 'stripes', 'dots', 'cross'] as const
export type Pattern = (typeof PATTERNS)[number]

export interface Owner {
  readonly id: string
  readonly name: string
  /** Stands in each of its buckets: the number of the node. */
  readonly tag: string
  /** 0 up to COLOURS. By the number of the node, so that it keeps its colour while others come and go. */
  readonly colour: number
  readonly pattern: Pattern
  /** Over all lanes. */
  readonly buckets: number
  /** It was told to leave, or has gone. */
  readonly leaving: boolean
}

/** Who holds something or could, in the order of their numbers. */
export function ownersOf(nodes: readonly ClusterNode[], lanes: readonly Lane[]): readonly Owner[] {
  const counts = new Map<string, number>()
  for (const { owners } of lanes) for (const owner of owners) if (owner !== null) counts.set(owner, (counts.get(owner) ?? 0) + 1)
  const known = nodes.filter(node => counts.has(node.id) || node.status === 'active')
    .toSorted((left, right) => left.nodeId - right.nodeId)
  return known.map(node => {
    const place = Math.max(node.nodeId - 1, 0)
    return {
      id: node.id, name: node.hostname, tag: String(node.nodeId), colour: place % COLOURS,
      pattern: PATTERNS[Math.floor(place / COLOURS) % PATTERNS.length] ?? 'plain', buckets: counts.get(node.id) ?? 0, leaving: !isWorking(node),
    }
  })
}

export function uncoveredOf(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, { owners }) => sum + owners.filter(owner => owner === null).length, 0)
}
