/** Traces in memory. */
import type { Trace, TraceFilter, TraceTable } from '../../services/ports.ts'
import { storableText } from '../storable.ts'
import type { MemoryContext } from './database.ts'

export function memoryTraces({ table }: MemoryContext): TraceTable {
  const traces = table<Trace>('trace')
  return {
    async put(added) {
      for (const trace of added) {
        const { id, from, recipients } = trace
        if (!traces.get(id)) traces.set(id, { ...trace, from: storableText(from), recipients: recipients.map(storableText) })
      }
    },

    get: async ids => ids.flatMap(id => traces.get(id) ?? []),

    async query(filter, { ascending, limit, afterId, position = 0 }) {
      const isAfter = ({ id }: Trace) => afterId === undefined || (ascending ? id > afterId : id < afterId)
      return [...traces.rows()].filter(trace => holds(trace, filter) && isAfter(trace)).map(({ id }) => id)
        .toSorted((left, right) => (left < right) === ascending ? -1 : 1).slice(position, position + limit)
    },

    count: async filter => [...traces.rows()].filter(trace => holds(trace, filter)).length,

    remove: async ids => ids.filter(id => traces.delete(id)).length,
  }
}

function holds({ id, from, recipients }: Trace, filter: TraceFilter): boolean {
  return (filter.fromId === undefined || id >= filter.fromId) && (filter.beforeId === undefined || id < filter.beforeId)
    && (filter.from === undefined || from === storableText(filter.from))
    && (filter.to === undefined || recipients.includes(storableText(filter.to)))
    && (filter.among === undefined || filter.among.includes(id))
}
