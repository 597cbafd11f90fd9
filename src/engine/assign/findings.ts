/**
 * What an administrator should know about a cluster, each with what to do: one pure function of what the nodes say of
 * themselves, for the API and for health. It judges by the assignment itself, so it cannot be of another opinion about
 * who may work what.
 */
import type { Lane } from '../lane.ts'
import type { NodeRow } from '../ports/node.ts'
import { assign, mayWork, uncovered, type AssignableNode } from './assign.ts'
import { disagreements, PUSH_SHARDS } from './disagreement.ts'

/** A live node. */
export interface JudgedNode extends AssignableNode, Pick<NodeRow, 'hostname' | 'role' | 'version'> {
  /** Of its wall clock to the store's; null: it has not said. */
  readonly clockOffsetMs: number | null
  /** Why its spam filter does not judge mail as it should; null: it does, or has not said. */
  readonly spamProblem: string | null
}
export interface ClusterSnapshot {
  readonly nodes: readonly JudgedNode[]
  readonly lanes: readonly Lane[]
  /** Names of the roles that there are. */
  readonly roles: ReadonlySet<string>
  /** No other node can join: the store is embedded. */
  readonly alone: boolean
}

export type FindingKind =
  | 'laneWithoutNode' | 'criticalLaneWithOneNode' | 'shardWithoutNode' | 'unequalShards' | 'spamTrainingSpread'
  | 'unknownRole' | 'clockOffset' | 'versionsDiffer' | 'settingsDiffer' | 'spamFilterFails'
export interface Finding {
  /** `error`: work waits. `warning`: all work is done. */
  readonly severity: 'error' | 'warning'
  readonly kind: FindingKind
  /** The lane, the shard (`search-2`, from 1), the node (`node-3`) or `cluster`: at most one finding of a kind has it. */
  readonly subject: string
  /** What is wrong, and what to do: each one sentence, or two. */
  readonly text: string
  readonly advice: string
}

const CLOCK_OFFSET_MS_MAX = 1_000
const NAMES_SHOWN_MAX = 10
/** Older lists may name several nodes for what one node of a cluster should do. */
const SPAM_LANE = 'spam'

/** Errors first; empty: the cluster is well. */
export function findings(cluster: ClusterSnapshot): Finding[] {
  const able = new Map(cluster.lanes.map(lane => [lane, ableNodes(cluster.nodes, lane)]))
  const disagreed = disagreements(cluster.nodes)
  const found = [
    ...lanesWithoutNodes(cluster), ...unknownRoles(cluster),
    ...[...able].flatMap(([lane, nodes]) => [
      ...cluster.alone ? [] : criticalWithOne(lane, nodes),
      ...ofShards(shardsOf(lane, cluster.nodes, nodes, disagreed)),
    ]),
    ...spamSpread(cluster), ...clockOffsets(cluster), ...spamFilters(cluster), ...versions(cluster), ...settings(disagreed),
  ]
  return found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}

/** Nodes that may get work of the lane, as far as role and drain go. */
function ableNodes(nodes: readonly JudgedNode[], { duty }: Lane): JudgedNode[] {
  return nodes.filter(node => !node.draining && node.duties.includes(duty))
}

/** Wholly uncovered lanes, and lanes of which the older lists leave a shard to nobody. */
function lanesWithoutNodes({ nodes, lanes }: ClusterSnapshot): Finding[] {
  const assignment = assign(nodes, lanes)
  const lacking = uncovered(assignment)
  return lanes.flatMap((lane): Finding[] => {
    const { name, duty } = lane
    const count = lacking.get(name) ?? 0
    if (count === 0) return []
    if (count === lane.buckets) {
      return [error('laneWithoutNode', name, `No live node works ${name} (${buckets(count)}): its tasks wait.`,
        `Start a node whose role has the duty ${duty}, or give the duty to the role of one that runs.`)]
    }
    const owners = assignment.get(name) ?? []
    const shards = listShards(lane, nodes)
    const empty = [...Array(shards).keys()].filter(index =>
      owners.every((owner, bucket) => bucket % shards !== index || owner === null))
    const advice = 'Start a node of that shard, or name a node that lives in its place in the ROTA_CONFIG of every node.'
    return empty.length === 0
      ? [error('shardWithoutNode', name, `No live node works ${buckets(count)} of ${name}: their tasks wait.`, advice)]
      : empty.map(index => error('shardWithoutNode', `${name}-${index + 1}`, `Shard ${index + 1} of ${shards} of ${name} has no live node: its tasks wait.`, advice))
  })
}

