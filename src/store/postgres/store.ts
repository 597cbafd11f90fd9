/** PostgreSQL: the cluster's store. Opens the pools and the listening connection and puts the tables together. */
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { taskTable } from '../queue/task-table.ts'
import { sqlAudit } from '../sql/audit.ts'
import { sqlBlobs } from '../sql/blobs.ts'
import type { SqlContext } from '../sql/context.ts'
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
import { PostgresDatabase } from './database.ts'
import { fromPostgres } from './errors.ts'
import { postgresQueue } from './queue.ts'
import { postgresSearch } from './search.ts'
import { postgresTaskRows } from './task-rows.ts'
import { PostgresWakeups } from './wakeups.ts'

export interface PostgresOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string
  /** Times reconnects only; what is due and what has expired is decided by the database's clock. */
  readonly clock: Clock
  readonly log: Log
}

/** Rejects with store/unavailable, store/newer-schema or config/invalid. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { url, clock, log } = options
  const wakeups = new PostgresWakeups(url, clock, log)
  const database = new PostgresDatabase(url, clock, log, wakeups)
  try {
    await wakeups.start()
    await database.prepare()
  } catch (error) {
    await wakeups.stop()
    await database.close()
    throw fromPostgres(error)
  }
  return {
    kind: 'postgres',
    queue: postgresQueue(database),
    leases: sqlLeases<SqlContext>({
      transact: work => database.transactQueue(work), read: work => database.readQueue(work), tasks: postgresTaskRows,
    }),
    wakeups,
    now: () => database.now(),
    transact: work => database.transact(context => work(tables(context))),
    read: work => database.read(context => work(tables(context))),
    ping: async () => { await database.now() },
    maintain: () => database.vacuumTasks(),
    interrupt: () => { database.interrupt() },
    async close() {
      await wakeups.stop()
      await database.close()
    },
  }
}

function tables(context: SqlContext): Tx {
  const tasks = taskTable(postgresTaskRows(context), context.hints)
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
    search: postgresSearch(context),
    usage: sqlUsage(context),
    traces: sqlTraces(context),
    counters,
    metrics: sqlMetrics(context),
  }
}
