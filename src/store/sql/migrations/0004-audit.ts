/** The audit log: one row a change. */
import type { Migration } from './migration.ts'

export const audit: Migration = {
  version: 4,
  name: 'audit',
  statements({ text, integer, strict }) {
    return [
      `create table audit (
        id ${text} primary key,
        at ${integer} not null,
        action ${text} not null,
        object_name ${text} not null,
        object_id ${text} not null,
        actor_id ${text},
        actor_name ${text} not null,
        via ${text},
        remote ${text},
        before ${text},
        after ${text}
      ) ${strict}`,
      // Each order is one range of an index. What follows the id lets a page pass over others within the index.
      'create index audit_at on audit (at, id, action)',
      'create index audit_name on audit (object_name, at, id, action)',
      'create index audit_object on audit (object_id, at, id)',
      'create index audit_actor on audit (actor_id, at, id, object_name, action) where actor_id is not null',
    ]
  },
}
