/** What a table of the SQL stores is made from: one open transaction and what belongs to it. */
import type { Kysely, RawBuilder } from 'kysely'
import type { TaskFilter, TaskSurvey, TaskTally } from '../../engine/ports/task.ts'
import type { HintBuffer } from '../hints.ts'
import type { Database } from './database.ts'

export type DialectName = 'sqlite' | 'postgres'

export interface SqlContext {
  /** Inside the transaction: every statement that goes through it is part of it. */
  readonly db: Kysely<Database>
  readonly dialect: DialectName
  /** The store's clock, ms since 1970, as an expression of type bigint: PostgreSQL's own, or the injected clock. */
  now(): RawBuilder<number>
  readonly hints: HintBuffer
  /** Outlives transactions. */
  readonly counts: TaskTotals
}

/** How many tasks match: see task-count.ts for what it promises. */
export interface TaskTotals {
  count(context: SqlContext, filter: TaskFilter): Promise<number>
  /** Exact, whatever it costs. */
  tally(context: SqlContext, filter: TaskFilter): Promise<TaskTally[]>
  /** In a few ms: see task-survey.ts. */
  survey(context: SqlContext): Promise<TaskSurvey>
}
