/**
 * Registry objects in SQL. Writers of one object name take turns: each first locks the row of the name's version, so
 * what it then reads (unique values, versions, links) is what its own commit will stand on, and the versions that
 * readers see grow in commit order without a gap. Registry writes are rare; their readers wait for nobody.
 *
 * | race | who sees it |
 * |---|---|
 * | two take the same unique value | the second waits, then reads the first's entry: `conflict` |
 * | two update the same version | the second waits, then reads the new version: `changed` |
 * | one removes what another links to | the linker locks the target's name: the later of the two gets store/conflict |
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { IndexEntry, ObjectQuery, ObjectRef, ObjectTable, WriteReply } from '../../registry/ports.ts'
import { RotaError } from '../../errors.ts'
import { keyText, storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'

export function sqlObjects(context: SqlContext): ObjectTable {
  const { db, hints } = context

  return {
    async get(object, ids) {
      const rows = await db.selectFrom('object').select(['id', 'version', 'body'])
        .where('object', '=', object).where(listed(context, 'id', ids)).execute()
      const found = new Map(rows.map(row => [row.id, row]))
      return ids.flatMap(id => {
        const row = found.get(id)
        return row ? [{ id, version: row.version, body: JSON.parse(row.body) as JsonObject }] : []
      })
    },

    async query(object, { where, ascending, limit, afterId, position = 0 }) {
      const rows = await matching(context, object, where).select('id')
        .$if(afterId !== undefined, query => query.where('id', ascending ? '>' : '<', storableText(afterId ?? '')))
        .orderBy('id', ascending ? 'asc' : 'desc').limit(limit).offset(position).execute()
      return rows.map(row => row.id)
    },

    async count(object, where) {
      const row = await matching(context, object, where).select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return row.count
    },

    async insert(object, id, body, index, links) {
      await lock(context, object)
      const existing = await db.selectFrom('object').select('id').where('object', '=', object).where('id', '=', id).executeTakeFirst()
      if (existing) return { kind: 'conflict', field: 'id', existingId: id }
      const entries = distinct(index)
      const conflict = await findConflict(context, object, id, entries)
      if (conflict) return conflict
      await checkTargets(context, { object, id }, links)
      await db.insertInto('object').values({ object, id, version: 1, body: JSON.stringify(body) }).execute()
      await insertIndex(context, { object, id }, entries)
      await insertLinks(context, { object, id }, links)
      await countUp(context, object)
      hints.object(object)
      return { kind: 'written' }
    },

    async update(object, id, version, body, index, links) {
      await lock(context, object)
      const row = await db.selectFrom('object').select('version').where('object', '=', object).where('id', '=', storableText(id)).executeTakeFirst()
      if (!row) return { kind: 'gone' }
      if (row.version !== version) return { kind: 'changed' }
      const entries = distinct(index)
      const conflict = await findConflict(context, object, id, entries)
      if (conflict) return conflict
      await checkTargets(context, { object, id }, links)
      await db.updateTable('object').set({ version: version + 1, body: JSON.stringify(body) })
        .where('object', '=', object).where('id', '=', id).execute()
      await removeEntries(context, { object, id })
      await insertIndex(context, { object, id }, entries)
      await insertLinks(context, { object, id }, links)
      await countUp(context, object)
      hints.object(object)
      return { kind: 'written' }
    },

    async remove(object, id) {
      await lock(context, object)
      const removed = await db.deleteFrom('object').where('object', '=', object).where('id', '=', storableText(id)).executeTakeFirst()
      if (removed.numDeletedRows === 0n) return false
      await removeEntries(context, { object, id })
      const [linked] = await linksTo(context, { object, id }, 1)
      if (linked) throw new RotaError('store/conflict', `${linked.object} ${linked.id} refers to ${object} ${id}`)
      await countUp(context, object)
      hints.object(object)
      return true
    },

    linksTo(target, limit) {
      return linksTo(context, target, limit)
    },

    async versions() {
      const rows = await db.selectFrom('object_version').selectAll().where('version', '>', 0).execute()
      return Object.fromEntries(rows.map(row => [row.object, row.version]))
    },
  }
}

/** Writes nothing new, but the row stays locked until the transaction ends. */
async function lock({ db }: SqlContext, object: string): Promise<void> {
  await db.insertInto('object_version').values({ object, version: 0 })
    .onConflict(conflict => conflict.column('object').doUpdateSet(eb => ({ version: eb.ref('object_version.version') })))
    .execute()
}