/** A lane that somebody waits for, and that a single further failure would stop, wholly or in part. */
function criticalWithOne(lane: Lane, able: readonly JudgedNode[]): Finding[] {
  if (lane.critical !== true) return []
  const workers = [...Array(lane.buckets).keys()].map(bucket => able.filter(node => mayWork(node, lane, bucket)))
  const sole = workers.filter(nodes => nodes.length === 1).flat()
  if (sole.length === 0) return []
  const whole = sole.length === lane.buckets && new Set(sole).size === 1
  const text = whole
    ? `Only ${named(sole)} may work ${lane.name}: without it that work stops.`
    : `Parts of ${lane.name} have one node only (${named(sole)}): without it their work stops.`
  const advice = whole ? `Give the duty ${lane.duty} to a second node.`
    : 'Name a second node for each of its shards in the ROTA_CONFIG of every node, or move to roles (rota import roles), where all nodes with the duty stand in for one another.'
  return [warning('criticalLaneWithOneNode', lane.name, text, advice)]
}

/** The shards that people have cut a lane into. */
interface Shards {
  readonly lane: Lane
  /** Nodes by shard, from 0; null: push shards without a total, where every bucket is one. */
  readonly members: readonly (readonly JudgedNode[])[] | null
  readonly said: number
  /** The others take an empty shard over. */
  readonly spared: boolean
}

/** Null: the lane is not cut, or the nodes disagree into how many, which is a finding of its own. */
function shardsOf(lane: Lane, nodes: readonly JudgedNode[], able: readonly JudgedNode[], disagreed: readonly string[]): Shards | null {
  const total = listShards(lane, nodes)
  if (lane.sharding === 'push' && total === 1 && able.some(node => node.pushShard !== null)) {
    if (disagreed.includes(PUSH_SHARDS)) return null
    const own = able.filter(node => node.pushShard !== null)
    const shards = own[0]?.sharding?.pushShards ?? null
    const said = new Set(own.map(node => node.pushShard)).size
    const members = shards === null ? null : [...Array(shards).keys()].map(index => own.filter(node => node.pushShard === index + 1))
    return { lane, members, said, spared: true }
  }
  if (total < 2 || disagreed.includes(lane.name)) return null
  const members = [...Array(total).keys()].map(index => able.filter(({ sharding }) => sharding?.lanes[lane.name]?.index === index))
  return { lane, members, said: total, spared: false }
}

/** Shards of older lists that are empty are uncovered buckets: `lanesWithoutNodes` has them. */
function ofShards(shards: Shards | null): Finding[] {
  if (shards === null) return []
  const { lane, members, said, spared } = shards
  if (members === null) {
    return [warning('shardWithoutNode', lane.name, `STALWART_PUSH_SHARD is set without ROTA_PUSH_SHARDS, so that there are ${lane.buckets} shards, and ${lane.buckets - said} have no node of their own.`,
      'Start every node that has a STALWART_PUSH_SHARD with ROTA_PUSH_SHARDS, the number of shards.')]
  }
  const empty = members.flatMap((nodes, index) => nodes.length === 0 ? [index + 1] : [])
  if (empty.length > 0) {
    return !spared ? [] : empty.map(shard => warning('shardWithoutNode', `${lane.name}-${shard}`, `No live node has the shard ${shard} of ${members.length} of ${lane.name}: other nodes do its work.`,
      `Start a node with STALWART_PUSH_SHARD=${shard}, or start all with a smaller ROTA_PUSH_SHARDS.`))
  }
  const sizes = members.map(nodes => nodes.length)
  if (Math.min(...sizes) === Math.max(...sizes)) return []
  return [warning('unequalShards', lane.name, `The shards of ${lane.name} have different numbers of nodes: ${sizes.join(', ')}. Nodes of the smaller ones have more to do.`,
    'Give each shard as many nodes as the others, or leave the shards out: without them the work is divided evenly.')]
}

