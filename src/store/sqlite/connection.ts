/**
 * One SQLite connection with its prepared statements, and Kysely on top of it. node:sqlite is synchronous: a statement
 * takes microseconds and has ended when it returns, so what matters is only who may have a transaction open (store.ts).
 */
import { Kysely, SqliteDialect } from 'kysely'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { Database } from '../sql/database.ts'

/** Statements kept ready; the one unused for longest goes first. */
const STATEMENTS_MAX = 200
/** Another process may hold the file for the time of a check point or a backup. */
const BUSY_MS_MAX = 5_000

/** Pages in memory. Rows of the queue go in and out all over its index: for the writer 2 MiB, the default, is too small. */
const WRITER_CACHE_KIB_MAX = 16_384
/** There may be many of them, and the system keeps the file's pages too. */
const READER_CACHE_KIB_MAX = 4_096

export type Value = SQLInputValue
export type Row = Record<string, SQLOutputValue>

interface Prepared { readonly statement: StatementSync; readonly reader: boolean }

export class SqliteConnection {
  readonly kysely: Kysely<Database>
  #database: DatabaseSync
  #prepared = new Map<string, Prepared>()

  constructor(path: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_MS_MAX, readOnly })
    this.#database.exec(`pragma foreign_keys = on; pragma synchronous = full; pragma cache_size = -${readOnly ? READER_CACHE_KIB_MAX : WRITER_CACHE_KIB_MAX}`)
    this.kysely = new Kysely<Database>({
      dialect: new SqliteDialect({ database: { prepare: text => this.#forKysely(text), close: () => this.close() } }),
    })
  }

  get inTransaction(): boolean { return this.#database.isTransaction }

  exec(text: string): void {
    this.#database.exec(text)
  }
  /** Runs a statement that gives no rows; returns how many rows it changed. */
  run(text: string, ...values: readonly Value[]): number {
    return Number(this.#prepare(text).statement.run(...values).changes)
  }
  all(text: string, ...values: readonly Value[]): Row[] {
    return this.#prepare(text).statement.all(...values)
  }
  get(text: string, ...values: readonly Value[]): Row | undefined {
    return this.#prepare(text).statement.get(...values)
  }

  close(): void {
    this.#prepared.clear()
    if (this.#database.isOpen) this.#database.close()
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text)
    if (known) {
      this.#prepared.delete(text)
      this.#prepared.set(text, known)
      return known
    }
    const statement = this.#database.prepare(text)
    const prepared = { statement, reader: statement.columns().length > 0 }
    // FTS5 leaves inner row ids above 2^53 behind as the last inserted one, and every later run() would fail over it.
    if (!prepared.reader) statement.setReadBigInts(true)
    this.#prepared.set(text, prepared)
    const oldest = this.#prepared.keys().next()
    if (this.#prepared.size > STATEMENTS_MAX && !oldest.done) this.#prepared.delete(oldest.value)
    return prepared
  }

  /** The four members of a better-sqlite3 statement that Kysely's dialect uses. */
  #forKysely(text: string) {
    const { statement, reader } = this.#prepare(text)
    return {
      reader,
      all: (values: readonly unknown[]) => statement.all(...values as Value[]),
      run: (values: readonly unknown[]) => statement.run(...values as Value[]),
      iterate: (values: readonly unknown[]) => statement.iterate(...values as Value[]),
    }
  }
}
