/** Measures everything once a slot, for the whole cluster. README.md beside this file. */
import type { IdSource } from '../../base/ids.ts'
import { METRICS } from '../../registry/objects/metric.ts'
import type { MetricName } from '../../registry/objects/metric.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { Counters, DomainStore, DomainTx, MetricPoint, MetricSlot } from '../ports.ts'

export type MetricsTx = DomainTx & RegistryTx
/** By the names of metrics. */
export type Gauges = Readonly<Record<string, number>>
type Point = Omit<MetricPoint, 'slot'>

/** `now`: the store's clock. */
export interface MetricsStore<Tx extends MetricsTx> extends DomainStore<Tx> { now(): Promise<number> }

/** Tenants whose sums are looked up at once. */
const TENANTS_AT_ONCE_MAX = 500

export interface MetricsDeps<Tx extends MetricsTx> {
  readonly store: MetricsStore<Tx>
  readonly ids: IdSource
  /** What is to be known of the queue. */
  readonly taskGauges: (tx: Tx, now: number) => Promise<Gauges>
}

export class Metrics<Tx extends MetricsTx = MetricsTx> {
  readonly #deps: MetricsDeps<Tx>

  constructor(deps: MetricsDeps<Tx>) { this.#deps = deps }

  /** The newest slot that was measured; null: none ever was. */
  async newest(): Promise<number | null> {
    return (await this.#deps.store.read(tx => tx.metrics.newest()))?.slot ?? null
  }

  /**
   * Measures for a slot. False, and nothing is kept: that slot or a later one is there, or somebody else was quicker. All that
   * is measured is of one moment, and the slot is bound to the one that was newest at that moment.
   */
  async collect(slot: number): Promise<boolean> {
    const { store, ids, taskGauges } = this.#deps
    const now = await store.now()
    const { before, counters, gauges } = await store.read(async tx => ({
      before: await tx.metrics.newest(),
      counters: await tx.counters.all(),
      gauges: { ...await taskGauges(tx, now), ...await mailGauges(tx) },
    }))
    if (before !== null && before.slot >= slot) return false
    const points = [...counted(counters, before), ...Object.entries(gauges).map(([metric, count]) => ({ metric, count, sum: null }))]
    return store.transact(tx =>
      tx.metrics.append({ slot, after: before?.slot ?? null, counters }, points.map((point): Point => ({ ...point, id: ids.next() }))))
  }
}

/** What the counters say since the slot before. */
function counted(counters: Counters, before: MetricSlot | null): Omit<Point, 'id'>[] {
  const since = (name: string): number => Math.max(0, (counters[name] ?? 0) - (before?.counters[name] ?? 0))
  const runs = Object.keys(counters).filter(name => name.startsWith('run.') && name !== 'run.time')
  const histograms: Readonly<Partial<Record<MetricName, { readonly count: number; readonly sum: number }>>> = {
    'run.time': { count: runs.reduce((all, name) => all + since(name), 0), sum: since('run.time') },
    'message.size': { count: since('message.received'), sum: since('message.octets') },
  }
  return (Object.keys(METRICS) as MetricName[]).flatMap((metric): Omit<Point, 'id'>[] => {
    switch (METRICS[metric].kind) {
      case 'Counter': return [{ metric, count: since(metric), sum: null }]
      case 'Histogram': return [{ metric, ...histograms[metric] ?? { count: 0, sum: 0 } }]
      case 'Gauge': return []
    }
  })
}

async function mailGauges({ objects, usage }: MetricsTx): Promise<Gauges> {
  // Sums of tenants are those of their accounts once more.
  let { octets, emails } = await usage.total()
  for (let afterId = ''; ;) {
    const tenants = await objects.query('Tenant', { where: [], ascending: true, limit: TENANTS_AT_ONCE_MAX, afterId })
    for (const stored of (await usage.get(tenants)).values()) {
      octets -= stored.octets
      emails -= stored.emails
    }
    if (tenants.length < TENANTS_AT_ONCE_MAX) break
    afterId = tenants.at(-1) ?? ''
  }
  return {
    'user.count': await objects.count('Account', []), 'domain.count': await objects.count('Domain', []),
    'mail.count': Math.max(0, emails), 'mail.size': Math.max(0, octets),
  }
}
