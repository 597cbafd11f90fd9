/** Which address of a node this page came over, as far as a browser can know: the host may be a name, the port is the same. */
import type { NodeAddress } from '../api/cluster.ts'

/** As in `location`. */
export interface Place { readonly port: string; readonly protocol: string }

export function isOwnAddress({ protocol, address, state }: NodeAddress, place: Place): boolean {
  const port = place.port === '' ? (place.protocol === 'https:' ? '443' : '80') : place.port
  return protocol === 'http' && state === 'up' && address.endsWith(`:${port}`)
}
