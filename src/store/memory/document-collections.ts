/** What is stored of the documents of accounts in memory: by account and collection, rows, the change log and a counter. */
import type { Id } from '../../base/ids.ts'
import type { DocumentChange, DocumentIndex } from '../../services/ports.ts'
import type { MemoryContext, MemoryTable } from './database.ts'
import { rowKey } from './row-key.ts'

interface DocumentRow {
  readonly id: Id
  readonly modseq: number
  readonly body: string
  readonly index: readonly DocumentIndex[]
}
export type Documents = ReadonlyMap<Id, DocumentRow>

/** Those that one transaction sees. */
export class Collections {
  readonly #documents: MemoryTable<Documents>
  readonly #log: MemoryTable<readonly DocumentChange[]>
  readonly #counters: MemoryTable<number>

  constructor(context: MemoryContext) {
    this.#documents = context.table('documents')
    this.#log = context.table('document_changes')
    this.#counters = context.table('document_counters')
  }

  rows(accountId: Id, collection: string): Documents {
    return this.#documents.get(rowKey(accountId, collection)) ?? new Map<Id, DocumentRow>()
  }

  replaceRows(accountId: Id, collection: string, rows: Documents): void {
    this.#documents.set(rowKey(accountId, collection), rows)
  }

  /** Oldest first. */
  changes(accountId: Id, collection: string): readonly DocumentChange[] {
    return this.#log.get(rowKey(accountId, collection)) ?? []
  }

  replaceChanges(accountId: Id, collection: string, changes: readonly DocumentChange[]): void {
    this.#log.set(rowKey(accountId, collection), changes)
  }

  /** The highest modseq. */
  highest(accountId: Id, collection: string): number {
    return this.#counters.get(rowKey(accountId, collection)) ?? 0
  }

  advance(accountId: Id, collection: string, by: number): number {
    const modseq = this.highest(accountId, collection) + by
    this.#counters.set(rowKey(accountId, collection), modseq)
    return modseq
  }

  /** Logs a change; its modseq. */
  record(accountId: Id, collection: string, id: Id, kind: DocumentChange['kind']): number {
    const modseq = this.advance(accountId, collection, 1)
    this.replaceChanges(accountId, collection, [...this.changes(accountId, collection), { modseq, id, kind }])
    return modseq
  }

  /** Of an account, those of which anything is there. */
  names(accountId: Id): string[] {
    const prefix = rowKey(accountId, '')
    const keys = [...this.#documents.entries(), ...this.#counters.entries()].map(([key]) => key)
    return [...new Set(keys.filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length)))].toSorted()
  }

  forget(accountId: Id, collection: string): void {
    for (const table of [this.#documents, this.#log, this.#counters]) table.delete(rowKey(accountId, collection))
  }
}
