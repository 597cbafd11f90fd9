/**
 * The upkeep of the store that cannot wait for a schedule: rows that are dead as soon as they are written, and keys that
 * who attacks the login makes by the million; and renewals of certificates, whose own task is what keeps them going. What else is over goes with StoreMaintenance purgeData, when DataRetention
 * says so.
 */
import type { Chore } from '../engine/upkeep/chores.ts'
import { DataPurge } from '../services/upkeep/data-purge.ts'
import type { Store } from '../store/store.ts'
import { makeMissingRenewals } from './missing-renewals.ts'
import type { MissingRenewalsDeps } from './missing-renewals.ts'

const ROWS_AT_ONCE_MAX = 1_000

export interface ChoreDeps extends MissingRenewalsDeps { readonly store: Store }

export function chores(deps: ChoreDeps): Chore[] {
  const { store } = deps
  const purge = new DataPurge(store)
  return [
    // Measured: at 70k tasks/s autovacuum alone (once a minute) lets the table grow sixfold in 45 s.
    { name: 'vacuum', everyMs: 5_000, run: () => store.maintain() },
    // Of an upgrade, or of rows that cannot be read: nearly always there are none.
    { name: 'failure groups', everyMs: 60_000, run: signal => groupFailures(store, signal) },
    {
      name: 'expired keys', everyMs: 600_000,
      async run(signal) { while (!signal.aborted && (await purge.part('expired keys')).isMore); },
    },
    { name: 'missing renewals', everyMs: 600_000, async run(signal) { await makeMissingRenewals(deps, signal) } },
  ]
}

async function groupFailures(store: Store, signal: AbortSignal): Promise<void> {
  const part = () => store.transact(tx => tx.tasks.groupFailures(ROWS_AT_ONCE_MAX))
  while (!signal.aborted && await part() === ROWS_AT_ONCE_MAX);
}
