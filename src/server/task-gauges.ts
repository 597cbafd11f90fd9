/** What metrics say of the queue. */
import type { Catalogue } from '../engine/catalogue.ts'
import type { EngineTx } from '../engine/ports/store.ts'
import { waitingMetric } from '../registry/objects/metric.ts'
import type { MetricName } from '../registry/objects/metric.ts'
import type { Gauges } from '../services/telemetry/metrics.ts'

const WAITING = ['Pending', 'Retry'] as const

/** `now`: the store's clock. Counts of more than 10,000 tasks may be half a minute old, as everywhere. */
export async function taskGauges({ variants }: Catalogue, { tasks }: EngineTx, now: number): Promise<Gauges> {
  const lanes = Map.groupBy(variants.values(), ({ lane }) => lane)
  const waiting: [string, number][] = []
  for (const [lane, of] of lanes) {
    waiting.push([waitingMetric(lane), await tasks.count({ variants: of.map(({ name }) => name), status: WAITING })])
  }
  const [first] = await tasks.query({ status: WAITING }, { order: { property: 'due', ascending: true }, limit: 1 })
  const [oldest] = first === undefined ? [] : await tasks.get([first])
  const own: Readonly<Partial<Record<MetricName, number>>> = {
    'task.failed': await tasks.count({ status: ['Failed'] }),
    'task.oldest': Math.max(0, now - (oldest?.due ?? now)),
  }
  return { ...Object.fromEntries(waiting), ...own }
}
