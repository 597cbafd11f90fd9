/** What a change of roles means for the nodes that live now: the same pure functions that the nodes go by, asked twice. */
import type { JsonObject } from '../base/json.ts'
import { assign, type Assignment } from '../engine/assign/assign.ts'
import { enabledDuties, listenerEnabled } from '../engine/cluster/role.ts'
import type { Lane } from '../engine/lane.ts'
import type { NodeRow } from '../engine/ports/node.ts'
import type { EngineTx } from '../engine/ports/store.ts'
import { nodeObjectId } from '../registry/objects/cluster-node.ts'
import type { NamedListener, RoleChange, RolePreviews } from '../registry/objects/role-preview.ts'
import { DUTIES } from '../tasks/define.ts'
import type { JudgeCluster } from './cluster-port.ts'
import { roleOf } from './role-of.ts'

/** `roles`: bodies of the ClusterRole objects. */
export interface ClusterNow {
  readonly nodes: readonly NodeRow[]
  readonly roles: readonly JsonObject[]
  readonly listeners: readonly NamedListener[]
}
export interface RolePreviewDeps<Tx> {
  readonly lanes: readonly Lane[]
  readonly judge: JudgeCluster
  readonly roles: (tx: Tx) => Promise<readonly JsonObject[]>
  readonly listeners: (tx: Tx) => Promise<readonly NamedListener[]>
}

export function rolePreviews<Tx extends EngineTx>({ lanes, judge, roles, listeners }: RolePreviewDeps<Tx>): RolePreviews<Tx, ClusterNow> {
  return {
    async look(tx) {
      const { nodes } = await tx.nodes.look()
      return { nodes: nodes.flatMap(({ live }) => live ?? []), roles: await roles(tx), listeners: await listeners(tx) }
    },
    compare(before, after) {
      const { nodes } = before
      const then = nodes.map(node => ({ ...node, duties: dutiesThen(node, before, after) }))
      return { nodes: nodesThatChange(nodes, then, before, after), lanes: lanesThatMove(nodes, then, lanes), findings: newFindings(judge, before, { ...after, nodes: then }) }
    },
  }
}

/** What a node's own configuration keeps it from now (an older list of shards), it keeps it from then too. */
function dutiesThen({ role, duties }: NodeRow, before: ClusterNow, after: ClusterNow): string[] {
  const withheld = enabledDuties(roleOf(role, before.roles), DUTIES).filter(duty => !duties.includes(duty))
  return enabledDuties(roleOf(role, after.roles), DUTIES).filter(duty => !withheld.includes(duty))
}

function nodesThatChange(nodes: readonly NodeRow[], then: readonly NodeRow[], before: ClusterNow, after: ClusterNow): RoleChange['nodes'] {
  return nodes.flatMap((node, nth) => {
    const duties = then[nth]?.duties ?? []
    const opens = (cluster: ClusterNow) => after.listeners.filter(({ id }) => listenerEnabled(roleOf(node.role, cluster.roles), id))
    const [open, openThen] = [opens(before), opens(after)]
    const change = {
      id: nodeObjectId(node.nodeId), hostname: node.hostname,
      dutiesAdded: duties.filter(duty => !node.duties.includes(duty)), dutiesRemoved: node.duties.filter(duty => !duties.includes(duty)),
      listenersOpened: openThen.filter(listener => !open.includes(listener)), listenersClosed: open.filter(listener => !openThen.includes(listener)),
    }
    const { dutiesAdded, dutiesRemoved, listenersOpened, listenersClosed } = change
    return [dutiesAdded, dutiesRemoved, listenersOpened, listenersClosed].some(({ length }) => length > 0) ? [change] : []
  })
}

function lanesThatMove(nodes: readonly NodeRow[], then: readonly NodeRow[], lanes: readonly Lane[]): RoleChange['lanes'] {
  const ids = new Map(nodes.map(node => [node.incarnation, nodeObjectId(node.nodeId)]))
  const owners = (assignment: Assignment, lane: Lane) => (assignment.get(lane.name) ?? []).map(owner => owner === null ? null : ids.get(owner) ?? null)
  const [now, later] = [assign(nodes.map(drained), lanes), assign(then.map(drained), lanes)]
  return lanes.flatMap(lane => {
    const [from, to] = [owners(now, lane), owners(later, lane)]
    const moved = from.map((owner, bucket) => ({ from: owner, to: to[bucket] ?? null })).filter(move => move.from !== move.to)
    if (moved.length === 0) return []
    const moves = [...Map.groupBy(moved, move => `${move.from} ${move.to}`).values()].flatMap(same => same[0] ? [{ ...same[0], buckets: same.length }] : [])
    return [{ id: lane.name, duty: lane.duty, buckets: lane.buckets, uncoveredBefore: lacking(from), uncoveredAfter: lacking(to), moves }]
  })
}

/** A node that was asked to drain will. */
function drained(node: NodeRow): NodeRow {
  return { ...node, draining: node.draining || node.drainRequested }
}

function lacking(owners: readonly (string | null)[]): number {
  return owners.filter(owner => owner === null).length
}

function newFindings(judge: JudgeCluster, before: ClusterNow, after: ClusterNow): RoleChange['findings'] {
  const of = ({ nodes, roles }: ClusterNow) => judge(nodes, new Set(roles.map(role => String(role['name']))))
  const known = new Set(of(before).map(({ kind, subject }) => `${kind}-${subject}`))
  return of(after).filter(({ kind, subject }) => !known.has(`${kind}-${subject}`))
}
