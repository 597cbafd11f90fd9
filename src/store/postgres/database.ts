/**
 * Transactions on PostgreSQL.
 * `transact` is READ COMMITTED: every statement that changes a row names the version it read or locks the row first, so
 * a stronger level would only turn waits into failures. Uniqueness (dedupe keys, names, slots) is left to unique indexes.
 * `read` is REPEATABLE READ READ ONLY: one snapshot for all that it reads, and no row locks.
 */
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { pause, type Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { systemRandom } from '../../base/random.ts'
import { RotaError } from '../../errors.ts'
import { HintBuffer } from '../hints.ts'
import type { SqlContext } from '../sql/context.ts'
import type { Database } from '../sql/database.ts'
import { isCurrent, migrate } from '../sql/migrate.ts'
import { TaskCounts } from '../sql/task-count.ts'
import { fromPostgres, isSerialisationFailure } from './errors.ts'
import { everydayPool, migrationPool, queuePool } from './pool.ts'
import type { PostgresWakeups } from './wakeups.ts'

/** As server_version_num says it: 15.0. */
const SERVER_VERSION_MIN = 150_000
/** Runs of one transaction; the last one's failure is reported. */
const RUNS_MAX = 5
/** Before the second run, about so long; a different time for each, or those that met would meet again. */
const RERUN_MS = 10
/** The database's own clock in ms; unlike now() it goes on during a transaction. */
export const CLOCK_MS = '(extract(epoch from clock_timestamp()) * 1000)::bigint'
const CLOCK = sql<number>`${sql.raw(CLOCK_MS)}`

export class PostgresDatabase {
  /** For the queue's and the leases' own statements: planner pinned, time-outs short, and no load of the API before them. */
  readonly queue: pg.Pool
  readonly #everyday: pg.Pool
  readonly #inUse = new Set<pg.PoolClient>()
  readonly #kysely: Kysely<Database>
  readonly #queueKysely: Kysely<Database>
  readonly #wakeups: PostgresWakeups
  readonly #url: string
  readonly #log: Log
  readonly #clock: Clock
  readonly #counts: TaskCounts

  constructor(url: string, clock: Clock, log: Log, wakeups: PostgresWakeups) {
    this.#url = url
    this.#log = log
    this.#clock = clock
    this.#counts = new TaskCounts(work => this.read(work), clock)
    this.#everyday = everydayPool(url, log)
    this.#everyday.on('acquire', client => { this.#inUse.add(client) })
    this.#everyday.on('release', (_, client) => { this.#inUse.delete(client) })
    this.queue = queuePool(url, log)
    this.#kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool: this.#everyday }) })
    this.#queueKysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool: this.queue }) })
    this.#wakeups = wakeups
  }

  /** Refuses a server that is too old, then brings the schema up to date. */
  async prepare(): Promise<void> {
    const { rows } = await this.#everyday.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`)
    const version = rows[0]?.version ?? 0
    if (version < SERVER_VERSION_MIN) {
      throw new RotaError('config/invalid', `DATABASE_URL: this PostgreSQL is version ${Math.floor(version / 10_000)}; Rota needs 15 or newer`)
    }
    if (await isCurrent(this.#kysely)) return
    const kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool: migrationPool(this.#url, this.#log) }) })
    try {
      await this.#write(kysely, context => migrate(context.db, 'postgres'))
    } finally {
      await kysely.destroy()
    }
  }

  transact<T>(work: (context: SqlContext) => Promise<T>): Promise<T> {
    return this.#write(this.#kysely, work)
  }

  /** As `transact`, on a queue connection. */
  transactQueue<T>(work: (context: SqlContext) => Promise<T>): Promise<T> {
    return this.#write(this.#queueKysely, work)
  }

  read<T>(work: (context: SqlContext) => Promise<T>): Promise<T> {
    return this.#read(this.#kysely, work)
  }

  /** As `read`, on a queue connection. */
  readQueue<T>(work: (context: SqlContext) => Promise<T>): Promise<T> {
    return this.#read(this.#queueKysely, work)
  }

  async now(): Promise<number> {
    try {
      const { rows } = await sql<{ now: number }>`select ${CLOCK} as now`.execute(this.#kysely)
      return Number(rows[0]?.now)
    } catch (error) {
      throw fromPostgres(error)
    }
  }

  /**
   * Frees the room of finished tasks. Autovacuum comes at most once a minute, and a busy queue makes millions of dead
   * rows in that time; every 5 s keeps table and indexes at some 50 MiB (measured at 62,000 tasks a second).
   */
  async vacuumTasks(): Promise<void> {
    try {
      await this.#everyday.query('vacuum (truncate off, parallel 0) task')
    } catch (error) {
      throw fromPostgres(error)
    }
  }

  /** Ends the everyday connections that are in use; the server rolls back what they had begun. */
  interrupt(): void {
    for (const client of this.#inUse) if (client instanceof pg.Client) void client.end()
  }

  async close(): Promise<void> {
    await Promise.all([this.#everyday.end(), this.queue.end()])
  }

  async #read<T>(kysely: Kysely<Database>, work: (context: SqlContext) => Promise<T>): Promise<T> {
    try {
      return await kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
        .execute(db => work(this.#context(db)))
    } catch (error) {
      throw fromPostgres(error)
    }
  }

  async #write<T>(kysely: Kysely<Database>, work: (context: SqlContext) => Promise<T>): Promise<T> {
    for (let run = 1; ; run++) {
      const hints = new HintBuffer()
      try {
        const result = await kysely.transaction().execute(db => work({ ...this.#context(db), hints }))
        for (const hint of hints.take()) this.#wakeups.publish(hint)
        return result
      } catch (error) {
        if (run >= RUNS_MAX || !isSerialisationFailure(error)) throw fromPostgres(error)
        await pause(this.#clock, RERUN_MS * run * (0.5 + systemRandom.next()))
      }
    }
  }

  #context(db: Kysely<Database>): SqlContext {
    return { db, dialect: 'postgres', now: () => CLOCK, hints: new HintBuffer(), counts: this.#counts }
  }
}
