/**
 * Where the rows of an object are. Most objects lie in the ObjectTable (table-backend.ts); tasks and nodes have rows of
 * their own and come through the same interface, so that the verbs know no object by name. Bodies are in the wire's
 * form, secrets excepted. Every call gets the transaction it is to work in.
 */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { IndexEntry, ObjectRef, WriteReply } from '../ports.ts'
import type { Stored } from '../schema/object.ts'

export type Comparison = '=' | '>' | '>=' | '<' | '<='
/**
 * `value` is in the canonical form of the property's type; a list, where a filter takes one: any of these. With `words`, each word of it must begin a word of the object.
 * All conditions of a query hold together.
 */
export interface Condition {
  readonly property: string
  readonly comparison: Comparison
  readonly value: Json
  readonly words?: true
}
/** A total order: by the property, then by id in the same direction. */
export interface Selection {
  readonly conditions: readonly Condition[]
  readonly property: string
  readonly ascending: boolean
}
/** At most `limit` ids, after the object `after` and then `skip` further ones. */
export interface Window { readonly limit: number; readonly skip: number; readonly after?: Id }

export interface Change {
  readonly body: JsonObject
  readonly index: readonly IndexEntry[]
  readonly links: readonly ObjectRef[]
}
export type Removal = 'removed' | 'changed' | 'gone'
export type CreateReply = { readonly kind: 'created'; readonly id: Id } | Extract<WriteReply, { kind: 'conflict' }>

export interface ObjectReader<Tx> {
  /** In the order of `ids`; those that do not exist are left out. */
  get(tx: Tx, ids: readonly Id[]): Promise<Stored[]>
  /** Whether an object is there and part of a selection. */
  contains(tx: Tx, selection: Selection, id: Id): Promise<boolean>
  /** Whether `page` can go on after an object that is no longer part of the selection, from where it was. */
  knowsPlaceOf?(selection: Selection, id: Id): boolean
  page(tx: Tx, selection: Selection, window: Window): Promise<Id[]>
  count(tx: Tx, selection: Selection): Promise<number>
}

export interface ObjectBackend<Tx> extends ObjectReader<Tx> {
  /** The reply's id is another one when the backend took the object into an existing one. */
  create(tx: Tx, id: Id, change: Change): Promise<CreateReply>
  /** The body that a change begins with, where earlier ones were taken and are not carried out yet; left out: what is stored. */
  asked?(stored: Stored): JsonObject
  /** Only when the object is still at the version of `stored`. */
  update(tx: Tx, stored: Stored, change: Change): Promise<WriteReply>
  /** What is in the ObjectTable goes only when it is still at the version of `stored`: what follows is worked out on that. */
  destroy(tx: Tx, stored: Stored): Promise<Removal>
  /** Objects that refer to this one, at most `limit`. */
  linksTo(tx: Tx, id: Id, limit: number): Promise<ObjectRef[]>
}

export function canWrite<Tx>(backend: ObjectReader<Tx>): backend is ObjectBackend<Tx> {
  return 'create' in backend
}
