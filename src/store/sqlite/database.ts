/**
 * The embedded database: one file, one process. All writes go through one connection, one transaction at a time (SQLite
 * has one writer anyway; waiting in process is fair and needs no busy loop). Readers have connections of their own and
 * see the last commit (WAL), so they never wait for a writer.
 */
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Clock } from '../../base/clock.ts'
import { RotaError } from '../../errors.ts'
import { HintBuffer } from '../hints.ts'
import type { LocalWakeups } from '../local-wakeups.ts'
import { Serial } from '../serial.ts'
import { migrate } from '../sql/migrate.ts'
import { TaskCounts } from '../sql/task-count.ts'
import { SqliteConnection } from './connection.ts'
import type { SqliteContext } from './context.ts'
import { fromSqlite } from './errors.ts'
import { lockFolder } from './folder-lock.ts'
import type { FolderLock } from './folder-lock.ts'

/**
 * Reading connections kept open; more readers at a time get one that is closed after use. Opening one takes longer than
 * most reads, and all who wait for one answer (who is this, say) begin to read at the same moment.
 */
const READERS_IDLE_MAX = 32

/** The write-ahead log goes into the file every 32 MiB; at 4 MiB, the default, a bulk insert waits for it all the time. */
const CHECKPOINT_PAGES = 8_000

/** Writers in a row keep sockets and timers waiting for so long at most: nothing here ever leaves the current event. */
const TURN_MS_MAX = 10

export class SqliteDatabase {
  readonly #path: string
  readonly #clock: Clock
  readonly #wakeups: LocalWakeups
  readonly #lock: FolderLock
  readonly #writer: SqliteConnection
  readonly #writes = new Serial()
  readonly #counts: TaskCounts
  readonly #idleReaders: SqliteConnection[] = []
  #closed = false
  #turnStartedMs = 0

  /** Locks the folder, opens the file and brings its schema up to date. */
  static async open(dataDir: string, clock: Clock, wakeups: LocalWakeups): Promise<SqliteDatabase> {
    const lock = mapped(() => lockFolder(dataDir))
    try {
      const database = new SqliteDatabase(join(dataDir, 'rota.db'), clock, wakeups, lock)
      await database.transact(context => migrate(context.db, 'sqlite'))
      return database
    } catch (error) {
      lock.release()
      throw fromSqlite(error)
    }
  }

  private constructor(path: string, clock: Clock, wakeups: LocalWakeups, lock: FolderLock) {
    this.#path = path
    this.#clock = clock
    this.#wakeups = wakeups
    this.#lock = lock
    this.#counts = new TaskCounts(work => this.read(work), clock)
    this.#writer = new SqliteConnection(path)
    this.#writer.exec(`pragma journal_mode = wal; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  }

  /** BEGIN IMMEDIATE, work, COMMIT; nothing else of this process writes in between. */
  transact<T>(work: (context: SqliteContext) => T | Promise<T>): Promise<T> {
    return this.#writes.run(async () => {
      await this.#breathe()
      this.#mustBeOpen()
      const context = this.#context(this.#writer)
      try {
        this.#writer.exec('begin immediate')
        const result = await work(context)
        this.#writer.exec('commit')
        for (const hint of context.hints.take()) this.#wakeups.publish(hint)
        return result
      } catch (error) {
        // A full disk may have rolled back already.
        if (this.#writer.inTransaction) this.#writer.exec('rollback')
        throw fromSqlite(error)
      }
    })
  }

  /** One snapshot for all that `work` reads. */
  async read<T>(work: (context: SqliteContext) => T | Promise<T>): Promise<T> {
    await this.#breathe()
    this.#mustBeOpen()
    const reader = this.#idleReaders.pop() ?? mapped(() => new SqliteConnection(this.#path, { readOnly: true }))
    try {
      reader.run('begin')
      return await work(this.#context(reader))
    } catch (error) {
      throw fromSqlite(error)
    } finally {
      if (reader.inTransaction) reader.run('rollback')
      if (!this.#closed && this.#idleReaders.length < READERS_IDLE_MAX) this.#idleReaders.push(reader)
      else reader.close()
    }
  }

  async close(): Promise<void> {
    await this.#writes.idle()
    this.#closed = true
    for (const reader of this.#idleReaders.splice(0)) reader.close()
    this.#writer.close()
    this.#lock.release()
  }

  async #breathe(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#turnStartedMs < TURN_MS_MAX) return
    await this.#clock.breathe()
    this.#turnStartedMs = this.#clock.monotonicMs()
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new RotaError('store/unavailable', 'the store is closed')
  }

  #context(connection: SqliteConnection): SqliteContext {
    const clock = this.#clock
    const now = () => sql<number>`${clock.now()}`
    return { db: connection.kysely, dialect: 'sqlite', now, hints: new HintBuffer(), counts: this.#counts, connection, clock }
  }
}

function mapped<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fromSqlite(error)
  }
}
