/**
 * Runs counted by the hour in which they ended, all of them: what was done in the last day is read from a few rows. They
 * take the place of `run_count`, which had the days of those runs that are not kept: its days become the first hour of each,
 * and the table goes a version later.
 */
import type { Migration } from './migration.ts'

const HOUR_MS = 3_600_000

export const runHours: Migration = {
  version: 20,
  name: 'run-hours',
  statements: ({ text, integer, strict }) => [
    // The id is that of store/queue/run-counts.ts; hours of real clocks have six digits until 2084.
    `create table run_hour (
      id ${text} primary key,
      hour ${integer} not null,
      variant ${text} not null,
      node_id ${integer} not null,
      outcome ${text} not null,
      runs ${integer} not null,
      duration_ms ${integer} not null
    ) ${strict}`,
    `insert into run_hour select '0' || cast(hour / ${HOUR_MS} as text) || '-' || variant || '-' || cast(node_id as text) || '-' || outcome,
      hour, variant, node_id, outcome, sum(runs), sum(duration_ms) from (
        select day as hour, variant, node_id, outcome, runs, duration_ms from run_count
        union all
        select (started_at + duration_ms) / ${HOUR_MS} * ${HOUR_MS}, variant, node_id, outcome, 1, duration_ms from run
      ) c group by hour, variant, node_id, outcome`,
  ],
}
