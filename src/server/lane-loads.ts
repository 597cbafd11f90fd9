/**
 * What `x:ClusterLane/load` says of the queue. What runs and what is due first is looked up at each call. Counting a million
 * tasks reads as many index entries (60 ms in SQLite, 300 ms in PostgreSQL, in slices), so counts are kept for a while: for
 * a second, or fifty times as long as they took. However many people look at however many dashboards of a node, it counts
 * for 2 % of the time at most.
 */
import type { Clock } from '../base/clock.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { EngineTx, TaskTally } from '../engine/ports.ts'
import type { LaneLoadData, LaneLoads } from '../registry/objects/lane-load.ts'

const WAITING = ['Pending', 'Retry'] as const
const OLDEST = { order: { property: 'due', ascending: true }, limit: 1 } as const
const KEPT_MS_MIN = 1_000
/** Times what a count has taken. */
const KEPT_FACTOR = 50

export function laneLoads<Tx extends EngineTx>({ variants }: Pick<Catalogue, 'variants'>, clock: Clock): LaneLoads<Tx> {
  const lanes = Map.groupBy(variants.values(), ({ lane }) => lane)
  const counts = keptCounts(clock)
  return async ({ tasks }, now) => {
    const tallies = await counts(() => tasks.tally({}))
    // Pinned tasks are few: one look for all lanes.
    const pinned = await tasks.tally({ running: true })
    const loads: LaneLoadData[] = []
    for (const [lane, of] of lanes) {
      const names = of.map(({ name }) => name)
      const isHere = ({ variant }: TaskTally) => names.includes(variant)
      const [failed, waiting] = [true, false].map(hasFailed => tallies.filter(tally => isHere(tally) && (tally.status === 'Failed') === hasFailed))
      const ids = sum(waiting) === 0 ? [] : await tasks.query({ variants: names, status: WAITING, running: false, dueMax: now }, OLDEST)
      const [oldest] = ids.length === 0 ? [] : await tasks.get(ids)
      loads.push({
        lane, waiting: sum(waiting) - sum(waiting, 'running'), running: sum(pinned.filter(isHere)), failed: sum(failed), oldestDue: oldest?.due ?? null,
      })
    }
    return loads
  }
}

function sum(tallies: readonly TaskTally[] = [], of: 'count' | 'running' = 'count'): number {
  return tallies.reduce((total, tally) => total + tally[of], 0)
}

/** The last count while it is young, or while somebody counts again. */
function keptCounts(clock: Clock): (count: () => Promise<TaskTally[]>) => Promise<readonly TaskTally[]> {
  let kept: readonly TaskTally[] | null = null
  let untilMs = -Infinity
  let counting = false
  return async count => {
    const startedMs = clock.monotonicMs()
    if (kept !== null && (counting || startedMs < untilMs)) return kept
    counting = true
    try {
      kept = await count()
      const endedMs = clock.monotonicMs()
      untilMs = endedMs + Math.max(KEPT_MS_MIN, KEPT_FACTOR * (endedMs - startedMs))
      return kept
    } finally {
      counting = false
    }
  }
}
