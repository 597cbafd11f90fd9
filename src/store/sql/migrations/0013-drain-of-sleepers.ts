/** A drain that was asked of a node in its sleep outlives its row: the process finds it when it joins again. */
import type { Migration } from './migration.ts'

export const drainOfSleepers: Migration = {
  version: 13,
  name: 'drain-of-sleepers',
  statements: ({ text }) => [`alter table node_id add column drain_requested_of ${text}`],
}
