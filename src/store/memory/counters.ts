/** Counters in memory. */
import type { CounterTable } from '../../services/ports.ts'
import type { MemoryContext } from './database.ts'

export function memoryCounters({ table }: MemoryContext): CounterTable {
  const counters = table<number>('counter')
  return {
    async add(amounts) {
      for (const [name, amount] of Object.entries(amounts)) counters.set(name, (counters.get(name) ?? 0) + amount)
    },

    all: async () => Object.fromEntries([...counters.entries()].toSorted(([left], [right]) => left < right ? -1 : 1)),
  }
}
