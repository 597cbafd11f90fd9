/** That a node was asked to drain, until its row goes. */
import type { Migration } from './migration.ts'

export const drainRequest: Migration = {
  version: 9,
  name: 'drain-request',
  statements: ({ integer }) => [`alter table node add column drain_requested ${integer} not null default 0`],
}
