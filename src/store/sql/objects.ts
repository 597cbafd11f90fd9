/**
 * Registry objects in SQL. Writers of one object name take turns: each first locks the row of the name's
 * version, so what it then reads (unique values, versions, links) is what its own commit will stand on, and
 * the versions that readers see grow in commit order without a gap. Writes are rare; readers wait for nobody.
 *
 * | race | who sees it |
 * |---|---|
 * | two take the same unique value | the second waits, then reads the first's entry: `conflict` |
 * | two update the same version | the second waits, then reads the new version: `changed` |
 * | one removes what another links to | the linker locks the target's name; the later gets store/conflict |
 */
import { CompiledQuery } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { IndexEntry, IndexMatch, ObjectQuery, ObjectRef, ObjectTable, WriteReply } from '../../registry/ports.ts'
import { RotaError } from '../../errors.ts'
import { idTaken, refuseRepeated } from '../taken-ids.ts'
import { keyText, storableText } from '../storable.ts'
import type { SqlContext } from './context.ts'
import { listed } from './listed.ts'

/** Rows of one insert: below the parameter limits of both databases. */
const INSERTED_ROWS_MAX = 1_000

/** Ready-made: every request asks for it, and building it took longer than running it. */
const VERSIONS = CompiledQuery.raw('select object, version from object_version where version > 0')

export function sqlObjects(context: SqlContext): ObjectTable {
  const { db } = context

  return {
    lock: object => lock(context, object),

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
      const after = storableText(afterId ?? '')
      const rows = await matching(context, object, where).select('id')
        .$if(afterId !== undefined, query => query.where('id', ascending ? '>' : '<', after))
        .orderBy('id', ascending ? 'asc' : 'desc').limit(limit).offset(position).execute()
      return rows.map(row => row.id)
    },

    async count(object, where) {
      const [only, ...others] = where
      if (only && others.length === 0 && isEquality(only)) return countEntries(context, object, only)
      const row = await matching(context, object, where)
        .select(eb => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return row.count
    },

    async insert(object, id, body, index, links) {
      const self = { object, id }
      await lock(context, object)
      const stored = await storedVersion(context, self)
      if (stored !== null) return { kind: 'conflict', field: 'id', existingId: id }
      const entries = distinct(index)
      const conflict = await findConflict(context, self, entries)
      if (conflict) return conflict
      await checkTargets(context, self, links)
      await db.insertInto('object').values({ ...self, version: 1, body: JSON.stringify(body) }).execute()
      await addEntries(context, self, entries, links)
      await countUp(context, object)
      return { kind: 'written' }
    },

    async insertAll(object, rows) {
      if (rows.length === 0) return
      refuseRepeated(object, rows.map(({ id }) => id))
      await lock(context, object)
      for (let start = 0; start < rows.length; start += INSERTED_ROWS_MAX) {
        const part = rows.slice(start, start + INSERTED_ROWS_MAX)
        const inserted = await db.insertInto('object').values(part.map(({ id, body }) => ({ object, id, version: 1, body: JSON.stringify(body) })))
          .onConflict(conflict => conflict.doNothing()).returning('id').execute()
        const written = new Set(inserted.map(({ id }) => id))
        const taken = part.find(({ id }) => !written.has(id))
        if (taken) throw idTaken(object, taken.id)
      }
      await insertEntries(context, rows.flatMap(({ id, index }) => distinct(index).map(entry => ({ object, id, ...entry }))))
      await countUp(context, object)
    },

    async update(object, id, version, body, index, links) {
      const self = { object, id }
      await lock(context, object)
      const stored = await storedVersion(context, self)
      if (stored === null) return { kind: 'gone' }
      if (stored !== version) return { kind: 'changed' }
      const entries = distinct(index)
      const conflict = await findConflict(context, self, entries)
      if (conflict) return conflict
      await checkTargets(context, self, links)
      await db.updateTable('object').set({ version: version + 1, body: JSON.stringify(body) })
        .where('object', '=', object).where('id', '=', id).execute()
      await removeEntries(context, self)
      await addEntries(context, self, entries, links)
      await countUp(context, object)
      return { kind: 'written' }
    },

    async remove(object, id) {
      const self = { object, id }
      await lock(context, object)
      if (await storedVersion(context, self) === null) return false
      await db.deleteFrom('object').where('object', '=', object).where('id', '=', id).execute()
      await removeEntries(context, self)
      const [linked] = await linksTo(context, self, 1)
      if (linked) throw dangling(linked, self)
      await countUp(context, object)
      return true
    },

    linksTo(target, limit) {
      return linksTo(context, target, limit)
    },

    async versions() {
      const { rows } = await db.executeQuery<{ object: string; version: number }>(VERSIONS)
      return Object.fromEntries(rows.map(row => [row.object, row.version]))
    },
  }
}

