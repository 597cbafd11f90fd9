/**
 * `x:ClusterRole/preview`: what one change of a role would move, asked with the arguments of `x:ClusterRole/set`. The change is tried
 * and taken back (ops/trial.ts); what it means for the nodes that live now is worked out from what the roles say before
 * and after it, by the function by which the nodes divide their work.
 */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Method } from '../method.ts'
import { objectArgument, textsArgument } from '../ops/arguments.ts'
import { requirePermission } from '../ops/environment.ts'
import type { Environment } from '../ops/environment.ts'
import { setMethod } from '../ops/set.ts'
import { trialOf } from '../ops/trial.ts'
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
  return env => async (args, context) => {
    for (const definition of [env.definition, clusterNode]) requirePermission(definition, 'Get', context)
    requireOne(args)
    const trial = trialOf(env.store, tx => cluster.look(tx))
    const reply = await setMethod({ ...env, store: trial.store })(args, context)
    const { accountId } = context.principal
    const refused = ['notCreated', 'notUpdated', 'notDestroyed'].flatMap(name => entriesOf(reply, name))[0]
    if (refused !== undefined) return { accountId, refused }
    const seen = trial.seen()
    return { accountId, ...jsonOf(seen === null ? NOTHING : cluster.compare(seen.before, seen.after)) }
  }
}

function requireOne(args: JsonObject): void {
  const changes = [objectArgument(args, 'create'), objectArgument(args, 'update')].flatMap(each => Object.keys(each ?? {}))
  const count = changes.length + (textsArgument(args, 'destroy') ?? []).length
  if (count !== 1) throw new MethodError('invalidArguments', `create, update and destroy must hold one change together; there are ${count}.`)
}

function entriesOf(reply: JsonObject, name: string): Json[] {
  const entries = ownValue(reply, name)
  return isJsonObject(entries) ? Object.values(entries).filter(value => value !== undefined) : []
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
