/** What `x:ClusterLane/load` says of the queue: a few looks into indexes for each lane. */
import type { Catalogue } from '../engine/catalogue.ts'
import type { EngineTx } from '../engine/ports.ts'
import type { LaneLoadData, LaneLoads } from '../registry/objects/lane-load.ts'

const WAITING = ['Pending', 'Retry'] as const
const OLDEST = { order: { property: 'due', ascending: true }, limit: 1 } as const

export function laneLoads<Tx extends EngineTx>({ variants }: Catalogue): LaneLoads<Tx> {
  const lanes = Map.groupBy(variants.values(), ({ lane }) => lane)
  return async ({ tasks }, now) => {
    // Pinned tasks are few: one look for all lanes.
    const pinned = await tasks.tally({ running: true })
    const loads: LaneLoadData[] = []
    for (const [lane, of] of lanes) {
      const names = of.map(({ name }) => name)
      const [first] = await tasks.query({ variants: names, status: WAITING, running: false, dueMax: now }, OLDEST)
      const [oldest] = first === undefined ? [] : await tasks.get([first])
      loads.push({
        lane, oldestDue: oldest?.due ?? null,
        waiting: await tasks.count({ variants: names, status: WAITING, running: false }),
        running: pinned.filter(({ variant }) => names.includes(variant)).reduce((sum, { count }) => sum + count, 0),
        failed: await tasks.count({ variants: names, status: ['Failed'] }),
      })
    }
    return loads
  }
}
