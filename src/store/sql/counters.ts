/** Counters in SQL: one row each. */
import type { CounterTable } from '../../services/ports.ts'
import type { SqlContext } from './context.ts'

export function sqlCounters({ db }: SqlContext): CounterTable {
  return {
    async add(amounts) {
      // In one order, so that two who add to the same ones cannot wait for each other.
      for (const [name, value] of Object.entries(amounts).toSorted(([left], [right]) => left < right ? -1 : 1)) {
        await db.insertInto('counter').values({ name, value })
          .onConflict(conflict => conflict.column('name').doUpdateSet(eb => ({ value: eb('counter.value', '+', value) })))
          .execute()
      }
    },

    async all() {
      const rows = await db.selectFrom('counter').selectAll().orderBy('name').execute()
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
    },
  }
}
