/** `x:NetworkListener/preview`: which live nodes would open, close or change which address, by the function by which they do. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Method } from '../method.ts'
import type { Environment } from '../ops/environment.ts'
import { previewMethod } from '../ops/preview.ts'
import { clusterNode } from './cluster-node.ts'

/**
 * `opens`, `closes`: the socket. `rebinds`: it is closed and opened again, with other settings. `replaces`: it stays, and new
 * connections get the new settings. `fails`: the node would not even try, and `error` says why.
 */
export interface AddressChange {
  /** The name of its listener. */
  readonly listener: string
  readonly address: string
  readonly effect: 'opens' | 'closes' | 'rebinds' | 'replaces' | 'fails'
  readonly error: string | null
}
/** Nodes on which nothing changes are left out. */
export interface ListenerChange {
  readonly nodes: readonly { readonly id: Id; readonly hostname: string; readonly addresses: readonly AddressChange[] }[]
}
/** What decides about the sockets of the live nodes. */
export interface ListenerPreviews<Tx, Seen> {
  look(tx: Tx): Promise<Seen>
  compare(before: Seen, after: Seen): ListenerChange
}

export function listenerPreview<Tx, Seen>(cluster: ListenerPreviews<Tx, Seen>): (env: Environment<Tx>) => Method {
  return previewMethod({
    about: [clusterNode],
    look: tx => cluster.look(tx),
    tell: seen => jsonOf(seen === null ? { nodes: [] } : cluster.compare(seen.before, seen.after)),
  })
}

function jsonOf({ nodes }: ListenerChange): JsonObject {
  return { nodes: nodes.map(node => ({ ...node, addresses: node.addresses.map(address => ({ ...address })) })) }
}
