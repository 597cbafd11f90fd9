import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../../../test/support/postgres.ts'
import { eventually } from '../../../test/support/server.ts'
import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import type { Database } from '../sql/database.ts'
import { migrate, MIGRATION_LOCK } from '../sql/migrate.ts'
import { migrationPool } from './pool.ts'
import { openPostgresStore } from './store.ts'

describe('the migration of PostgreSQL', { skip: postgresMissing() }, () => {
  let url: string
  before(async () => { url = await (await sharedPostgres()).freshDatabase() })
  after(stopSharedPostgres)

  test('has a connection of its own, which operators find by name', async () => {
    const client = new pg.Client(url)
    await client.connect()
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      const opening = openPostgresStore({ url, clock: systemClock, log: silentLog })
      const waiting = `select pid from pg_stat_activity where application_name = 'rota migration' and wait_event = 'advisory'`
      await eventually(async () => (await client.query(waiting)).rowCount === 1, 'a migration that waits')
      await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
      await (await opening).close()
    } finally {
      await client.end()
    }
  })

  test('may take as long as an index of a large table takes, but waits for a table no longer than others can wait behind it', async () => {
    const kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool: migrationPool(url, silentLog) }) })
    const limits = sql<unknown>`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock`
    try {
      assert.deepEqual((await limits.execute(kysely)).rows, [{ statement: '0', lock: '0' }])
      await kysely.transaction().execute(async db => {
        await migrate(db, 'postgres')
        assert.deepEqual((await limits.execute(db)).rows, [{ statement: '0', lock: '30s' }])
      })
    } finally {
      await kysely.destroy()
    }
  })

  test('is passed over by a start that finds it done', async () => {
    const client = new pg.Client(url)
    await client.connect()
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      await (await openPostgresStore({ url, clock: systemClock, log: silentLog })).close()
    } finally {
      await client.end()
    }
  })
})
