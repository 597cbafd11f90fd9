/**
 * What the registry needs of a store, inside a transaction: objects as JSON documents with indexed values and links, keys
 * with an expiry, and the audit log.
 */
import type { Id } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'

export interface StoredObject { readonly id: Id; readonly version: number; readonly body: JsonObject }
/** A value that queries filter on. `unique`: at most one object of the kind holds (field, value). */
export interface IndexEntry { readonly field: string; readonly value: string; readonly unique: boolean }
/** One that is new, refers to nothing, and holds no unique value. */
export interface NewObject { readonly id: Id; readonly body: JsonObject; readonly index: readonly IndexEntry[] }
export interface ObjectRef { readonly object: string; readonly id: Id }
/** `conflict`: another object holds a unique value; `field` is `id` when the id itself is taken. */
export type WriteReply = { readonly kind: 'written' } | { readonly kind: 'conflict'; readonly field: string; readonly existingId: Id } | { readonly kind: 'gone' } | { readonly kind: 'changed' }

/**
 * An indexed value that an object must hold: this one, with `prefix` (at most 150 characters) one that begins so, or with
 * `comparison` one that stands so to it in the order of ASCII texts, as dates do.
 */
export interface IndexMatch {
  readonly field: string
  readonly value: string
  readonly prefix?: true
  readonly comparison?: '>' | '>=' | '<' | '<='
}

export interface ObjectQuery {
  /** All must hold (AND). */
  readonly where: readonly IndexMatch[]
  readonly ascending: boolean
  readonly limit: number
  readonly afterId?: Id
  readonly position?: number
}

/**
 * Writers of one name take turns, and hold the names that their links lead to: what is read after a write stays true until
 * the transaction ends, as far as it is about objects of these names. So a rule that counts objects is asked after the write.
 *
 * Links must lead to stored objects, or to names of which nothing was ever stored here. A write that would leave one
 * leading nowhere throws store/conflict: who checks first meets that only when somebody else was quicker.
 */
export interface ObjectTable {
  /** In the order of `ids`; unknown ids are left out. */
  get(object: string, ids: readonly Id[]): Promise<StoredObject[]>
  /** Begins what a write does at the latest: for who must look before writing. Lock several in order of name. */
  lock(object: string): Promise<void>
  /** Ids, ordered by id. */
  query(object: string, query: ObjectQuery): Promise<Id[]>
  count(object: string, where: ObjectQuery['where']): Promise<number>
  insert(object: string, id: Id, body: JsonObject, index: readonly IndexEntry[], links: readonly ObjectRef[]): Promise<WriteReply>
  /** Many at once, with a few statements. Throws store/conflict where an id is taken. */
  insertAll(object: string, rows: readonly NewObject[]): Promise<void>
  /** Only when the stored version is `version`; replaces index entries and links. */
  update(object: string, id: Id, version: number, body: JsonObject, index: readonly IndexEntry[], links: readonly ObjectRef[]): Promise<WriteReply>
  remove(object: string, id: Id): Promise<boolean>
  /** Objects that link to this one, at most `limit`. */
  linksTo(target: ObjectRef, limit: number): Promise<ObjectRef[]>
  /** Grows with every committed write to any object of the name: what caches and reconcilers compare. */
  versions(): Promise<Readonly<Record<string, number>>>
}

/** `expiresAt` in ms since 1970, null = never. */
export interface NewKey { readonly key: string; readonly value: JsonObject; readonly expiresAt: number | null }

/** Keys with an expiry: sessions, rate limiters, settings of the node itself (key-families.ts). Values are JSON. */
export interface KeyValueTable {
  get(key: string): Promise<JsonObject | null>
  /** In the order of `keys`; null: it is not there. */
  getAll(keys: readonly string[]): Promise<readonly (JsonObject | null)[]>
  /** `expiresAt` in ms since 1970, null = never. */
  put(key: string, value: JsonObject, expiresAt: number | null): Promise<void>
  /** Many with a few statements; of a key that is named twice the last counts. */
  putAll(rows: readonly NewKey[]): Promise<void>
  /** False when the key exists and has not expired. */
  create(key: string, value: JsonObject, expiresAt: number | null): Promise<boolean>
  remove(key: string): Promise<boolean>
  /** Keys that begin with the prefix, in order, expired ones left out. */
  list(prefix: string, limit: number, after?: string): Promise<{ readonly key: string; readonly value: JsonObject }[]>
  removeExpired(limit: number): Promise<number>
  /** Keys that begin with the prefix, expired or not; how many it were. Fewer than `limit`: there is no other, but for those that somebody is just writing. */
  removePrefix(prefix: string, limit: number): Promise<number>
}

export const AUDIT_ACTIONS = ['Create', 'Update', 'Destroy'] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** One change of one object; `at` in ms since 1970. */
export interface AuditEntry {
  readonly id: Id
  readonly at: number
  readonly action: AuditAction
  readonly objectName: string
  readonly objectId: Id
  /** Null: the server itself. */
  readonly actorId: Id | null
  readonly actorName: string
  /** With what the actor had logged in. */
  readonly via: string | null
  /** From which address. */
  readonly remote: string | null
  /** JSON of the changed properties; null where there was nothing before or is nothing after. */
  readonly before: string | null
  readonly after: string | null
}

/** All that are given must hold; the bounds include themselves. */
export interface AuditFilter {
  readonly atMin?: number
  readonly atMax?: number
  readonly objectName?: string
  readonly objectId?: Id
  readonly actorId?: Id
  readonly action?: AuditAction
}

/** By `at`, then by id. */
export interface AuditPage {
  readonly ascending: boolean
  readonly limit: number
  /** The last entry before the page. */
  readonly after?: { readonly at: number; readonly id: Id }
  readonly position?: number
}

/** Who changed what. Entries are written with the change that they tell of, and never changed. */
export interface AuditTable {
  append(entry: AuditEntry): Promise<void>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<AuditEntry[]>
  query(filter: AuditFilter, page: AuditPage): Promise<Id[]>
  count(filter: AuditFilter): Promise<number>
  /** Removes at most `limit` entries from before `before`, oldest first; how many it were. */
  purge(before: number, limit: number): Promise<number>
}

export interface RegistryTx {
  readonly objects: ObjectTable
  readonly keys: KeyValueTable
  readonly audit: AuditTable
}
