/** Tasks that hand parts of their work to others. */
import type { Migration } from './migration.ts'

export const taskParents: Migration = {
  version: 10,
  name: 'task-parents',
  statements: ({ dialect, text }) => [
    `alter table task add column parent_id ${text}`,
    // Most tasks are nobody's part, and cost this index nothing.
    'create index task_parent on task (parent_id, status, due, id) where parent_id is not null',
    ...(dialect === 'postgres' ? ['alter table task alter column parent_id set statistics 0'] : []),
  ],
}
