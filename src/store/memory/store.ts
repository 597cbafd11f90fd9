/** Everything in memory: the reference for the other two, and the store of simulations and unit tests. */
import type { Clock } from '../../base/clock.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { taskTable } from '../queue/task-table.ts'
import type { Store, Tx } from '../store.ts'
import { memoryAudit } from './audit.ts'
import { memoryBlobs } from './blobs.ts'
import { memoryCounters } from './counters.ts'
import { MemoryDatabase } from './database.ts'
import type { MemoryContext } from './database.ts'
import { memoryDocuments } from './documents.ts'
import { memoryKeys } from './keys.ts'
import { memoryLeases, memoryNodes } from './leases.ts'
import { memoryMetrics } from './metrics.ts'
import { memoryObjects } from './objects.ts'
import { memoryQueue } from './queue.ts'
import { memoryRuns } from './runs.ts'
import { memorySchedules } from './schedules.ts'
import { memorySearch } from './search.ts'
import { memoryTaskRows } from './task-rows.ts'
import { memoryTraces } from './traces.ts'
import { memoryUsage } from './usage.ts'

export async function openMemoryStore({ clock }: { readonly clock: Clock }): Promise<Store> {
  const wakeups = new LocalWakeups()
  return memoryStore(new MemoryDatabase(clock, wakeups), wakeups, clock)
}

/** For who has the tables too. */
export function memoryStore(database: MemoryDatabase, wakeups: LocalWakeups, clock: Clock): Store {
  return {
    kind: 'memory',
    queue: memoryQueue(database),
    leases: memoryLeases(database),
    wakeups,
    now: () => Promise.resolve(clock.now()),
    transact: work => database.transact(context => work(tables(context))),
    read: work => database.read(context => work(tables(context))),
    ping: () => Promise.resolve(),
    maintain: () => Promise.resolve(),
    interrupt: () => {},
    close: () => database.idle(),
  }
}

function tables(context: MemoryContext): Tx {
  const tasks = taskTable(memoryTaskRows(context), context.hints)
  const counters = memoryCounters(context)
  return {
    tasks,
    nodes: memoryNodes(context),
    schedules: memorySchedules(context, tasks),
    runs: memoryRuns(context, counters),
    objects: memoryObjects(context),
    keys: memoryKeys(context),
    audit: memoryAudit(context),
    documents: memoryDocuments(context),
    blobs: memoryBlobs(context),
    search: memorySearch(context),
    usage: memoryUsage(context),
    traces: memoryTraces(context),
    counters,
    metrics: memoryMetrics(context),
  }
}
