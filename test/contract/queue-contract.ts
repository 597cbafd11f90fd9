/** All suites of the queue's half of a store. */
import { leaseStoreContract } from './lease-store.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'
import { queueStoreContract } from './queue-store.ts'
import { runHistoryContract } from './run-history.ts'
import { scheduleTableContract } from './schedule-table.ts'
import { taskBulkContract } from './task-bulk.ts'
import { taskChildrenContract } from './task-children.ts'
import { taskTableContract } from './task-table.ts'
import { wakeupsContract } from './wakeups.ts'

export function queueContract(store: () => QueueUnderTest): void {
  taskTableContract(store)
  taskChildrenContract(store)
  taskBulkContract(store)
  queueStoreContract(store)
  leaseStoreContract(store)
  scheduleTableContract(store)
  runHistoryContract(store)
  wakeupsContract(store)
}
