/** SQLite in the data folder: the embedded default. Opens the database and puts the tables together. */
import type { Clock } from '../../base/clock.ts'
import type { Tx } from '../store.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import type { SqliteContext } from './context.ts'
import { SqliteDatabase } from './database.ts'

/** Rejects with store/in-use, store/newer-schema, store/unavailable or store/full. */
export async function openSqliteStore(options: { readonly dataDir: string; readonly clock: Clock }) {
  const { dataDir, clock } = options
  const wakeups = new LocalWakeups()
  const database = await SqliteDatabase.open(dataDir, clock, wakeups)
  return {
    kind: 'sqlite' as const,
    wakeups,
    now: () => Promise.resolve(clock.now()),
    transact: <T>(work: (tx: QueueTx) => Promise<T>) => database.transact(context => work(tables(context))),
    read: <T>(work: (tx: QueueTx) => Promise<T>) => database.read(context => work(tables(context))),
    ping: () => database.read(() => undefined),
    close: () => database.close(),
  }
}
type QueueTx = Pick<Tx, never>

function tables(_context: SqliteContext): QueueTx {
  return {}
}
