/** The store that the environment names: PostgreSQL when DATABASE_URL is set, else SQLite in the data folder. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { openPostgresStore } from '../store/postgres/store.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import type { Store } from '../store/store.ts'
import type { Environment } from './env.ts'

export function openStore({ databaseUrl, dataDir }: Pick<Environment, 'databaseUrl' | 'dataDir'>, clock: Clock, log: Log): Promise<Store> {
  return databaseUrl === null ? openSqliteStore({ dataDir, clock }) : openPostgresStore({ url: databaseUrl, clock, log })
}
