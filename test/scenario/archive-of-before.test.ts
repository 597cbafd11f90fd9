/** Archived items of an earlier version, which took the expiry from what was to be restored: the step of this one gives it back. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { ARCHIVED_ITEM, archivedItemEntries, moveExpiry } from '../../src/registry/objects/archived-item.ts'
import { ownerOf } from '../../src/services/archive/archive.ts'
import { DataPurge } from '../../src/services/upkeep/data-purge.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { archiveExpiry } from '../../src/store/sql/migrations/0024-archive-expiry.ts'
import { DDL } from '../../src/store/sql/migrations/migration.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

after(() => stopSharedPostgres())

const ids = idSource(3, systemClock)
const [OVER, LATER] = ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z']

async function expires(store: Store, migrated: (statements: readonly string[]) => Promise<unknown>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const accountId = ids.next()
  const archived = (status: string, archivedUntil: string): Promise<string> => store.transact(async tx => {
    const [id, blobId] = [ids.next(), await tx.blobs.put(Buffer.from(ids.next()))]
    const body = { '@type': 'Email', accountId, blobId, status, archivedUntil, subject: '"archivedUntil":"1999-01-01T00:00:00Z"' }
    await tx.objects.insert(ARCHIVED_ITEM, id, body, archivedItemEntries(body), [])
    await tx.blobs.link(blobId, ownerOf(accountId, id))
    if (status === 'archived') await moveExpiry(tx, id, body, null)
    return id
  })
  await archived('requestRestore', OVER)
  await archived('archived', OVER)
  const kept = [await archived('requestRestore', LATER), await archived('archived', LATER)]
  await migrated(archiveExpiry.statements(DDL[dialect]))
  const { removed } = (await new DataPurge(store).all(() => Promise.resolve())).find(({ kind }) => kind === 'archived items') ?? assert.fail()
  const left = await store.read(tx => tx.objects.query(ARCHIVED_ITEM, { where: [], ascending: true, limit: 10 }))
  assert.deepEqual([removed, left], [2, kept])
  const keys = await store.read(tx => tx.keys.list('archived-item/', 10))
  assert.deepEqual(keys.map(({ key }) => key), kept.map(id => `archived-item/${LATER}/${id}`))
}

test('what was to be restored expires on SQLite', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-archive-'))
  const store = await openSqliteStore({ dataDir, clock: systemClock })
  try {
    await expires(store, async statements => {
      using hand = new DatabaseSync(join(dataDir, 'rota.db'))
      for (const statement of statements) hand.exec(statement)
    }, 'sqlite')
  } finally {
    await store.close()
    await rm(dataDir, { recursive: true })
  }
})

test('what was to be restored expires on PostgreSQL', { skip: postgresMissing() }, async () => {
  const url = await (await sharedPostgres()).freshDatabase()
  const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  try {
    await expires(store, async statements => {
      const hand = new pg.Client({ connectionString: url })
      await hand.connect()
      for (const statement of statements) await hand.query(statement)
      await hand.end()
    }, 'postgres')
  } finally {
    await store.close()
  }
})
