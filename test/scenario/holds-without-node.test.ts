/** What somebody leaves behind who removes the row of a node by hand: leases and pins of nobody, freed by removeLockTask alone. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { LocalWakeups } from '../../src/store/local-wakeups.ts'
import { MemoryDatabase } from '../../src/store/memory/database.ts'
import { memoryStore } from '../../src/store/memory/store.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { aNode, aTask, pin, rowOf, storedOne } from '../contract/queue-fixtures.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

after(() => stopSharedPostgres())

async function freed(store: Store, removeNode: (incarnation: Id) => Promise<unknown>): Promise<void> {
  const [living, gone] = [await aNode(store), await aNode(store)]
  const held = []
  for (const [bucket, { incarnation }] of [living, gone].entries()) {
    await store.leases.acquire(incarnation, [{ lane: 'hands', bucket }])
    const row = await storedOne(store, aTask('hands', { bucket }))
    await pin(store, incarnation, row)
    held.push(row)
  }
  await removeNode(gone.incarnation)
  assert.deepEqual(await store.leases.reap(), [], 'a node that is not there cannot be declared dead')
  const holders = [{ incarnation: gone.incarnation, hostname: null }]
  assert.deepEqual(await store.leases.releaseDead(), { holders, leases: 1, tasks: 1 })
  assert.deepEqual(await store.leases.releaseDead(), { holders: [], leases: 0, tasks: 0 })
  const { leases } = await store.leases.view()
  assert.deepEqual(leases.filter(({ lane }) => lane === 'hands').map(({ holder }) => holder), [living.incarnation, null])
  const rows = await Promise.all(held.map(({ id }) => rowOf(store, id)))
  assert.deepEqual(rows.map(row => [row?.holder, row?.crashes]), [[living.incarnation, 0], [null, 1]])
}

test('holds of nobody are freed in memory', async () => {
  const wakeups = new LocalWakeups()
  const database = new MemoryDatabase(systemClock, wakeups)
  await freed(memoryStore(database, wakeups, systemClock), incarnation => database.transact(({ table }) => table('node').delete(incarnation)))
})

test('holds of nobody are freed on SQLite', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-hands-'))
  const store = await openSqliteStore({ dataDir, clock: systemClock })
  try {
    await freed(store, async incarnation => {
      using hand = new DatabaseSync(join(dataDir, 'rota.db'))
      hand.prepare('delete from node where incarnation = ?').run(incarnation)
    })
  } finally {
    await store.close()
    await rm(dataDir, { recursive: true })
  }
})

test('holds of nobody are freed on PostgreSQL', { skip: postgresMissing() }, async () => {
  const url = await (await sharedPostgres()).freshDatabase()
  const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  try {
    await freed(store, async incarnation => {
      const hand = new pg.Client({ connectionString: url })
      await hand.connect()
      await hand.query('delete from node where incarnation = $1', [incarnation])
      await hand.end()
    })
  } finally {
    await store.close()
  }
})
