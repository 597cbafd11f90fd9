/** The store that the environment names: PostgreSQL when DATABASE_URL is set, else SQLite in the data folder. Only its driver is loaded. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Store } from '../store/store.ts'
import type { Environment } from './env.ts'

export async function openStore({ databaseUrl, dataDir }: Pick<Environment, 'databaseUrl' | 'dataDir'>, clock: Clock, log: Log): Promise<Store> {
  if (databaseUrl === null) {
    const { openSqliteStore } = await import('../store/sqlite/store.ts')
    return openSqliteStore({ dataDir, clock })
  }
  const { openPostgresStore } = await import('../store/postgres/store.ts')
  return openPostgresStore({ url: databaseUrl, clock, log })
}