function matching({ db }: SqlContext, object: string, where: ObjectQuery['where']) {
  let query = db.selectFrom('object').where('object', '=', object)
  for (const { field, value, prefix, comparison = '=' } of where) {
    const entries = db.selectFrom('object_index').select('object_index.id')
      .where('object_index.object', '=', object).where('field', '=', field)
    const beginning = storableText(value)
    query = query.where('id', 'in', prefix
      ? entries.where('value', '>=', beginning).where('value', '<', beginning + CHARACTER_MAX)
      : entries.where('value', comparison, keyText(value)))
  }
  return query
}
/** Comes after whatever a text goes on with; no character itself. */
const CHARACTER_MAX = '\u{10FFFF}'

function isEquality({ prefix, comparison }: IndexMatch): boolean {
  return prefix === undefined && comparison === undefined
}

/** An object holds a value once, so this is a range of the index alone, and many times as fast as looking at the objects. */
async function countEntries({ db }: SqlContext, object: string, { field, value }: IndexMatch): Promise<number> {
  const row = await db.selectFrom('object_index').select(eb => eb.fn.countAll<number>().as('count'))
    .where('object', '=', object).where('field', '=', field).where('value', '=', keyText(value))
    .executeTakeFirstOrThrow()
  return row.count
}

/** Writes nothing new, but the row stays locked until the transaction ends. */
async function lock({ db }: SqlContext, object: string): Promise<void> {
  await db.insertInto('object_version').values({ object, version: 0 })
    .onConflict(conflict => conflict.column('object')
      .doUpdateSet(eb => ({ version: eb.ref('object_version.version') })))
    .execute()
}

async function countUp({ db, hints }: SqlContext, object: string): Promise<void> {
  await db.updateTable('object_version').set(eb => ({ version: eb('version', '+', 1) }))
    .where('object', '=', object).execute()
  hints.object(object)
}

async function storedVersion({ db }: SqlContext, { object, id }: ObjectRef): Promise<number | null> {
  const row = await db.selectFrom('object').select('version')
    .where('object', '=', object).where('id', '=', storableText(id)).executeTakeFirst()
  return row?.version ?? null
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
async function findConflict(
  context: SqlContext, { object, id }: ObjectRef, entries: readonly IndexEntry[],
): Promise<WriteReply | null> {
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
async function checkTargets(
  context: SqlContext, self: ObjectRef, links: readonly ObjectRef[],
): Promise<void> {
  const { db, dialect } = context
  for (const name of [...new Set(links.map(link => link.object))].toSorted()) {
    const known = await db.selectFrom('object_version').select('version')
      .where('object', '=', name).where('version', '>', 0)
      .$if(dialect === 'postgres', query => query.forShare()).executeTakeFirst()
    if (!known) continue
    const ids = links.filter(link => link.object === name).map(link => link.id)
    const rows = await db.selectFrom('object').select('id')
      .where('object', '=', name).where(listed(context, 'id', ids)).execute()
    const found = new Set(rows.map(row => row.id))
    const gone = ids.find(id => !found.has(id) && !(name === self.object && id === self.id))
    if (gone !== undefined) throw dangling(self, { object: name, id: gone })
  }
}

/** The registry checks links first, so only who loses a race meets this. */
function dangling(from: ObjectRef, to: ObjectRef): RotaError {
  return new RotaError('store/conflict', `${from.object} ${from.id} would refer to no ${to.object} ${to.id}`)
}

async function addEntries(
  context: SqlContext, self: ObjectRef, entries: readonly IndexEntry[], links: readonly ObjectRef[],
): Promise<void> {
  await insertEntries(context, entries.map(entry => ({ ...self, ...entry })))
  for (const target of links) {
    await context.db.insertInto('object_link').values({ ...self, target_object: target.object, target_id: target.id })
      .onConflict(conflict => conflict.doNothing()).execute()
  }
}

async function insertEntries({ db }: SqlContext, entries: readonly (ObjectRef & IndexEntry)[]): Promise<void> {
  const rows = entries.map(({ unique, ...entry }) => ({ ...entry, is_unique: unique ? 1 : 0 }))
  for (let start = 0; start < rows.length; start += INSERTED_ROWS_MAX) {
    await db.insertInto('object_index').values(rows.slice(start, start + INSERTED_ROWS_MAX)).execute()
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
