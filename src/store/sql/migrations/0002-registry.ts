/** Registry objects with their index entries and links, and keys with an expiry. */
import type { Migration } from './migration.ts'

export const registry: Migration = {
  version: 2,
  name: 'registry',
  statements({ text, integer, strict, keyed }) {
    return [
      `create table object (
        object ${text} not null,
        id ${text} not null,
        version ${integer} not null,
        body ${text} not null,
        primary key (object, id)
      ) ${strict}`,
      `create table object_index (
        object ${text} not null,
        field ${text} not null,
        value ${text} not null,
        id ${text} not null,
        is_unique ${integer} not null,
        primary key (object, field, value, id)
      ) ${keyed}`,
      'create unique index object_unique on object_index (object, field, value) where is_unique = 1',
      'create index object_entries on object_index (object, id)',
      `create table object_link (
        target_object ${text} not null,
        target_id ${text} not null,
        object ${text} not null,
        id ${text} not null,
        primary key (target_object, target_id, object, id)
      ) ${keyed}`,
      'create index object_links on object_link (object, id)',
      `create table object_version (
        object ${text} primary key,
        version ${integer} not null
      ) ${keyed}`,
      `create table key_value (
        key ${text} primary key,
        value ${text} not null,
        expires_at ${integer}
      ) ${strict}`,
      'create index key_expiry on key_value (expires_at) where expires_at is not null',
    ]
  },
}
