/** Points of metrics in memory. */
import type { MetricFilter, MetricPoint, MetricSlot, MetricTable } from '../../services/ports.ts'
import type { MemoryContext } from './database.ts'

type Place = Pick<MetricPoint, 'slot' | 'id'>

export function memoryMetrics({ table }: MemoryContext): MetricTable {
  const points = table<MetricPoint>('metric')
  const slots = table<MetricSlot>('metric_slot')
  const newest = (): MetricSlot | null =>
    [...slots.rows()].reduce<MetricSlot | null>((latest, slot) => latest === null || slot.slot > latest.slot ? slot : latest, null)
  return {
    newest: async () => newest(),

    async append(slot, added) {
      const taken = [...slots.rows()].some(other => other.slot === slot.slot || other.after === slot.after)
      if (taken) return false
      slots.set(String(slot.slot), slot)
      for (const point of added) points.set(point.id, { ...point, slot: slot.slot })
      return true
    },

    get: async ids => ids.flatMap(id => points.get(id) ?? []),

    async query(filter, { ascending, limit, after, position = 0 }) {
      const sign = ascending ? 1 : -1
      return [...points.rows()].filter(point => holds(point, filter) && (after === undefined || sign * order(point, after) > 0))
        .toSorted((left, right) => sign * order(left, right)).slice(position, position + limit).map(({ id }) => id)
    },

    count: async filter => [...points.rows()].filter(point => holds(point, filter)).length,

    async purge(before, limit) {
      const old = [...points.rows()].filter(({ slot }) => slot < before).toSorted(order).slice(0, limit)
      for (const { id } of old) points.delete(id)
      const last = newest()?.slot ?? 0
      for (const { slot } of [...slots.rows()]) if (slot < before && slot < last) slots.delete(String(slot))
      return old.length
    },
  }
}

function holds({ metric, slot }: MetricPoint, { metrics, slotMin = 0, slotMax = Infinity }: MetricFilter): boolean {
  return slot >= slotMin && slot <= slotMax && (metrics?.includes(metric) ?? true)
}

function order(left: Place, right: Place): number {
  return left.slot - right.slot || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
}
