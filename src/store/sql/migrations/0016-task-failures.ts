/** Failed tasks by what is common to their reasons: see base/failure-reason.ts. Rows that have failed before get their key later (`groupFailures`). */
import type { Migration } from './migration.ts'

export const taskFailures: Migration = {
  version: 16,
  name: 'task-failures',
  statements: ({ dialect, text }) => [
    `alter table task add column failure_key ${text}`,
    // All that the groups tell of, so that rows are not read for it; a task that has not failed costs it nothing.
    `create index task_failure on task (failure_key, id, failed_at, variant) where status = 'Failed'`,
    ...(dialect === 'postgres' ? ['alter table task alter column failure_key set statistics 0', ...KEY_LAST] : []),
  ],
}

/** 0010-task-parents.ts says why. */
const KEY_LAST = ['alter table task drop constraint task_pkey', 'alter table task add constraint task_pkey primary key (id)']
