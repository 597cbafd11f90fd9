/** What `x:ClusterLane/load` says of the queue: the store's look at variants and statuses, put together by lane. */
import type { Catalogue } from '../engine/catalogue.ts'
import type { EngineTx } from '../engine/ports/store.ts'
import type { TaskTally } from '../engine/ports/task.ts'
import type { LaneLoads } from '../registry/objects/lane-load.ts'

export function laneLoads<Tx extends EngineTx>({ variants }: Pick<Catalogue, 'variants'>): LaneLoads<Tx> {
  const lanes = Map.groupBy(variants.values(), ({ lane }) => lane)
  return async ({ tasks }, now) => {
    const { groups, ageMs } = await tasks.survey()
    return { countedMsAgo: ageMs, lanes: [...lanes].map(([lane, of]) => {
      const here = groups.filter(({ variant }) => of.some(({ name }) => name === variant))
      const [failed, waiting] = [true, false].map(hasFailed => here.filter(({ status }) => (status === 'Failed') === hasFailed))
      const firstDue = Math.min(...here.map(group => group.firstDue ?? Infinity))
      return {
        lane, waiting: sum(waiting) - sum(waiting, 'running'), running: sum(here, 'running'), failed: sum(failed),
        oldestDue: firstDue <= now ? firstDue : null,
      }
    }) }
  }
}

function sum(tallies: readonly TaskTally[] = [], of: 'count' | 'running' = 'count'): number {
  return tallies.reduce((total, tally) => total + tally[of], 0)
}
