import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { hasCode } from '../../errors.ts'
import { SqliteConnection } from '../sqlite/connection.ts'
import { sqlBlobs } from './blobs.ts'
import type { SqlContext } from './context.ts'
import { migrate } from './migrate.ts'
import { addRunCounts, queryRunCounts } from './run-counts.ts'
import { blobClaims } from './migrations/0014-blob-claims.ts'
import { runHours } from './migrations/0020-run-hours.ts'
import { MIGRATIONS } from './migrations/list.ts'
import type { Migration } from './migrations/migration.ts'

const step = (version: number, ...statements: string[]): Migration => ({ version, name: `step-${version}`, statements: () => statements })
const FIRST = step(1, 'create table one (a integer)')
const SECOND = step(2, 'create table two (a integer)', 'insert into two values (2)')

async function withDatabase(work: (connection: SqliteConnection) => Promise<void>): Promise<void> {
  const connection = new SqliteConnection(':memory:')
  await work(connection).finally(() => { connection.close() })
}
const applied = (connection: SqliteConnection) =>
  connection.all('select version, name from rota_schema order by version')
    .map(row => `${Number(row['version'])} ${String(row['name'])}`)

test('pending steps run once, in order', () => withDatabase(async connection => {
  await migrate(connection.kysely, 'sqlite', [FIRST])
  assert.deepEqual(applied(connection), ['1 step-1'])
  await migrate(connection.kysely, 'sqlite', [FIRST, SECOND])
  await migrate(connection.kysely, 'sqlite', [FIRST, SECOND])
  assert.deepEqual(applied(connection), ['1 step-1', '2 step-2'])
  assert.equal(connection.all('select * from two').length, 1)
}))

test('a store of a newer version is refused and left alone', () => withDatabase(async connection => {
  await migrate(connection.kysely, 'sqlite', [FIRST, SECOND])
  await assert.rejects(migrate(connection.kysely, 'sqlite', [FIRST]), error =>
    hasCode(error, 'store/newer-schema') && /version 2.* knows 1/.test(error.message))
  assert.deepEqual(applied(connection), ['1 step-1', '2 step-2'])
}))

test('versions are 1, 2, 3, … without a gap', () => withDatabase(async connection => {
  assert.deepEqual(MIGRATIONS.map(migration => migration.version), MIGRATIONS.map((_migration, index) => index + 1))
  await assert.rejects(migrate(connection.kysely, 'sqlite', [SECOND]), /wrong place/)
}))

test('what accounts stored is known after the step that moves it', () => withDatabase(async connection => {
  await migrate(connection.kysely, 'sqlite', MIGRATIONS.slice(0, 4))
  const stored = (account: string, octets: number) => connection.kysely.insertInto('document').values({
    account_id: account, collection: 'Usage', id: '0000000000000', modseq: 1, body: JSON.stringify({ octets, emails: 2 }),
  }).execute()
  await stored('ann', 2 ** 40)
  await stored('bob', 0)
  await migrate(connection.kysely, 'sqlite')
  const columns = ['id', 'octets', 'emails', 'tenant_id'] as const
  const rows = await connection.kysely.selectFrom('mail_usage').select(columns).orderBy('id').execute()
  assert.deepEqual(rows.map(row => ({ ...row })), [
    { id: 'ann', octets: 2 ** 40, emails: 2, tenant_id: null }, { id: 'bob', octets: 0, emails: 2, tenant_id: null },
  ])
}))

test('content of before the grace gets one from the first purge that finds it unlinked', () => withDatabase(async connection => {
  await migrate(connection.kysely, 'sqlite', MIGRATIONS.slice(0, MIGRATIONS.indexOf(blobClaims)))
  const [linked, leaked] = ['AAlinked', 'AAleaked']
  for (const hash of [linked, leaked]) connection.all(`insert into blob (hash, size, content) values ('${hash}', 1, x'00') returning hash`)
  await connection.kysely.insertInto('blob_link').values({ hash: linked, account_id: 'a', collection: 'Email', id: 'e' }).execute()
  await migrate(connection.kysely, 'sqlite')
  let now = 1_000
  const context = { db: connection.kysely, dialect: 'sqlite', now: () => sql<number>`${now}` } as unknown as SqlContext
  const blobs = sqlBlobs(context)
  const purge = async (before: number): Promise<number> => (await blobs.purge(0, { before, after: '', limit: 10 })).removed
  assert.equal(await purge(999), 0)
  now = 5_000
  assert.deepEqual([await purge(999), await purge(1_000), await purge(5_000)], [0, 1, 0])
  assert.deepEqual([await blobs.size(linked), await blobs.size(leaked)], [1, null])
}))

test('runs of before are counted by the hour in which they ended, and those that had only been counted by their day', () => withDatabase(async connection => {
  await migrate(connection.kysely, 'sqlite', MIGRATIONS.slice(0, MIGRATIONS.indexOf(runHours)))
  const [day, hour] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2026-01-01T10:00:00Z')]
  connection.run(`insert into run_count values (${day}, 'Sample', 1, 'done', 7, 70)`)
  for (const [id, startedAt, variant] of [['a', hour, 'Sample'], ['b', hour + 5, 'Sample'], ['c', hour - 1, 'Other'], ['d', day, 'Sample']]) {
    connection.run(`insert into run (id, task_id, variant, node_id, started_at, duration_ms, attempt, outcome) values ('${id}', 't', '${variant}', 1, ${startedAt}, 3, 0, 'done')`)
  }
  await migrate(connection.kysely, 'sqlite')
  const context = { db: connection.kysely, dialect: 'sqlite' } as unknown as SqlContext
  const count = { nodeId: 1, outcome: 'done' } as const
  // What is counted from then on is added to the same rows.
  await addRunCounts(context, [{ ...count, hour, variant: 'Other', runs: 1, durationMs: 3 }])
  const found = await queryRunCounts(context, {}, { ascending: true, limit: 10 })
  assert.deepEqual(found.map(({ id: _, ...rest }) => rest), [
    { ...count, hour: day, variant: 'Sample', runs: 8, durationMs: 73 },
    { ...count, hour, variant: 'Other', runs: 2, durationMs: 6 }, { ...count, hour, variant: 'Sample', runs: 2, durationMs: 6 },
  ])
}))
