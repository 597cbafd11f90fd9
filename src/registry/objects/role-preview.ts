/** `x:ClusterRole/preview`: what a change of a role would move, by the function by which the nodes divide their work. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Method } from '../method.ts'
import type { Environment } from '../ops/environment.ts'
import { previewMethod } from '../ops/preview.ts'
import type { FindingData } from './cluster-finding.ts'
import { clusterNode } from './cluster-node.ts'

export interface NamedListener { readonly id: Id; readonly name: string }
/** Ids are those of the objects; null: nobody. */
export interface RoleChange {
  /** Live nodes that do something else then. */
  readonly nodes: readonly {
    readonly id: Id
    readonly hostname: string
    readonly dutiesAdded: readonly string[]
    readonly dutiesRemoved: readonly string[]
    readonly listenersOpened: readonly NamedListener[]
    readonly listenersClosed: readonly NamedListener[]
  }[]
  /** Lanes of which something gets another owner. */
  readonly lanes: readonly {
    readonly id: Id
    readonly duty: string
    readonly buckets: number
    readonly uncoveredBefore: number
    readonly uncoveredAfter: number
    readonly moves: readonly { readonly from: Id | null; readonly to: Id | null; readonly buckets: number }[]
  }[]
  /** What would be found then and is not now. */
  readonly findings: readonly FindingData[]
}
/** The cluster as far as roles decide it. */
export interface RolePreviews<Tx, Seen> {
  look(tx: Tx): Promise<Seen>
  compare(before: Seen, after: Seen): RoleChange
}

const NOTHING: RoleChange = { nodes: [], lanes: [], findings: [] }

export function rolePreview<Tx, Seen>(cluster: RolePreviews<Tx, Seen>): (env: Environment<Tx>) => Method {
  return previewMethod({
    about: [clusterNode],
    look: tx => cluster.look(tx),
    tell: seen => jsonOf(seen === null ? NOTHING : cluster.compare(seen.before, seen.after)),
  })
}

function jsonOf({ nodes, lanes, findings }: RoleChange): JsonObject {
  return {
    nodes: nodes.map(({ dutiesAdded, dutiesRemoved, listenersOpened, listenersClosed, ...node }) => ({
      ...node, dutiesAdded: [...dutiesAdded], dutiesRemoved: [...dutiesRemoved],
      listenersOpened: listenersOpened.map(listener => ({ ...listener })), listenersClosed: listenersClosed.map(listener => ({ ...listener })),
    })),
    lanes: lanes.map(lane => ({ ...lane, moves: lane.moves.map(move => ({ ...move })) })),
    findings: findings.map(finding => ({ ...finding })),
  }
}
