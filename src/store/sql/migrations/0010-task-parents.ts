/** Tasks that hand parts of their work to others. */
import type { Migration } from './migration.ts'

export const taskParents: Migration = {
  version: 10,
  name: 'task-parents',
  statements: ({ dialect, text }) => [
    `alter table task add column parent_id ${text}`,
    // Most tasks are nobody's part, and cost this index nothing.
    'create index task_parent on task (parent_id, status, due, id) where parent_id is not null',
    ...(dialect === 'postgres' ? ['alter table task alter column parent_id set statistics 0', ...KEY_LAST] : []),
  ],
}

/**
 * Of two indexes that seem to cost the same PostgreSQL takes the younger one, and in a queue that was vacuumed while it was
 * empty every index seems to cost the same: a row by its id was looked for all through another index that has ids in it.
 * So the primary key is made last, and has to be made again by whoever adds an index (test/scenario/postgres-store.test.ts).
 */
const KEY_LAST = ['alter table task drop constraint task_pkey', 'alter table task add constraint task_pkey primary key (id)']
