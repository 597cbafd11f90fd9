/** What draining a node does, before it is asked: who may take its work, what would wait, and what closes. */
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { bucketsOf, isWorking } from '../../api/cluster.ts'
import type { Place } from '../../parts/own-address.ts'
import { isOwnAddress } from '../../parts/own-address.ts'

export interface DrainEffects {
  readonly buckets: number
  /** Names of nodes that may take some of it. */
  readonly takers: readonly string[]
  /** Lanes that nobody else may work. */
  readonly uncovered: readonly string[]
  readonly runningTasks: number
  /** Names of listeners that close. */
  readonly listeners: readonly string[]
  /** No other node works. */
  readonly last: boolean
}

export function drainEffects(node: ClusterNode, nodes: readonly ClusterNode[], lanes: readonly Lane[]): DrainEffects {
  const others = nodes.filter(other => other.id !== node.id && isWorking(other))
  const own = lanes.filter(lane => node.duties.includes(lane.duty))
  const takes = (other: ClusterNode, lane: Lane) => other.duties.includes(lane.duty)
  return {
    buckets: bucketsOf(node),
    takers: others.filter(other => own.some(lane => lane.owners.includes(node.id) && takes(other, lane))).map(({ hostname }) => hostname),
    uncovered: own.filter(lane => !others.some(other => takes(other, lane))).map(({ name }) => name),
    runningTasks: node.runningTasks,
    listeners: [...new Set(node.addresses.map(({ listener }) => listener))],
    last: others.length === 0,
  }
}

/** Whether the console is served by this node, and by no other that works. */
export function servesHere(node: ClusterNode, nodes: readonly ClusterNode[], place: Place): boolean {
  const serves = (each: ClusterNode) => each.addresses.some(address => isOwnAddress(address, place))
  return serves(node) && nodes.every(other => other.id === node.id || !serves(other))
}
