/** The indexes from which lists of tasks are read: see task-ranges.ts. */
import type { Migration } from './migration.ts'

export const taskLists: Migration = {
  version: 6,
  name: 'task-lists',
  statements({ dialect }) {
    return [
      'create index task_list on task (variant, status, due, id)',
      'create index task_account on task (account_id, variant, status, due, id) where account_id is not null',
      'create index task_domain on task (domain_id, variant, status, due, id) where domain_id is not null',
      // Lists of all tasks are merged from task_list.
      'drop index task_due',
      ...(dialect === 'postgres' ? KEYS.map(column => `alter table task alter column ${column} set statistics 0`) : []),
    ]
  },
}

/**
 * The planner shall know nothing of these and take each for selective, so that it goes by the index that has most of them.
 * What a queue holds changes within seconds: by statistics of the time when one account had everything, ten tasks of it are
 * looked for among all (10 s, measured).
 */
const KEYS = ['variant', 'status', 'account_id', 'domain_id']
