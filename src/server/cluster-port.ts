/** Joins registry and engine, which do not know each other: nodes, leases and findings as the cluster's objects show them. */
import { findings, type ClusterSnapshot, type Finding } from '../engine/assign/findings.ts'
import type { NodeRow } from '../engine/ports/node.ts'
import type { EngineTx } from '../engine/ports/store.ts'
import type { FindingData } from '../registry/objects/cluster-finding.ts'
import type { LaneData } from '../registry/objects/cluster-lane.ts'
import type { ClusterPort } from '../registry/objects/cluster-node.ts'
import { judgedNode, nodeData } from './node-info.ts'

/** What the objects about the cluster are made from. */
export interface ClusterObjects<Tx> extends ClusterPort<Tx> {
  readonly lanes: readonly LaneData[]
  findings(tx: Tx): Promise<readonly FindingData[]>
}
/** `nodes`: the live ones; `roles`: names of those that there are. */
export type JudgeCluster = (nodes: readonly NodeRow[], roles: ReadonlySet<string>) => Finding[]

export interface ClusterPortDeps<Tx> extends Pick<ClusterSnapshot, 'lanes' | 'alone'> {
  readonly roles: (tx: Tx) => Promise<ReadonlySet<string>>
}

export function clusterPort<Tx extends EngineTx>({ lanes, alone, roles }: ClusterPortDeps<Tx>): ClusterObjects<Tx> & { readonly judge: JudgeCluster } {
  const judge: JudgeCluster = (nodes, roles) => findings({ nodes: nodes.map(judgedNode), lanes, roles, alone })
  return {
    lanes, judge,
    async look(tx) {
      const { now, nodes, leases } = await tx.nodes.look()
      const nodeIds = new Map(nodes.flatMap(({ live }) => live ? [[live.incarnation, live.nodeId] as const] : []))
      const held = leases.flatMap(({ lane, bucket, holder }) => {
        const nodeId = holder === null ? undefined : nodeIds.get(holder)
        return nodeId === undefined ? [] : [{ lane, bucket, nodeId }]
      })
      return { now, nodes: nodes.map(nodeData), leases: held }
    },
    async findings(tx) {
      const { nodes } = await tx.nodes.look()
      return judge(nodes.flatMap(({ live }) => live ?? []), await roles(tx))
    },
    async requestDrain(tx, nodeId, startedAt) {
      const { nodes } = await tx.nodes.look()
      const live = nodes.find(node => node.nodeId === nodeId)?.live
      return live?.startedAt === startedAt && tx.nodes.requestDrain(live.incarnation)
    },
  }
}
