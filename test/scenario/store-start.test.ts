import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { hasCode } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { MIGRATIONS } from '../../src/store/sql/migrations/list.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

const NEWER = `insert into rota_schema (version, name) values (${MIGRATIONS.length + 1}, 'from the future')`

describe('starting on SQLite', () => {
  let dataDir: string
  before(async () => { dataDir = await mkdtemp(join(tmpdir(), 'rota-start-')) })
  after(() => rm(dataDir, { recursive: true }))

  test('a store of a newer version is refused, and its folder is free again', async () => {
    const store = await openSqliteStore({ dataDir, clock: systemClock })
    await store.close()
    const database = new DatabaseSync(join(dataDir, 'rota.db'))
    database.exec(NEWER)
    const open = () => openSqliteStore({ dataDir, clock: systemClock })
    await assert.rejects(open(), error => hasCode(error, 'store/newer-schema'))
    database.exec('delete from rota_schema where name = \'from the future\'')
    database.close()
    await (await open()).close()
  })

  test('a damaged file is refused with what to do', async () => {
    const damaged = join(dataDir, 'damaged')
    await mkdir(damaged)
    await writeFile(join(damaged, 'rota.db'), 'this is no database, whatever its name says. '.repeat(200))
    await assert.rejects(openSqliteStore({ dataDir: damaged, clock: systemClock }), error => hasCode(error, 'store/unavailable') && /damaged/.test(error.message))
  })

  test('a path that cannot be a folder is refused with its reason', async () => {
    await assert.rejects(openSqliteStore({ dataDir: join(dataDir, 'rota.db', 'x'), clock: systemClock }), /ENOTDIR/)
  })
})

describe('starting on PostgreSQL', { skip: postgresMissing() }, () => {
  after(stopSharedPostgres)
  const open = (url: string) => openPostgresStore({ url, clock: systemClock, log: silentLog })

  test('nodes that start at the same time on an empty database all come up', async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    const stores = await Promise.all([open(url), open(url), open(url), open(url)])
    for (const store of stores) assert.equal(await store.read(tx => tx.tasks.count({})), 0)
    for (const store of stores) await store.close()
  })

  test('a store of a newer version is refused', async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    await (await open(url)).close()
    const client = new pg.Client(url)
    await client.connect()
    await client.query(NEWER)
    await client.end()
    await assert.rejects(open(url), error => hasCode(error, 'store/newer-schema'))
  })

  test('what is wrong with DATABASE_URL is said without its password', async () => {
    const url = new URL(await (await sharedPostgres()).freshDatabase())
    url.password = 'very-secret'
    const missing = new URL(url)
    missing.pathname = '/nowhere'
    const quiet = (code: 'config/invalid' | 'store/unavailable') => (error: unknown) =>
      hasCode(error, code) && !error.message.includes('very-secret')
    await assert.rejects(open(missing.href), quiet('config/invalid'))
    url.port = '1'
    await assert.rejects(open(url.href), quiet('store/unavailable'))
  })
})
