/** One step of the schema, written once for both databases: the few words that differ come from `Ddl`. */
import type { DialectName } from '../context.ts'

export interface Migration {
  /** 1, 2, 3, … without a gap; a released one is never changed. */
  readonly version: number
  readonly name: string
  /** Runs in one transaction with all other pending steps. */
  statements(ddl: Ddl): readonly string[]
}

export interface Ddl {
  readonly dialect: DialectName
  /** Compared byte by byte, so that order is the same in both stores. */
  readonly text: string
  /** 64 bits; numbers above 2^53 are never stored. */
  readonly integer: string
  readonly bytes: string
  /** Ends a `create table`: SQLite checks types only in STRICT tables. */
  readonly strict: string
  /**
   * Ends a `create table` whose rows are read by primary key only and are little more than it: kept in the
   * key's own tree.
   */
  readonly keyed: string
}

export const DDL: Readonly<Record<DialectName, Ddl>> = {
  sqlite: {
    dialect: 'sqlite', text: 'text', integer: 'integer', bytes: 'blob',
    strict: 'strict', keyed: 'strict, without rowid',
  },
  postgres: {
    dialect: 'postgres', text: 'text collate "C"', integer: 'bigint', bytes: 'bytea',
    strict: '', keyed: '',
  },
}
