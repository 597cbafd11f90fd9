/** The indexes from which lists of tasks are read: see task-ranges.ts. */
import type { Migration } from './migration.ts'

export const taskLists: Migration = {
  version: 6,
  name: 'task-lists',
  statements() {
    return [
      'create index task_list on task (variant, status, due, id)',
      'create index task_account on task (account_id, variant, status, due, id) where account_id is not null',
      'create index task_domain on task (domain_id, variant, status, due, id) where domain_id is not null',
      // Lists of all tasks are merged from task_list.
      'drop index task_due',
    ]
  },
}
