/**
 * What the domain needs of a store: documents of accounts with a change log, content-addressed blobs, and a search
 * index that is fed with ready terms. E-mail is the first collection; calendars, contacts and files use the same tables.
 */
import type { Id } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'

/** An index row of a document: found by (name, value), ordered by (sort, id). One document may have many. */
export interface DocumentIndex { readonly name: string; readonly value: string; readonly sort: number }
export interface StoredDocument { readonly id: Id; readonly modseq: number; readonly body: JsonObject }
export interface DocumentScan {
  readonly name: string
  readonly value: string
  readonly ascending: boolean
  readonly limit: number
  readonly after?: { readonly sort: number; readonly id: Id }
}
export interface DocumentChange { readonly modseq: number; readonly id: Id; readonly kind: 'created' | 'updated' | 'destroyed' }

export interface DocumentRows {
  /** In the order of `ids`; unknown ids are left out. */
  get(accountId: Id, collection: string, ids: readonly Id[]): Promise<StoredDocument[]>
  /** Those of `ids` that are there. */
  present(accountId: Id, collection: string, ids: readonly Id[]): Promise<ReadonlySet<Id>>
  /** Creates or replaces the document with its index rows, and logs the change. Returns the new modseq of (account, collection). */
  put(accountId: Id, collection: string, id: Id, body: JsonObject, index: readonly DocumentIndex[]): Promise<number>
  /** Removes documents with their index rows, and logs that in the order of `ids`. Returns those that were there. */
  remove(accountId: Id, collection: string, ids: readonly Id[]): Promise<ReadonlySet<Id>>
  /** All ids of a collection in id order, for reindexing and export. */
  list(accountId: Id, collection: string, limit: number, after?: Id): Promise<Id[]>
  /** Removes documents with their index rows and logs nothing: for an account that goes as a whole. Unknown ids are no error. */
  erase(accountId: Id, collection: string, ids: readonly Id[]): Promise<void>
}
/** Documents by their index rows. */
export interface DocumentIndexes {
  scan(accountId: Id, collection: string, scan: DocumentScan): Promise<{ readonly id: Id; readonly sort: number }[]>
  /** The first document that an ascending scan of each value would give; values without one are left out. */
  first(accountId: Id, collection: string, name: string, values: readonly string[]): Promise<ReadonlyMap<string, Id>>
  count(accountId: Id, collection: string, name: string, value: string): Promise<number>
  /** Those of `ids` that have this index row. */
  having(accountId: Id, collection: string, name: string, value: string, ids: readonly Id[]): Promise<ReadonlySet<Id>>
}
/** The order of writes of one (account, collection), and the numbers that are drawn in that order. */
export interface DocumentLog {
  /**
   * Keeps other transactions from writing this collection until this one ends; waits for those that do. What is read
   * afterwards is current, so that counters and threads can be read, changed and put. Lock several in order of account.
   */
  lock(accountId: Id, collection: string): Promise<void>
  /** Keeps only those away that `lock` the collection, and waits for them: many may share it at once. Nothing of it is written then. */
  share(accountId: Id, collection: string): Promise<void>
  /** The highest modseq, 0 for an untouched collection. */
  modseq(accountId: Id, collection: string): Promise<number>
  /** What came after `since`, oldest first. Null: some of it was trimmed, so nobody can say (cannotCalculateChanges, RFC 8620 §5.2). */
  changes(accountId: Id, collection: string, since: number, limit: number): Promise<DocumentChange[] | null>
  /** Removes the oldest entries of the change log, at most `limit`, but keeps the newest `keep`; the modseq stays. Returns how many went. */
  trim(accountId: Id, collection: string, keep: number, limit: number): Promise<number>
  /**
   * Takes the next `count` numbers of a sequence and returns the last of them: from 1 on, each given once, in the order of
   * commits. A sequence is a collection without documents: `modseq` is the last number given, `forget` ends it.
   */
  draw(accountId: Id, sequence: string, count: number): Promise<number>
  /** Those in which an account has documents, changes or a counter, in order. */
  collections(accountId: Id): Promise<string[]>
  /**
   * Of a collection that has no documents any more: removes the oldest `limit` entries of the change log, and with the last
   * of them the counter, so that nothing is left of the collection. Returns how many entries went; fewer than `limit`: all.
   */
  forget(accountId: Id, collection: string, limit: number): Promise<number>
}
export type DocumentTable = DocumentRows & DocumentIndexes & DocumentLog

