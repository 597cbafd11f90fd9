/** Every table of the SQL stores, as Kysely sees them. Each group of tables has its own file in tables/. */
import type { DomainTables } from './tables/domain.ts'
import type { QueueTables } from './tables/queue.ts'
import type { RegistryTables } from './tables/registry.ts'
import type { TelemetryTables } from './tables/telemetry.ts'

export type Database = QueueTables & RegistryTables & DomainTables & TelemetryTables
