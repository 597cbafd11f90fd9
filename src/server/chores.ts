/** The upkeep of the store that needs no task: dead rows of the queue, old run records, expired keys. */
import type { Chore } from '../engine/upkeep/chores.ts'
import type { Retention } from '../registry/objects/data-retention.ts'
import type { Store } from '../store/store.ts'

const ROWS_AT_ONCE_MAX = 1_000

/** `retention` is asked at each run. */
export function chores(store: Store, retention: () => Promise<Retention>): Chore[] {
  return [
    // Measured: at 70k tasks/s autovacuum alone (once a minute) lets the table grow sixfold in 45 s.
    { name: 'vacuum', everyMs: 5_000, run: () => store.maintain() },
    { name: 'expired keys', everyMs: 600_000, run: signal => inParts(signal, () => store.transact(tx => tx.keys.removeExpired(ROWS_AT_ONCE_MAX))) },
    {
      name: 'run history', everyMs: 3_600_000,
      run: async signal => {
        const { holdTaskRunsFor } = await retention()
        if (holdTaskRunsFor === null) return
        const before = await store.now() - holdTaskRunsFor
        await inParts(signal, () => store.transact(tx => tx.runs.purge(before, ROWS_AT_ONCE_MAX)))
      },
    },
  ]
}

/** Small transactions until nothing is left or the signal aborts: other writers get their turns in between. */
async function inParts(signal: AbortSignal, remove: () => Promise<number>): Promise<void> {
  while (!signal.aborted && await remove() >= ROWS_AT_ONCE_MAX);
}