/** SHA-256 of the content, in base64url. */
export type BlobHash = string
export interface BlobOwner { readonly accountId: Id; readonly collection: string; readonly id: Id }
/** Of all contents, those whose hash begins with one byte. */
export const BLOB_SHARDS = 256
/**
 * Content is kept while a document links it, and for a while after it was stored, claimed or unlinked; then `purge` removes
 * it. What somebody puts, links or claims at the same time stays, or is stored again by him. README.md of the stores.
 */
export interface BlobTable {
  /** Stores the content once, however often it is put. It stays until this transaction has linked or claimed it. */
  put(content: Uint8Array): Promise<BlobHash>
  get(hash: BlobHash): Promise<Uint8Array | null>
  /** All of them at once, by hash, those that are there: who asks knows how large they are. */
  getAll(hashes: readonly BlobHash[]): Promise<ReadonlyMap<BlobHash, Uint8Array>>
  size(hash: BlobHash): Promise<number | null>
  /** Throws blob/missing. */
  link(hash: BlobHash, owner: BlobOwner): Promise<void>
  /** The same for documents of one collection, with a few statements. */
  linkAll(accountId: Id, collection: string, links: readonly BlobLink[]): Promise<void>
  /** Of documents of one collection. What they have linked stays claimed by the account. */
  unlink(accountId: Id, collection: string, links: readonly BlobLink[]): Promise<void>
  /** Keeps what was put for an account without a document, from now on; only `holderId` may read it there. Null: its members. */
  claim(hash: BlobHash, accountId: Id, holderId: Id | null): Promise<void>
  /** Whether the blob may be read in this account, by `readerId`: a document links it, or it is claimed. */
  readable(hash: BlobHash, accountId: Id, readerId?: Id): Promise<boolean>
  /**
   * For an account that goes as a whole: unlinks documents of one collection, claims nothing for it, and removes at once those of
   * the blobs that nothing else links and no other account claims.
   */
  release(accountId: Id, collection: string, links: readonly BlobLink[]): Promise<void>
  /** The same for claims of the account, and its own in other accounts, at most `limit`; returns how many there were. */
  disown(accountId: Id, limit: number): Promise<number>
  /** Looks at `limit` blobs of a shard, in order of hash. Removes those that nothing links, and nothing has kept since `before`. */
  purge(shardIndex: number, look: BlobLook): Promise<BlobPurged>
}
/** `before` in ms since 1970; `after`: the hash where an earlier look ended, '' at first. */
export interface BlobLook { readonly before: number; readonly after: BlobHash; readonly limit: number }
/** `next`: where to go on; null: this was the end of the shard. */
export interface BlobPurged { readonly looked: number; readonly removed: number; readonly octets: number; readonly next: BlobHash | null }
export interface BlobLink { readonly id: Id; readonly hash: BlobHash }

/** Terms are ready-made (services/search): lower case letters (with the vowel signs of scripts that have them), digits and `_` only, at most 64 characters. */
export interface SearchDocument { readonly accountId: Id; readonly collection: string; readonly id: Id; readonly fields: Readonly<Record<SearchField, readonly string[]>> }
export const SEARCH_FIELDS = ['subject', 'from', 'to', 'cc', 'body'] as const
export type SearchField = (typeof SEARCH_FIELDS)[number]
/** A tree over terms. `any` of a word's forms in `fields` (all fields when left out); a phrase is not promised. */
export type SearchExpression =
  | { readonly kind: 'term'; readonly anyOf: readonly string[]; readonly field?: SearchField }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly SearchExpression[] }
  | { readonly kind: 'not'; readonly part: SearchExpression }
export interface SearchTable {
  /** Replaces what is indexed for each document. */
  put(documents: readonly SearchDocument[]): Promise<void>
  remove(documents: readonly BlobOwner[]): Promise<void>
  /** Ids of matching documents of one account, newest id first, after `afterId` when given. */
  query(accountId: Id, collection: string, expression: SearchExpression, limit: number, afterId?: Id): Promise<Id[]>
  /** Whether one document is in the index. */
  has(owner: BlobOwner): Promise<boolean>
  /** Removes at most `limit` documents of an account, of any collection; returns how many. */
  purge(accountId: Id, limit: number): Promise<number>
}

