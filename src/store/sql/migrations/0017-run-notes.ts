/** What a run that is done says of what it did. */
import type { Migration } from './migration.ts'

export const runNotes: Migration = {
  version: 17,
  name: 'run-notes',
  statements: ({ text }) => [`alter table run add column note ${text}`],
}
