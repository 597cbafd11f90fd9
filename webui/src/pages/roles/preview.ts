/** What a change of a role would move, as `x:ClusterRole/preview` tells, and how much of it has happened since it was saved. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import { objects, strings } from '../../../../src/jmap-client/reply.ts'
import type { ClusterNode, Finding, Lane } from '../../api/cluster.ts'
import { findingOf } from '../../api/cluster.ts'
import { textOrNull } from '../../api/values.ts'

export interface NodeChange {
  readonly id: string
  readonly hostname: string
  readonly dutiesAdded: readonly string[]
  readonly dutiesRemoved: readonly string[]
  /** Names. */
  readonly listenersOpened: readonly string[]
  readonly listenersClosed: readonly string[]
}
/** Ids of nodes; null: nobody. */
export interface LaneMove { readonly from: string | null; readonly to: string | null; readonly buckets: number }
export interface LaneChange {
  readonly id: string
  readonly duty: string
  readonly buckets: number
  readonly uncoveredBefore: number
  readonly uncoveredAfter: number
  readonly moves: readonly LaneMove[]
}
export interface Preview {
  readonly nodes: readonly NodeChange[]
  readonly lanes: readonly LaneChange[]
  readonly findings: readonly Finding[]
  /** Why the server would refuse it; null: it would take it. */
  readonly refused: string | null
}

export function previewOf(reply: JsonObject): Preview {
  const { refused } = reply
  return {
    nodes: objects(reply['nodes']).map(node => ({
      id: String(node['id']), hostname: String(node['hostname']), dutiesAdded: strings(node['dutiesAdded']), dutiesRemoved: strings(node['dutiesRemoved']),
      listenersOpened: namesOf(node['listenersOpened']), listenersClosed: namesOf(node['listenersClosed']),
    })),
    lanes: objects(reply['lanes']).map(lane => ({
      id: String(lane['id']), duty: String(lane['duty']), buckets: Number(lane['buckets']),
      uncoveredBefore: Number(lane['uncoveredBefore']), uncoveredAfter: Number(lane['uncoveredAfter']),
      moves: objects(lane['moves']).map(({ from, to, buckets }) => ({ from: textOrNull(from), to: textOrNull(to), buckets: Number(buckets) })),
    })),
    findings: objects(reply['findings']).map(finding => findingOf({ id: `${String(finding['kind'])}-${String(finding['subject'])}`, ...finding })),
    refused: isJsonObject(refused) ? String(refused['description'] ?? refused['type']) : null,
  }
}

/** Lanes of which nobody would work more than nobody does now. */
export function uncoveredBy({ lanes }: Preview): readonly LaneChange[] {
  return lanes.filter(({ uncoveredBefore, uncoveredAfter }) => uncoveredAfter > uncoveredBefore)
}

export function bucketsMoved({ lanes }: Preview): number {
  return lanes.reduce((sum, { moves }) => sum + moves.reduce((count, { buckets }) => count + buckets, 0), 0)
}

/** Nothing of the cluster changes. */
export function isQuiet(preview: Preview): boolean {
  return preview.nodes.length === 0 && preview.lanes.length === 0 && preview.findings.length === 0
}

export interface Progress { readonly done: number; readonly of: number }

/** `before`: the lanes when it was saved. A bucket has moved when its new owner holds as many of the lane as it was to get. */
export function progressOf(preview: Preview, before: readonly Lane[], now: readonly Lane[]): Progress {
  const of = bucketsMoved(preview)
  const left = preview.lanes.reduce((sum, { id, moves }) => {
    const gains = Map.groupBy(moves, ({ to }) => to)
    return sum + [...gains].reduce((count, [to, each]) => {
      const wanted = heldBy(before, id, to) + each.reduce((total, { buckets }) => total + buckets, 0) - lossOf(moves, to)
      return count + Math.max(0, wanted - heldBy(now, id, to))
    }, 0)
  }, 0)
  return { done: Math.max(0, of - left), of }
}

/** Changes of listeners that have not happened yet: `node listener`. */
export function listenersPending({ nodes: changes }: Preview, nodes: readonly ClusterNode[]): readonly string[] {
  return changes.flatMap(({ id, hostname, listenersOpened, listenersClosed }) => {
    const addresses = nodes.find(node => node.id === id)?.addresses ?? []
    const isUp = (name: string) => addresses.some(({ listener, state }) => listener === name && state === 'up')
    return [...listenersOpened.filter(name => !isUp(name)), ...listenersClosed.filter(isUp)].map(name => `${hostname} ${name}`)
  })
}

function lossOf(moves: readonly LaneMove[], owner: string | null): number {
  return moves.reduce((sum, { from, buckets }) => sum + (from === owner ? buckets : 0), 0)
}

function heldBy(lanes: readonly Lane[], lane: string, owner: string | null): number {
  return lanes.find(({ name }) => name === lane)?.owners.filter(each => each === owner).length ?? 0
}

function namesOf(value: Json | undefined): readonly string[] {
  return objects(value).map(({ name }) => String(name))
}
