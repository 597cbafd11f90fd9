/**
 * When the holder of a lease died, instead of whether the last one did: a bucket that is handed over in order before its
 * suspect tasks have run is still suspect.
 */
import type { Migration } from './migration.ts'

export const leaseDeaths: Migration = {
  version: 11,
  name: 'lease-deaths',
  // `unplanned` stays for nodes of the version before, which may work beside those of this one.
  statements: ({ integer }) => [`alter table lease add column died_at ${integer}`],
}
