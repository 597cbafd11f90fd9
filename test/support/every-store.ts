/** The three stores, each to be opened afresh: for tests of what must be the same, and right under concurrency, on all. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from './postgres.ts'

export interface Opened {
  readonly open: (clock: Clock) => Promise<Store>
  /** After the store was closed. */
  readonly remove: () => Promise<void>
}

export const EVERY_STORE: readonly { readonly name: string; readonly prepare: () => Promise<Opened>; readonly skip: string | false }[] = [
  { name: 'memory', prepare: memory, skip: false },
  { name: 'SQLite', prepare: sqlite, skip: false },
  { name: 'PostgreSQL', prepare: postgres, skip: postgresMissing() },
]

async function memory(): Promise<Opened> {
  return { open: clock => openMemoryStore({ clock }), remove: () => Promise.resolve() }
}

async function sqlite(): Promise<Opened> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-store-'))
  return { open: clock => openSqliteStore({ dataDir, clock }), remove: () => rm(dataDir, { recursive: true }) }
}

async function postgres(): Promise<Opened> {
  const url = await (await sharedPostgres()).freshDatabase()
  return { open: clock => openPostgresStore({ url, clock, log: silentLog }), remove: stopSharedPostgres }
}
