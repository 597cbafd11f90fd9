/** Traces of incoming mail, counters, and points of metrics. */
import type { Migration } from './migration.ts'

export const telemetry: Migration = {
  version: 15,
  name: 'telemetry',
  statements: ({ text, integer, strict, keyed }) => [
    `create table trace (
      id ${text} primary key,
      sender ${text} not null,
      recipients ${text} not null,
      size ${integer} not null,
      events ${text} not null
    ) ${strict}`,
    `create table trace_address (
      side ${text} not null,
      address ${text} not null,
      id ${text} not null,
      primary key (side, address, id)
    ) ${keyed}`,
    'create index trace_addresses on trace_address (id)',
    `create table counter (
      name ${text} primary key,
      value ${integer} not null
    ) ${keyed}`,
    `create table metric (
      id ${text} primary key,
      metric ${text} not null,
      slot ${integer} not null,
      count ${integer} not null,
      sum ${integer},
      unique (metric, slot)
    ) ${strict}`,
    'create index metric_slots on metric (slot, id)',
    // One slot follows another, so no two collectors can go on from the same one.
    `create table metric_slot (
      slot ${integer} primary key,
      follows ${integer} not null unique,
      counters ${text} not null
    ) ${strict}`,
  ],
}
