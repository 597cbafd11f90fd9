/** Where a listener runs, as the nodes say. */
import type { ClusterNode, NodeAddress } from '../../api/cluster.ts'
import type { Place } from '../../parts/own-address.ts'
import { isOwnAddress } from '../../parts/own-address.ts'

export interface Running { readonly node: ClusterNode; readonly address: NodeAddress }

/** Every address of it on every live node, in the order of the nodes. */
export function runningOf(listener: string, nodes: readonly ClusterNode[]): readonly Running[] {
  return nodes.filter(({ status }) => status === 'active')
    .flatMap(node => node.addresses.filter(address => address.listener === listener).map(address => ({ node, address })))
}

export interface Tally {
  /** Names of nodes on which all of its addresses are up. */
  readonly up: readonly string[]
  /** Names of nodes on which one is not, and why. */
  readonly down: readonly { readonly node: string; readonly why: string | null }[]
  /** No node has a server for its protocol. */
  readonly unsupported: boolean
}

export function tallyOf(running: readonly Running[]): Tally {
  const byNode = [...Map.groupBy(running, ({ node }) => node.hostname)]
  const bad = ({ address: { state } }: Running) => state !== 'up' && state !== 'starting' && state !== 'draining'
  return {
    up: byNode.filter(([, each]) => each.every(({ address }) => address.state === 'up')).map(([name]) => name),
    down: byNode.flatMap(([node, each]) => {
      const first = each.find(bad)
      return first === undefined ? [] : [{ node, why: first.address.error }]
    }),
    unsupported: running.length > 0 && running.every(({ address }) => address.state === 'unsupported'),
  }
}

/** Whether this page came over it. */
export function isHere(running: readonly Running[], place: Place): boolean {
  return running.some(({ address }) => isOwnAddress(address, place))
}
