/** Which task a schedule has made last. */
import type { Migration } from './migration.ts'

export const schedules: Migration = {
  version: 7,
  name: 'schedules',
  statements: ({ text }) => [`alter table schedule add column last_task_id ${text}`],
}
