/** How a node's own configuration divides work by hand. */
import type { Migration } from './migration.ts'

export const sharding: Migration = {
  version: 8,
  name: 'sharding',
  statements: ({ text }) => [`alter table node add column sharding ${text}`],
}
