/**
 * Metric: one number at one time. At each slot of DataRetention.metricsCollectionInterval one node of the cluster measures all of
 * them (services/telemetry/metrics.ts); nobody changes or destroys one, they end with their retention (holdMetricsFor).
 * A counter says how often something happened since the slot before, a gauge how much there is, a histogram
 * how many there were since the slot before and their sum.
 */
import { enumType, number, oneOf, shape, utcDateTime, variants } from '../../base/fields.ts'
import type { EnumMember } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import { isId } from '../../base/ids.ts'
import type { Condition, ObjectReader } from '../ops/backend.ts'
import { labelOf, object } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { bothRanges, dateRange } from './date-range.ts'

export const METRICS = {
  'task.failed': { kind: 'Gauge', label: 'Failed tasks' },
  'task.oldest': { kind: 'Gauge', label: 'How long the oldest due task has waited, in ms' },
  'run.done': { kind: 'Counter', label: 'Runs of tasks that succeeded' },
  'run.retry': { kind: 'Counter', label: 'Runs of tasks that are tried again' },
  'run.failed': { kind: 'Counter', label: 'Runs of tasks that failed for good' },
  'run.time': { kind: 'Histogram', label: 'Duration of runs, in ms' },
  'message.size': { kind: 'Histogram', label: 'Messages taken in, and their octets' },
  'message.delivered': { kind: 'Counter', label: 'Copies of messages stored for recipients' },
  'message.refused': { kind: 'Counter', label: 'Messages that nobody got' },
  'user.count': { kind: 'Gauge', label: 'Accounts' },
  'domain.count': { kind: 'Gauge', label: 'Domains' },
  'mail.count': { kind: 'Gauge', label: 'Stored messages' },
  'mail.size': { kind: 'Gauge', label: 'Octets of stored messages' },
} as const satisfies Readonly<Record<string, { readonly kind: 'Counter' | 'Gauge' | 'Histogram'; readonly label: string }>>
export type MetricName = keyof typeof METRICS

/** The metric that says how many tasks wait in a lane: a gauge. */
export function waitingMetric(lane: string): string {
  return `task.waiting.${lane}`
}

const byServer = { update: 'serverSet' } as const
/** How many metrics a filter may name. */
const NAMED_MAX = 100

/** `lanes`: those that have tasks. */
export function metricObject(lanes: readonly string[]): ObjectDefinition<unknown> {
  const members: EnumMember[] = [
    ...Object.entries(METRICS).map(([name, { label }]) => ({ name, label })),
    ...lanes.map(lane => ({ name: waitingMetric(lane), label: `Waiting tasks: ${labelOf(lane).toLowerCase()}` })),
  ]
  const type = enumType('MetricType', members)
  const common = {
    metric: oneOf(type, 'What was measured.', byServer),
    timestamp: utcDateTime('For which slot.', { ...byServer, label: 'When' }),
  }
  const amount = number('How many.', 'unsignedInteger', { ...byServer, default: 0 })
  const count = shape('MetricCount', { count: amount, ...common })
  const sum = shape('MetricSum', { count: amount, sum: number('All of them together.', 'unsignedInteger', { ...byServer, default: 0 }), ...common })
  return object({
    name: 'Metric',
    label: 'Metric',
    doc: 'A number that was measured at one time, for the whole cluster.',
    verbs: ['Get', 'Query'],
    shape: variants('Metric', [
      { name: 'Counter', label: 'Counter', shape: count },
      { name: 'Gauge', label: 'Gauge', shape: count },
      { name: 'Histogram', label: 'Histogram', shape: sum },
    ]),
    labelProperty: 'metric',
    columns: ['metric', 'timestamp', 'count', 'sum'],
    filters: {
      metric: { type: { type: 'enum', enum: type }, label: 'Metric', severalMax: NAMED_MAX },
      timestamp: { type: { type: 'utcDateTime' }, label: 'When', range: true },
    },
    order: { properties: ['timestamp'], ascending: false },
    menu: { section: 'Management', icon: 'activity', group: 'Telemetry', link: 'Metrics' },
  })
}

/** A point as it is stored; `slot` in ms since 1970, `sum` null where there is none. */
export interface MetricData {
  readonly id: Id
  readonly metric: string
  readonly slot: number
  readonly count: number
  readonly sum: number | null
}
export interface MetricConditions { readonly metrics?: readonly string[]; readonly slotMin?: number; readonly slotMax?: number }
/** The stored points, seen from here. */
export interface MetricRows {
  get(ids: readonly Id[]): Promise<readonly MetricData[]>
  query(conditions: MetricConditions, page: {
    readonly ascending: boolean; readonly limit: number; readonly position?: number
    readonly after?: { readonly slot: number; readonly id: Id }
  }): Promise<readonly Id[]>
  count(conditions: MetricConditions): Promise<number>
}

export function metricReader<Tx>(rows: (tx: Tx) => MetricRows): ObjectReader<Tx> {
  return {
    get: async (tx, ids) => (await rows(tx).get(ids.filter(isId))).map(stored),

    async contains(tx, { conditions }, id) {
      const { metrics, slotMin = 0, slotMax = Infinity } = conditionsOf(conditions) ?? { metrics: [] }
      const [point] = isId(id) ? await rows(tx).get([id]) : []
      return point !== undefined && point.slot >= slotMin && point.slot <= slotMax && (metrics?.includes(point.metric) ?? true)
    },

    async page(tx, { conditions, ascending }, { limit, skip, after }) {
      const wanted = conditionsOf(conditions)
      const [point] = after === undefined ? [] : await rows(tx).get([after])
      if (wanted === null || (after !== undefined && !point)) return []
      return [...await rows(tx).query(wanted, { ascending, limit, position: skip, ...(point ? { after: point } : {}) })]
    },

    async count(tx, { conditions }) {
      const wanted = conditionsOf(conditions)
      return wanted === null ? 0 : rows(tx).count(wanted)
    },
  }
}

function stored({ id, metric, slot, count, sum }: MetricData): Stored {
  const known: { readonly kind: string } | undefined = METRICS[metric as MetricName]
  const timestamp = formatDate(slot)
  return { id, version: 1, body: sum === null
    ? { '@type': known?.kind ?? 'Gauge', metric, timestamp, count }
    : { '@type': 'Histogram', metric, timestamp, count, sum } }
}

/** Null: nothing can match. */
function conditionsOf(conditions: readonly Condition[]): MetricConditions | null {
  let result: MetricConditions | null = {}
  for (const condition of conditions) result = result && withCondition(result, condition)
  return result
}

function withCondition(known: MetricConditions, { property, comparison, value }: Condition): MetricConditions | null {
  if (property === 'metric') {
    const named = Array.isArray(value) ? value.map(String) : [String(value)]
    return { ...known, metrics: named.filter(name => known.metrics?.includes(name) ?? true) }
  }
  const before = known.slotMin === undefined ? undefined : { min: known.slotMin, max: known.slotMax ?? Infinity }
  const range = bothRanges(before, dateRange(comparison, value))
  return range && { ...known, slotMin: range.min, slotMax: range.max }
}
