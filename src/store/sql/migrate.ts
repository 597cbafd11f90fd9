/**
 * Brings a store to this version's schema. All pending steps run in one transaction under one lock (PostgreSQL: an
 * advisory lock; SQLite: the writer's), so several nodes may start at once: one works, the others find nothing to do.
 */
import { CompiledQuery, sql } from 'kysely'
import type { Kysely } from 'kysely'
import { assert } from '../../base/assert.ts'
import { RotaError } from '../../errors.ts'
import type { DialectName } from './context.ts'
import type { Database } from './database.ts'
import { MIGRATIONS } from './migrations/list.ts'
import { DDL } from './migrations/migration.ts'
import type { Migration } from './migrations/migration.ts'

/** Any constant will do, as long as nothing else in the database uses it. */
export const MIGRATION_LOCK = 7_682_084_001
/** Nodes that work wait behind who waits for a table, so a start gives up instead; the next one tries again. */
const TABLE_LOCK_MS_MAX = 30_000

/** `db` is an open transaction. `migrations` is given by tests only. */
export async function migrate(
  db: Kysely<Database>, dialect: DialectName, migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const ddl = DDL[dialect]
  if (dialect === 'postgres') {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db)
    await sql`select set_config('lock_timeout', ${String(TABLE_LOCK_MS_MAX)}, true)`.execute(db)
  }
  await run(db, `create table if not exists rota_schema (
    version ${ddl.integer} primary key, name ${ddl.text} not null) ${ddl.strict}`)
  const found = await sql<{ version: number | null }>`select max(version) as version from rota_schema`.execute(db)
  const current = found.rows[0]?.version ?? 0
  if (current > migrations.length) {
    throw new RotaError('store/newer-schema',
      `the store has schema version ${current}, this version of Rota knows ${migrations.length}`)
  }
  for (const migration of migrations.slice(current)) {
    assert(migrations[migration.version - 1] === migration, `migration ${migration.name} is at the wrong place`)
    for (const statement of migration.statements(ddl)) await run(db, statement)
    await sql`insert into rota_schema (version, name) values (${migration.version}, ${migration.name})`.execute(db)
  }
}

/** Whether a PostgreSQL has just this version's schema: then a start needs neither the lock nor a connection for it. */
export async function isCurrent(db: Kysely<Database>): Promise<boolean> {
  const made = await sql<{ there: boolean }>`select to_regclass('rota_schema') is not null as there`.execute(db)
  if (made.rows[0]?.there !== true) return false
  const found = await sql<{ version: number | null }>`select max(version) as version from rota_schema`.execute(db)
  return found.rows[0]?.version === MIGRATIONS.length
}

async function run(db: Kysely<Database>, statement: string): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(statement))
}
