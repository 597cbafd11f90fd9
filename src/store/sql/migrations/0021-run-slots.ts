/** Runs counted by the five minutes in which they ended: how fast work goes, and how much of it fails, in the last hour. */
import type { Migration } from './migration.ts'

export const runSlots: Migration = {
  version: 21,
  name: 'run-slots',
  statements: ({ text, integer, strict }) => [
    `create table run_slot (
      slot ${integer} not null,
      node_id ${integer} not null,
      outcome ${text} not null,
      runs ${integer} not null,
      duration_ms ${integer} not null,
      primary key (slot, node_id, outcome)
    ) ${strict}`,
  ],
}
