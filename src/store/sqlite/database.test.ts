import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { hasCode } from '../../errors.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { SqliteDatabase } from './database.ts'

const WRITES_MAX = 100_000

let folder: string
let database: SqliteDatabase
before(async () => { folder = await mkdtemp(join(tmpdir(), 'rota-database-')) })
after(() => rm(folder, { recursive: true }))
beforeEach(async () => { database = await SqliteDatabase.open(folder, systemClock, new LocalWakeups()) })
afterEach(() => database.close())

test('a commit is on disk and its log is a write-ahead log', async () => {
  const settings = await database.transact(({ connection }) =>
    ['journal_mode', 'synchronous', 'foreign_keys'].map(name => connection.get(`pragma ${name}`)?.[name]))
  assert.deepEqual(settings, ['wal', 2, 1])
})

test('writers in a row let other events have their turn', async () => {
  let fired = false
  setImmediate(() => { fired = true })
  let writes = 0
  for (; !fired && writes < WRITES_MAX; writes++) await database.transact(() => undefined)
  assert.ok(fired, `${writes} transactions, and no turn`)
})

test('a reader cannot write', async () => {
  await assert.rejects(database.read(({ connection }) => connection.run('delete from task')), /readonly/)
})

test('many readers at once each have their own moment', async () => {
  const open = Promise.withResolvers<void>()
  const count = ({ connection }: Parameters<Parameters<SqliteDatabase['read']>[0]>[0]) =>
    Number(connection.get('select count(*) as n from run_hour')?.['n'])
  const readers = Array.from({ length: 8 }, () => database.read(async context => {
    const first = count(context)
    await open.promise
    return count(context) - first
  }))
  await database.transact(({ connection }) => connection.run(`insert into run_hour values ('h', 0, 'v', 1, 'done', 1, 1)`))
  open.resolve()
  assert.deepEqual(await Promise.all(readers), Array.from({ length: 8 }, () => 0))
  assert.equal(await database.read(count), 1)
})

test('a store that was closed says so', async () => {
  await database.close()
  const closed = (error: unknown) => hasCode(error, 'store/unavailable')
  await assert.rejects(database.transact(() => undefined), closed)
  await assert.rejects(database.read(() => undefined), closed)
})
