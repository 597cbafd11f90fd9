/** Measuring metrics, as the work of the one node that holds their lane. */
import type { IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { SlotWork } from '../engine/upkeep/slot-work.ts'
import { cronText } from '../registry/objects/cron.ts'
import { retentionNow } from '../registry/objects/data-retention.ts'
import { Metrics } from '../services/telemetry/metrics.ts'
import type { Store, Tx } from '../store/store.ts'
import { taskGauges } from './task-gauges.ts'

export interface MetricsWorkDeps {
  readonly store: Pick<Store, 'read' | 'transact' | 'now'>
  readonly catalogue: Catalogue
  readonly ids: IdSource
}

export function metricsWork({ store, catalogue, ids }: MetricsWorkDeps): SlotWork {
  const metrics = new Metrics<Tx>({ store, ids, taskGauges: (tx, now) => taskGauges(catalogue, tx, now) })
  return {
    name: 'metrics',
    lane: 'metrics',
    cron: async () => cronText((await store.read(retentionNow)).metricsCollectionInterval),
    newest: () => metrics.newest(),
    run: slot => metrics.collect(slot),
  }
}
