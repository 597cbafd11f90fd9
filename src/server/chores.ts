/** The upkeep of the store that needs no task: dead rows of the queue, expired keys, records that are kept no longer. */
import type { Chore } from '../engine/upkeep/chores.ts'
import type { Retention } from '../registry/objects/data-retention.ts'
import { removeEnded } from '../services/auth/oauth/grants.ts'
import { purgeArchive } from '../services/archive/archive.ts'
import type { Store, Tx } from '../store/store.ts'

const ROWS_AT_ONCE_MAX = 1_000
/** Each has a content to look after. */
const ARCHIVED_AT_ONCE_MAX = 200
const RECORDS_EVERY_MS = 3_600_000

/** `retention` is asked at each run. */
export function chores(store: Store, retention: () => Promise<Retention>): Chore[] {
  /** What is older than `keepMs`; null: for ever. */
  const purge = async (
    signal: AbortSignal, keepMs: number | null, remove: (tx: Tx, before: number) => Promise<number>,
  ): Promise<void> => {
    if (keepMs === null) return
    const before = await store.now() - keepMs
    await inParts(signal, () => store.transact(tx => remove(tx, before)))
  }
  return [
    // Measured: at 70k tasks/s autovacuum alone (once a minute) lets the table grow sixfold in 45 s.
    { name: 'vacuum', everyMs: 5_000, run: () => store.maintain() },
    { name: 'expired keys', everyMs: 600_000, run: signal => inParts(signal, () => store.transact(tx => tx.keys.removeExpired(ROWS_AT_ONCE_MAX))) },
    {
      name: 'console logins', everyMs: 3_600_000,
      run: async signal => {
        const now = await store.now()
        await inParts(signal, () => store.transact(tx => removeEnded(tx, now, ROWS_AT_ONCE_MAX)))
      },
    },
    {
      name: 'archived items', everyMs: RECORDS_EVERY_MS,
      run: async signal => {
        const now = await store.now()
        await inParts(signal, () => store.transact(tx => purgeArchive(tx, now, ARCHIVED_AT_ONCE_MAX)), ARCHIVED_AT_ONCE_MAX)
      },
    },
    {
      name: 'run history', everyMs: RECORDS_EVERY_MS,
      run: async signal => purge(signal, (await retention()).holdTaskRunsFor, (tx, before) => tx.runs.purge(before, ROWS_AT_ONCE_MAX)),
    },
    {
      name: 'audit log', everyMs: RECORDS_EVERY_MS,
      run: async signal => purge(signal, (await retention()).holdAuditFor, (tx, before) => tx.audit.purge(before, ROWS_AT_ONCE_MAX)),
    },
  ]
}

/** Small transactions until nothing is left or the signal aborts: other writers get their turns in between. */
async function inParts(signal: AbortSignal, remove: () => Promise<number>, fullCount = ROWS_AT_ONCE_MAX): Promise<void> {
  while (!signal.aborted && await remove() >= fullCount);
}
