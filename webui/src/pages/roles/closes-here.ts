/** Whether a change closes the listener over which this page came. */
import type { ClusterNode } from '../../api/cluster.ts'
import type { Place } from '../../parts/own-address.ts'
import { isOwnAddress } from '../../parts/own-address.ts'
import type { Preview } from './preview.ts'

export function closesHere({ nodes: changes }: Preview, nodes: readonly ClusterNode[], place: Place): boolean {
  return changes.some(({ id, listenersClosed }) => nodes.find(node => node.id === id)?.addresses.some(address =>
    listenersClosed.includes(address.listener) && isOwnAddress(address, place)) === true)
}
