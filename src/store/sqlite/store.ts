/** SQLite in the data folder: the embedded default. Opens the database and puts the tables together. */
import type { Clock } from '../../base/clock.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { taskTable } from '../queue/task-table.ts'
import { sqlAudit } from '../sql/audit.ts'
import { sqlBlobs } from '../sql/blobs.ts'
import { sqlCounters } from '../sql/counters.ts'
import { sqlDocuments } from '../sql/documents.ts'
import { sqlKeys } from '../sql/keys.ts'
import { sqlLeases, sqlNodes } from '../sql/leases.ts'
import { sqlMetrics } from '../sql/metrics.ts'
import { sqlObjects } from '../sql/objects.ts'
import { sqlRuns } from '../sql/runs.ts'
import { sqlSchedules } from '../sql/schedules.ts'
import { sqlTraces } from '../sql/traces.ts'
import { sqlUsage } from '../sql/usage.ts'
import type { Store, Tx } from '../store.ts'
import type { SqliteContext } from './context.ts'
import { SqliteDatabase } from './database.ts'
import { sqliteQueue } from './queue.ts'
import { sqliteSearch } from './search.ts'
import { sqliteTaskRows } from './task-rows.ts'

/** Rejects with store/in-use, store/newer-schema, store/unavailable or store/full. */
export async function openSqliteStore(options: { readonly dataDir: string; readonly clock: Clock }): Promise<Store> {
  const { dataDir, clock } = options
  const wakeups = new LocalWakeups()
  const database = await SqliteDatabase.open(dataDir, clock, wakeups)
  return {
    kind: 'sqlite',
    queue: sqliteQueue(database, clock),
    leases: sqlLeases<SqliteContext>({
      transact: work => database.transact(work), read: work => database.read(work), tasks: sqliteTaskRows,
    }),
    wakeups,
    now: () => Promise.resolve(clock.now()),
    transact: work => database.transact(context => work(tables(context))),
    read: work => database.read(context => work(tables(context))),
    ping: () => database.read(() => undefined),
    maintain: () => Promise.resolve(),
    interrupt: () => {},
    close: () => database.close(),
  }
}

function tables(context: SqliteContext): Tx {
  const tasks = taskTable(sqliteTaskRows(context), context.hints)
  const counters = sqlCounters(context)
  return {
    tasks,
    nodes: sqlNodes(context),
    schedules: sqlSchedules(context, tasks),
    runs: sqlRuns(context, counters),
    objects: sqlObjects(context),
    keys: sqlKeys(context),
    audit: sqlAudit(context),
    documents: sqlDocuments(context),
    blobs: sqlBlobs(context),
    search: sqliteSearch(context),
    usage: sqlUsage(context),
    traces: sqlTraces(context),
    counters,
    metrics: sqlMetrics(context),
  }
}
