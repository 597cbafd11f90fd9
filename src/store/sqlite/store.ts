/** SQLite in the data folder: the embedded default. Opens the database and puts the tables together. */
import type { Clock } from '../../base/clock.ts'
import type { EngineTx } from '../../engine/ports.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { taskTable } from '../queue/task-table.ts'
import { sqlLeases } from '../sql/leases.ts'
import { sqlRuns } from '../sql/runs.ts'
import { sqlSchedules } from '../sql/schedules.ts'
import type { SqliteContext } from './context.ts'
import { SqliteDatabase } from './database.ts'
import { sqliteQueue } from './queue.ts'
import { sqliteTaskRows } from './task-rows.ts'

/** Rejects with store/in-use, store/newer-schema, store/unavailable or store/full. */
export async function openSqliteStore(options: { readonly dataDir: string; readonly clock: Clock }) {
  const { dataDir, clock } = options
  const wakeups = new LocalWakeups()
  const database = await SqliteDatabase.open(dataDir, clock, wakeups)
  return {
    kind: 'sqlite' as const,
    queue: sqliteQueue(database, clock),
    leases: sqlLeases<SqliteContext>({
      transact: work => database.transact(work), read: work => database.read(work), tasks: sqliteTaskRows,
    }),
    wakeups,
    now: () => Promise.resolve(clock.now()),
    transact: <T>(work: (tx: EngineTx) => Promise<T>) => database.transact(context => work(tables(context))),
    read: <T>(work: (tx: EngineTx) => Promise<T>) => database.read(context => work(tables(context))),
    ping: () => database.read(() => undefined),
    close: () => database.close(),
  }
}

function tables(context: SqliteContext): EngineTx {
  const tasks = taskTable(sqliteTaskRows(context), context.hints)
  return { tasks, schedules: sqlSchedules(context, tasks), runs: sqlRuns(context) }
}
