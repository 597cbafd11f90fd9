/** Whether a change closes the listener over which this page came. */
import type { ClusterNode } from '../../api/cluster.ts'
import type { Preview } from './preview.ts'

/** `place`: as in `location`. */
export function closesHere({ nodes: changes }: Preview, nodes: readonly ClusterNode[], place: { readonly port: string }): boolean {
  const port = place.port === '' ? '443' : place.port
  return changes.some(({ id, listenersClosed }) => nodes.find(node => node.id === id)?.addresses.some(({ listener, protocol, address }) =>
    protocol === 'http' && listenersClosed.includes(listener) && address.endsWith(`:${port}`)) === true)
}