async function countUp({ db }: SqlContext, object: string): Promise<void> {
  await db.updateTable('object_version').set(eb => ({ version: eb('version', '+', 1) })).where('object', '=', object).execute()
}

function matching({ db }: SqlContext, object: string, where: ObjectQuery['where']) {
  let query = db.selectFrom('object').where('object', '=', object)
  for (const { field, value } of where) {
    query = query.where('id', 'in', db.selectFrom('object_index').select('object_index.id')
      .where('object_index.object', '=', object).where('field', '=', field).where('value', '=', keyText(value)))
  }
  return query
}

/** Values as they are stored, each once for its field. */
function distinct(index: readonly IndexEntry[]): IndexEntry[] {
  const entries = new Map<string, IndexEntry>()
  for (const { field, value, unique } of index) {
    const entry = { field, value: keyText(value), unique }
    const key = JSON.stringify([field, entry.value])
    if (unique || !entries.has(key)) entries.set(key, entry)
  }
  return [...entries.values()]
}

/** The first of the entries, in their order, that another object holds. */
async function findConflict(context: SqlContext, object: string, id: Id, entries: readonly IndexEntry[]): Promise<WriteReply | null> {
  const unique = entries.filter(entry => entry.unique)
  if (unique.length === 0) return null
  const held = await context.db.selectFrom('object_index').select(['field', 'value', 'id'])
    .where('object', '=', object).where('is_unique', '=', 1).where('id', '<>', id)
    .where(listed(context, 'field', unique.map(entry => entry.field)))
    .where(listed(context, 'value', unique.map(entry => entry.value))).execute()
  for (const { field, value } of unique) {
    const holder = held.find(row => row.field === field && row.value === value)
    if (holder) return { kind: 'conflict', field, existingId: holder.id }
  }
  return null
}

/** Names of which nothing was ever stored live elsewhere; their objects are not checked. */
async function checkTargets(context: SqlContext, self: ObjectRef, links: readonly ObjectRef[]): Promise<void> {
  const { db, dialect } = context
  for (const name of [...new Set(links.map(link => link.object))].toSorted()) {
    const known = await db.selectFrom('object_version').select('version').where('object', '=', name).where('version', '>', 0)
      .$if(dialect === 'postgres', query => query.forShare()).executeTakeFirst()
    if (!known) continue
    const ids = links.filter(link => link.object === name).map(link => link.id)
    const rows = await db.selectFrom('object').select('id').where('object', '=', name).where(listed(context, 'id', ids)).execute()
    const found = new Set(rows.map(row => row.id))
    const gone = ids.find(id => !found.has(id) && !(name === self.object && id === self.id))
    if (gone === undefined) continue
    throw new RotaError('store/conflict', `${self.object} ${self.id} refers to ${name} ${gone}, which is gone`)
  }
}

async function insertIndex({ db }: SqlContext, { object, id }: ObjectRef, entries: readonly IndexEntry[]): Promise<void> {
  for (const { field, value, unique } of entries) {
    await db.insertInto('object_index').values({ object, field, value, id, is_unique: unique ? 1 : 0 }).execute()
  }
}

async function insertLinks({ db }: SqlContext, { object, id }: ObjectRef, links: readonly ObjectRef[]): Promise<void> {
  for (const target of links) {
    await db.insertInto('object_link').values({ target_object: target.object, target_id: target.id, object, id })
      .onConflict(conflict => conflict.doNothing()).execute()
  }
}

async function removeEntries({ db }: SqlContext, { object, id }: ObjectRef): Promise<void> {
  await db.deleteFrom('object_index').where('object', '=', object).where('id', '=', id).execute()
  await db.deleteFrom('object_link').where('object', '=', object).where('id', '=', id).execute()
}

async function linksTo({ db }: SqlContext, target: ObjectRef, limit: number): Promise<ObjectRef[]> {
  const rows = await db.selectFrom('object_link').select(['object', 'id'])
    .where('target_object', '=', target.object).where('target_id', '=', storableText(target.id))
    .orderBy('object').orderBy('id').limit(limit).execute()
  return rows.map(({ object, id }) => ({ object, id }))
}
