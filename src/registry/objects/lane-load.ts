/**
 * `x:ClusterLane/load`: how much work each lane has, in one call that takes a few ms however much it is. What runs, what is due first
 * and up to 250 tasks of a variant and status are said as they are; more were counted at `countedAt`, or are estimates
 * while that is null (nobody has asked lately; it takes a moment to count them).
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
/** All lanes at the time `now`; how old larger counts are, in ms (null: estimates). */
export type LaneLoads<Tx> = (tx: Tx, now: number) => Promise<{ readonly lanes: readonly LaneLoadData[]; readonly countedMsAgo: number | null }>

/** `task`: counts tell of tasks, so who asks must be allowed to list them. */
export function laneLoad<Tx>(loads: LaneLoads<Tx>, task: ObjectDefinition<unknown, never>): (env: Environment<Tx>) => Method {
  return env => async (_args, context) => {
    for (const definition of [env.definition, task]) requirePermission(definition, 'Query', context)
    const now = env.clock.now()
    const { lanes, countedMsAgo } = await env.store.read(tx => loads(tx, now))
    const list = lanes.toSorted((one, other) => one.lane < other.lane ? -1 : 1).map(laneBody)
    const countedAt = countedMsAgo === null ? null : formatDate(now - countedMsAgo)
    return { accountId: context.principal.accountId, now: formatDate(now), countedAt, list }
  }
}

function laneBody({ lane, waiting, running, failed, oldestDue }: LaneLoadData): JsonObject {
  return { id: lane, waiting, running, failed, oldestDue: oldestDue === null ? null : formatDate(oldestDue) }
}
