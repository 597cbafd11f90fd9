/** What a change of listeners or roles means for the sockets of the nodes that live now: the plan that each would follow, made for it. */
import type { JsonObject } from '../base/json.ts'
import { listenerEnabled } from '../engine/cluster/role.ts'
import type { NodeRow } from '../engine/ports/node.ts'
import type { EngineTx } from '../engine/ports/store.ts'
import { formatBind } from '../listeners/bind.ts'
import { SERVED_PROTOCOLS, type NetworkListener } from '../listeners/network-listener.ts'
import { plan, wanted, type Step, type Wanted } from '../listeners/plan.ts'
import { nodeObjectId } from '../registry/objects/cluster-node.ts'
import type { AddressChange, ListenerPreviews } from '../registry/objects/listener-preview.ts'
import { bindsIn } from './node-info.ts'
import { roleOf } from './role-of.ts'

/** `roles`: bodies of the ClusterRole objects. */
export interface ListenersNow {
  readonly nodes: readonly NodeRow[]
  readonly roles: readonly JsonObject[]
  readonly listeners: readonly NetworkListener[]
}
export interface ListenerPreviewDeps<Tx> {
  readonly roles: (tx: Tx) => Promise<readonly JsonObject[]>
  readonly listeners: (tx: Tx) => Promise<readonly NetworkListener[]>
}

export function listenerPreviews<Tx extends EngineTx>({ roles, listeners }: ListenerPreviewDeps<Tx>): ListenerPreviews<Tx, ListenersNow> {
  return {
    async look(tx) {
      const { nodes } = await tx.nodes.look()
      return { nodes: nodes.flatMap(({ live }) => live ?? []), roles: await roles(tx), listeners: await listeners(tx) }
    },
    compare(before, after) {
      const nodes = before.nodes.flatMap(node => {
        const addresses = changes(wantedOn(node, before), wantedOn(node, after))
        return addresses.length === 0 ? [] : [{ id: nodeObjectId(node.nodeId), hostname: node.hostname, addresses }]
      })
      return { nodes }
    },
  }
}

function wantedOn(node: NodeRow, { roles, listeners }: ListenersNow): Wanted {
  const role = roleOf(node.role, roles)
  return wanted(listeners.filter(({ id }) => listenerEnabled(role, id)), bindsIn(node.info), protocol => SERVED_PROTOCOLS.some(served => served === protocol))
}

const EFFECTS = { stop: 'closes', start: 'opens', rebind: 'rebinds', replace: 'replaces' } as const satisfies Partial<Record<Step['kind'], AddressChange['effect']>>

function changes(before: Wanted, after: Wanted): AddressChange[] {
  const running = new Map(before.targets.map(target => [target.key, target]))
  const moved = plan(running, after.targets).flatMap((step): AddressChange[] => {
    const target = step.kind === 'stop' ? running.get(step.key) : step.target
    if (step.kind === 'keep' || target === undefined) return []
    return [{ listener: target.listener.name, address: formatBind(target.address), effect: EFFECTS[step.kind], error: null }]
  })
  const known = new Set(before.unserved.map(({ key, error }) => `${key} ${error}`))
  const fails = after.unserved.filter(({ key, error }) => !known.has(`${key} ${error}`)).map(({ listener, address, error }): AddressChange =>
    ({ listener: listener.name, address: formatBind(address), effect: 'fails', error }))
  return [...moved, ...fails]
}
