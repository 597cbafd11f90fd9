/** The audit log in SQL. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { AuditAction, AuditEntry, AuditFilter, AuditTable } from '../../registry/ports.ts'
import { storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import type { Database } from './database.ts'
import { listed } from './listed.ts'
import type { AuditColumns } from './tables/registry.ts'

export function sqlAudit(context: SqlContext): AuditTable {
  const { db, hints } = context
  return {
    async append(entry) {
      await db.insertInto('audit').values(columnsOf(entry)).execute()
      hints.object('AuditEntry')
    },

    async get(ids) {
      const rows = await db.selectFrom('audit').selectAll().where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, entryOf(row)]))
      return ids.flatMap(id => found.get(id) ?? [])
    },

    async query(filter, { ascending, limit, after, position = 0 }) {
      const direction = ascending ? 'asc' : 'desc'
      const rows = await db.selectFrom('audit').select('id')
        .where(eb => eb.and(conditions(eb, filter)))
        .$if(after !== undefined, query => query.where(eb =>
          eb(eb.refTuple('at', 'id'), ascending ? '>' : '<', eb.tuple(after?.at ?? 0, storableText(after?.id ?? '')))))
        .orderBy('at', direction).orderBy('id', direction).limit(limit).offset(position).execute()
      return rows.map(row => row.id)
    },

    async count(filter) {
      const row = await db.selectFrom('audit').select(eb => eb.fn.countAll<number>().as('count'))
        .where(eb => eb.and(conditions(eb, filter))).executeTakeFirstOrThrow()
      return row.count
    },

    async purge(before, limit) {
      const old = db.selectFrom('audit').select('id').where('at', '<', before).orderBy('at').orderBy('id').limit(limit)
      const { numDeletedRows } = await db.deleteFrom('audit').where('id', 'in', old).executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

function conditions(eb: ExpressionBuilder<Database, 'audit'>, filter: AuditFilter): Expression<SqlBool>[] {
  const { atMin, atMax, objectName, objectId, actorId, action } = filter
  const list: Expression<SqlBool>[] = []
  if (atMin !== undefined) list.push(eb('at', '>=', atMin))
  if (atMax !== undefined) list.push(eb('at', '<=', atMax))
  if (objectName !== undefined) list.push(eb('object_name', '=', storableText(objectName)))
  if (objectId !== undefined) list.push(eb('object_id', '=', storableText(objectId)))
  if (actorId !== undefined) list.push(eb('actor_id', '=', storableText(actorId)))
  if (action !== undefined) list.push(eb('action', '=', action))
  return list
}

function columnsOf(entry: AuditEntry): AuditColumns {
  const { objectName, objectId, actorId, actorName, via, remote, ...rest } = entry
  const text = (value: string | null): string | null => value === null ? null : storableText(value)
  return {
    ...rest, object_name: objectName, object_id: objectId, actor_id: actorId, actor_name: storableText(actorName),
    via: text(via), remote: text(remote),
  }
}

function entryOf({ object_name, object_id, actor_id, actor_name, action, ...rest }: AuditColumns): AuditEntry {
  return {
    ...rest, action: action as AuditAction, objectName: object_name, objectId: object_id, actorId: actor_id,
    actorName: actor_name,
  }
}
