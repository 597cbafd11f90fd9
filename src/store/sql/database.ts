/** Every table of the SQL stores, as Kysely sees them. Each group of tables has its own file in tables/. */
import type { QueueTables } from './tables/queue.ts'

export type Database = QueueTables
