/** The history by what people ask of it: in each of these what matches lies in the order of a page, which is that of ids. */
import type { Migration } from './migration.ts'

export const runLists: Migration = {
  version: 18,
  name: 'run-lists',
  statements: () => [
    'create index run_variant on run (variant, id)',
    'create index run_outcome on run (outcome, id)',
    'create index run_node on run (node_id, id)',
    'create index run_account on run (account_id, id) where account_id is not null',
  ],
}
