/** Tasks, nodes, leases, schedules and run history. */
import type { Ddl, Migration } from './migration.ts'

export const queue: Migration = {
  version: 1,
  name: 'queue',
  statements(ddl) {
    const { text, integer, strict } = ddl
    return [
      `create table task (
        id ${text} primary key,
        variant ${text} not null,
        lane ${text} not null,
        bucket ${integer} not null,
        band ${integer} not null,
        due ${integer} not null,
        status ${text} not null,
        version ${integer} not null,
        ordering_key ${text} not null,
        dedupe_key ${text},
        account_id ${text},
        domain_id ${text},
        payload ${text} not null,
        created_at ${integer} not null,
        attempt ${integer} not null,
        first_failed_at ${integer},
        failed_at ${integer},
        failure_reason ${text},
        crashes ${integer} not null,
        holder ${text},
        started_at ${integer},
        progress ${text},
        request ${text}
      ) ${strict} ${taskStorage(ddl)}`,
      // A fetch reads streams (lane, band, bucket) in (due, id) order: each stream is one range of this index.
      'create index task_stream on task (lane, band, bucket, due, id)',
      // The first page of all tasks, in the order that clients get: 1 ms with it and 340 ms without at a million rows.
      'create index task_due on task (due, id)',
      // One waiting task a key; a Failed one holds none.
      `create unique index task_dedupe on task (dedupe_key) where dedupe_key is not null and status <> 'Failed'`,
      // Pinned tasks are few: this index stays small, and finds what a dead node left in one step.
      'create index task_holder on task (holder) where holder is not null',
      `create table node (
        incarnation ${text} primary key,
        node_id ${integer} not null unique,
        hostname ${text} not null unique,
        role ${text},
        duties ${text} not null,
        push_shard ${integer},
        draining ${integer} not null,
        version ${text} not null,
        started_at ${integer} not null,
        renewed_at ${integer} not null,
        expires_at ${integer} not null,
        info ${text} not null
      ) ${strict} ${hotStorage(ddl)}`,
      `create table node_id (
        node_id ${integer} primary key,
        hostname ${text} not null,
        renewed_at ${integer} not null
      ) ${strict}`,
      `create table lease (
        lane ${text} not null,
        bucket ${integer} not null,
        holder ${text},
        generation ${integer} not null,
        unplanned ${integer} not null,
        primary key (lane, bucket)
      ) ${strict} ${hotStorage(ddl)}`,
      `create table schedule (
        id ${text} primary key,
        name ${text} not null unique,
        cron ${text} not null,
        time_zone ${text} not null,
        catch_up ${text} not null,
        paused_until ${integer},
        variant ${text} not null,
        payload ${text} not null,
        last_slot ${integer},
        next_slot ${integer} not null,
        version ${integer} not null
      ) ${strict}`,
      `create table schedule_slot (
        schedule_id ${text} not null references schedule (id) on delete cascade,
        slot ${integer} not null,
        primary key (schedule_id, slot)
      ) ${strict}`,
      `create table run (
        id ${text} primary key,
        task_id ${text} not null,
        variant ${text} not null,
        account_id ${text},
        node_id ${integer} not null,
        started_at ${integer} not null,
        duration_ms ${integer} not null,
        attempt ${integer} not null,
        outcome ${text} not null,
        error ${text}
      ) ${strict}`,
      'create index run_task on run (task_id, id)',
      'create index run_started on run (started_at)',
      `create table run_count (
        day ${integer} not null,
        variant ${text} not null,
        node_id ${integer} not null,
        outcome ${text} not null,
        runs ${integer} not null,
        duration_ms ${integer} not null,
        primary key (day, variant, node_id, outcome)
      ) ${strict}`,
    ]
  },
}

/** Half of the rows of this table die every few seconds while busy: vacuum early, and never wait for a truncation lock. */
function taskStorage(ddl: Ddl): string {
  return ddl.dialect === 'sqlite' ? '' : `with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
    autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false)`
}

/** A heartbeat rewrites its row in the same page, without a new index entry (HOT). */
function hotStorage(ddl: Ddl): string {
  return ddl.dialect === 'sqlite' ? '' : 'with (fillfactor = 50)'
}
