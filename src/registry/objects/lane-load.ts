/**
 * `x:ClusterLane/load`: how much work each lane has, in one call. Counts are as old as it takes to count them fifty times, or a second
 * (server/lane-loads.ts); what runs and what is due first is said as it is.
 */
import type { JsonObject } from '../../base/json.ts'
import type { Method } from '../method.ts'
import { requirePermission } from '../ops/environment.ts'
import type { Environment } from '../ops/environment.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'

/** Of a lane that has tasks. */
export interface LaneLoadData {
  readonly lane: string
  /** Those that do not run, due or not. */
  readonly waiting: number
  readonly running: number
  readonly failed: number
  /** When the oldest of those that wait and are due was due, in ms since 1970; null: none is due. */
  readonly oldestDue: number | null
}
/** All lanes at the time `now`. */
export type LaneLoads<Tx> = (tx: Tx, now: number) => Promise<readonly LaneLoadData[]>

/** `task`: counts tell of tasks, so who asks must be allowed to list them. */
export function laneLoad<Tx>(loads: LaneLoads<Tx>, task: ObjectDefinition<unknown, never>): (env: Environment<Tx>) => Method {
  return env => async (_args, context) => {
    for (const definition of [env.definition, task]) requirePermission(definition, 'Query', context)
    const now = env.clock.now()
    const list = (await env.store.read(tx => loads(tx, now))).toSorted((one, other) => one.lane < other.lane ? -1 : 1)
    return { accountId: context.principal.accountId, now: formatDate(now), list: list.map(laneBody) }
  }
}

function laneBody({ lane, waiting, running, failed, oldestDue }: LaneLoadData): JsonObject {
  return { id: lane, waiting, running, failed, oldestDue: oldestDue === null ? null : formatDate(oldestDue) }
}
