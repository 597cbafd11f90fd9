/**
 * The history in the order in which runs began, so that a stretch of time is a range of whichever index finds the rest:
 * in the order of ids it took a walk from the newest run down. And of which task the task of a run was a part.
 */
import type { Migration } from './migration.ts'

const COLUMNS = { run_task: 'task_id', run_variant: 'variant', run_outcome: 'outcome', run_node: 'node_id' }

export const runOrder: Migration = {
  version: 19,
  name: 'run-order',
  statements: ({ text }) => [
    `alter table run add column parent_id ${text}`,
    'drop index run_started',
    'create index run_started on run (started_at, id)',
    ...Object.entries(COLUMNS).flatMap(([name, column]) => [`drop index ${name}`, `create index ${name} on run (${column}, started_at, id)`]),
    'drop index run_account',
    'create index run_account on run (account_id, started_at, id) where account_id is not null',
    'create index run_parent on run (parent_id, started_at, id) where parent_id is not null',
  ],
}
