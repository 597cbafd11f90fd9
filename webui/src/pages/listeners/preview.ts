/** What a change of a listener would do to the sockets of the nodes, as `x:NetworkListener/preview` tells. */
import type { JsonObject } from '../../../../src/base/json.ts'
import { objects } from '../../../../src/jmap-client/reply.ts'
import type { ClusterNode } from '../../api/cluster.ts'
import { objectOrNull, text, textOrNull } from '../../api/values.ts'
import type { Place } from '../../parts/own-address.ts'
import { isOwnAddress } from '../../parts/own-address.ts'

/** In the order in which they are told. */
export const EFFECTS = ['fails', 'closes', 'rebinds', 'replaces', 'opens'] as const
export type Effect = (typeof EFFECTS)[number]

export interface AddressChange {
  readonly listener: string
  readonly address: string
  readonly effect: Effect
  /** Why it fails. */
  readonly error: string | null
}
export interface NodeChange { readonly id: string; readonly hostname: string; readonly addresses: readonly AddressChange[] }
export interface Preview {
  readonly nodes: readonly NodeChange[]
  /** Why the server would refuse it; null: it would take it. */
  readonly refused: string | null
}

export function previewOf(reply: JsonObject): Preview {
  const refused = objectOrNull(reply['refused'])
  return {
    nodes: objects(reply['nodes']).map(node => ({ id: text(node['id']), hostname: text(node['hostname']), addresses: objects(node['addresses']).flatMap(changeOf) })),
    refused: refused === null ? null : textOrNull(refused['description']) ?? text(refused['type']),
  }
}

/** The address over which this page came closes, or serves otherwise from then on. */
export function endsHere({ nodes: changes }: Preview, nodes: readonly ClusterNode[], place: Place): boolean {
  return changes.some(({ id, addresses }) => {
    const own = nodes.find(node => node.id === id)?.addresses.filter(address => isOwnAddress(address, place)) ?? []
    return addresses.some(({ listener, address, effect }) => effect !== 'opens' && effect !== 'fails'
      && own.some(each => each.listener === listener && [portOf(each.address), ANY_PORT].includes(portOf(address))))
  })
}

/** Of an address that takes any free one. */
const ANY_PORT = '0'

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1)
}

function changeOf(row: JsonObject): AddressChange[] {
  const effect = EFFECTS.find(each => each === row['effect'])
  return effect === undefined ? [] : [{ listener: text(row['listener']), address: text(row['address']), effect, error: textOrNull(row['error']) }]
}
