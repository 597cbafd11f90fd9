/** The history by what people ask of it: in each of these what matches lies in the order of a page. */
import type { Migration } from './migration.ts'

export const runLists: Migration = {
  version: 18,
  name: 'run-lists',
  statements: () => [
    'create index run_variant on run (variant, outcome, id)',
    'create index run_outcome on run (outcome, id)',
    'create index run_node on run (node_id, outcome, id)',
    'create index run_account on run (account_id, id) where account_id is not null',
  ],
}
