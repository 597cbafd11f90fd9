/** PostgreSQL: the cluster's store. Opens the pools and the listening connection and puts the tables together. */
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { SqlContext } from '../sql/context.ts'
import type { Tx } from '../store.ts'
import { PostgresDatabase } from './database.ts'
import { fromPostgres } from './errors.ts'
import { PostgresWakeups } from './wakeups.ts'

export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string
  /** Times reconnects only; what is due and what has expired is decided by the database's clock. */
  readonly clock: Clock
  readonly log: Log
}

/** Rejects with store/unavailable, store/newer-schema or config/invalid. */
export async function openPostgresStore(options: PostgresOptions) {
  const { url, clock, log } = options
  const wakeups = new PostgresWakeups(url, clock, log)
  const database = new PostgresDatabase(url, log, wakeups)
  try {
    await wakeups.start()
    await database.migrate()
  } catch (error) {
    await wakeups.stop()
    await database.close()
    throw fromPostgres(error)
  }
  return {
    kind: 'postgres' as const,
    wakeups,
    now: () => database.now(),
    transact: <T>(work: (tx: QueueTx) => Promise<T>) => database.transact(context => work(tables(context))),
    read: <T>(work: (tx: QueueTx) => Promise<T>) => database.read(context => work(tables(context))),
    ping: async () => { await database.now() },
    async close() {
      await wakeups.stop()
      await database.close()
    },
  }
}
type QueueTx = Pick<Tx, never>

function tables(_context: SqlContext): QueueTx {
  return {}
}