/** What an account stores, or what all accounts of a tenant store together. `tenantId`: for whom the account counts. */
export interface Usage { readonly octets: number; readonly emails: number; readonly tenantId: Id | null }
export interface UsageTable {
  /** Of accounts and tenants; those that never stored anything are left out. */
  get(ids: readonly Id[]): Promise<ReadonlyMap<Id, Usage>>
  /** Returns the sum; who adds to the same one waits until this transaction ends. Several: accounts before tenants, each in order of id. */
  add(id: Id, more: { readonly octets: number; readonly emails: number }): Promise<Usage>
  /** How often the sum was corrected. */
  corrections(id: Id): Promise<number>
  /** Adds what was missing when it had been corrected `seen` times. Null, and nothing is written: it was corrected since. */
  correct(id: Id, by: { readonly octets: number; readonly emails: number }, seen: number): Promise<Usage | null>
  /** For an account that was added to. */
  assign(accountId: Id, tenantId: Id | null): Promise<void>
  remove(id: Id): Promise<void>
  /** Of all rows, those of tenants too. */
  total(): Promise<{ readonly octets: number; readonly emails: number }>
}

/** What happened to one message that came in. Its id says when that was over, and traces are in the order of their ids. */
export interface Trace {
  readonly id: Id
  /** In lower case; '' for the null sender. */
  readonly from: string
  readonly recipients: readonly string[]
  /** Octets of the message; 0 when none came. */
  readonly size: number
  readonly events: readonly JsonObject[]
}
/** All that are given must hold. */
export interface TraceFilter {
  /** This id or a later one. */
  readonly fromId?: Id
  /** An earlier id than this one. */
  readonly beforeId?: Id
  readonly from?: string
  /** One of its recipients. */
  readonly to?: string
  readonly among?: readonly Id[]
}
export interface TracePage { readonly ascending: boolean; readonly limit: number; readonly afterId?: Id; readonly position?: number }
export interface TraceTable {
  /** New ones; those that are there stay as they are, so that a repeat does no harm. */
  put(traces: readonly Trace[]): Promise<void>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<Trace[]>
  query(filter: TraceFilter, page: TracePage): Promise<Id[]>
  count(filter: TraceFilter): Promise<number>
  /** How many were there. */
  remove(ids: readonly Id[]): Promise<number>
}

/** Sums that only grow. Who adds to the same one waits until this transaction ends; several are added to in order of name. */
export interface CounterTable {
  add(amounts: Counters): Promise<void>
  all(): Promise<Counters>
}
export type Counters = Readonly<Record<string, number>>

/** What was measured for one slot of time; `slot` in ms since 1970, `sum` of those `count` things where that is asked. */
export interface MetricPoint { readonly id: Id; readonly metric: string; readonly slot: number; readonly count: number; readonly sum: number | null }
/** One collection: of which slot, which one it follows (null: none), and how the counters stood. */
export interface MetricSlot { readonly slot: number; readonly after: number | null; readonly counters: Counters }
/** The bounds include themselves. */
export interface MetricFilter { readonly metrics?: readonly string[]; readonly slotMin?: number; readonly slotMax?: number }
/** By slot, then by id. */
export interface MetricPage {
  readonly ascending: boolean
  readonly limit: number
  readonly after?: { readonly slot: number; readonly id: Id }
  readonly position?: number
}
export interface MetricTable {
  newest(): Promise<MetricSlot | null>
  /**
   * Adds a slot with its points. False, and nothing is written: another one follows `after` already, or the slot is there.
   * So of two collectors who have seen the same newest slot one is refused, whatever each of them knows.
   */
  append(slot: MetricSlot, points: readonly Omit<MetricPoint, 'slot'>[]): Promise<boolean>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<MetricPoint[]>
  query(filter: MetricFilter, page: MetricPage): Promise<Id[]>
  count(filter: MetricFilter): Promise<number>
  /** Removes at most `limit` points of slots before, oldest first; how many it were. The newest slot stays known. */
  purge(before: number, limit: number): Promise<number>
}

export interface DomainTx {
  readonly documents: DocumentTable
  readonly blobs: BlobTable
  readonly search: SearchTable
  readonly usage: UsageTable
  readonly traces: TraceTable
  readonly counters: CounterTable
  readonly metrics: MetricTable
}

/** The store as services see it: `Tx` may hold more tables than they know. */
export interface DomainStore<Tx extends DomainTx = DomainTx> {
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

/** A task that a service wants; due at once. Band 0 = interactive, 1 = bulk. */
export interface WantedTask { readonly variant: string; readonly payload: JsonObject; readonly band?: 0 | 1 }
/** Queues tasks in the transaction that makes them necessary. */
export type Enqueue<Tx extends DomainTx = DomainTx> = (tx: Tx, tasks: readonly WantedTask[]) => Promise<void>
