/** What a table gets in the SQLite store: as every SQL store, and the connection itself for statements that are hot. */
import type { Clock } from '../../base/clock.ts'
import type { SqlContext } from '../sql/context.ts'
import type { SqliteConnection } from './connection.ts'

export interface SqliteContext extends SqlContext {
  readonly connection: SqliteConnection
  readonly clock: Clock
}
