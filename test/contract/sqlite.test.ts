import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { queueContract } from './queue-contract.ts'
import { unreadableRowsContract } from './unreadable-rows.ts'

let store: Awaited<ReturnType<typeof openSqliteStore>>
let dataDir: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rota-sqlite-'))
  store = await openSqliteStore({ dataDir, clock: systemClock })
})
after(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})

queueContract(() => store)
unreadableRowsContract(() => store, async (id, column, value) => {
  const database = new DatabaseSync(join(dataDir, 'rota.db'))
  database.prepare(`update task set ${column} = ? where id = ?`).run(value, id)
  database.close()
})