/** Into how many shards the older lists cut a lane; 1: not at all. */
function listShards({ name }: Lane, nodes: readonly JudgedNode[]): number {
  return Math.max(1, ...nodes.map(({ sharding }) => sharding?.lanes[name]?.of ?? 1))
}

function spamSpread({ nodes }: ClusterSnapshot): Finding[] {
  const listed = nodes.filter(({ sharding }) => (sharding?.lanes[SPAM_LANE] ?? null) !== null)
  return listed.length < 2 ? [] : [warning('spamTrainingSpread', SPAM_LANE, `The older lists name several nodes for spam training: ${named(listed)}. One of them trains, the others only stand by.`,
    'Leave one node in spam-training of every ROTA_CONFIG, or move to roles (rota import roles), where standing by is what is meant.')]
}

function unknownRoles({ nodes, roles }: ClusterSnapshot): Finding[] {
  return nodes.filter(({ role }) => role !== null && !roles.has(role)).map(node =>
    error('unknownRole', subjectOf(node), `${node.hostname} was started with the role ${node.role}, which does not exist: it works nothing and opens no listener.`,
      `Make a ClusterRole named ${node.role}, or start the node with a STALWART_ROLE that exists.`))
}

function clockOffsets({ nodes }: ClusterSnapshot): Finding[] {
  return nodes.flatMap((node): Finding[] => {
    const offset = node.clockOffsetMs ?? 0
    if (Math.abs(offset) <= CLOCK_OFFSET_MS_MAX) return []
    return [warning('clockOffset', subjectOf(node), `The clock of ${node.hostname} is ${Math.abs(offset) / 1_000} s ${offset > 0 ? 'ahead of' : 'behind'} that of the store.`,
      'Let NTP set the clocks of that machine and of the database server. Leases do not depend on it; dates that people see do.')]
  })
}

function spamFilters({ nodes }: ClusterSnapshot): Finding[] {
  return nodes.flatMap(node => node.spamProblem === null ? [] : [
    warning('spamFilterFails', subjectOf(node), `The spam filter of ${node.hostname} does not judge all mail as it should: ${node.spamProblem}.`,
      'Mail is delivered all the same. Finish an upgrade that is under way; if that is not it, run SpamFilterMaintenance retrain.'),
  ])
}

function versions({ nodes }: ClusterSnapshot): Finding[] {
  const byVersion = [...Map.groupBy(nodes, ({ version }) => version)].sort(([a], [b]) => a < b ? -1 : 1)
  if (byVersion.length < 2) return []
  const each = byVersion.map(([version, same]) => `${version} on ${named(same)}`).join('; ')
  return [warning('versionsDiffer', 'cluster', `The nodes run different versions: ${each}.`, 'Finish the upgrade: restart the nodes that are behind with the newer version.')]
}

function settings(disagreed: readonly string[]): Finding[] {
  return disagreed.map(what => what === PUSH_SHARDS
    ? warning('settingsDiffer', 'push-shards', 'The nodes name different numbers of push shards.', 'Start all nodes with the same ROTA_PUSH_SHARDS.')
    : warning('settingsDiffer', what, `The nodes name different numbers of shards of ${what}.`, 'Start all nodes with the same lists in their ROTA_CONFIG.'))
}

function error(kind: FindingKind, subject: string, text: string, advice: string): Finding {
  return { severity: 'error', kind, subject, text, advice }
}

function warning(kind: FindingKind, subject: string, text: string, advice: string): Finding {
  return { severity: 'warning', kind, subject, text, advice }
}

function subjectOf({ nodeId }: JudgedNode): string {
  return `node-${nodeId}`
}

function buckets(count: number): string {
  return count === 1 ? '1 bucket' : `${count} buckets`
}

/** Each once, in the order of their names. */
function named(nodes: readonly JudgedNode[]): string {
  const names = [...new Set(nodes.map(({ hostname }) => hostname))].sort()
  const more = names.length - NAMES_SHOWN_MAX
  return names.slice(0, NAMES_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
