/** What the verbs of one object work with, and the two checks that all of them begin with. */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import { MethodError } from '../method.ts'
import type { CallContext } from '../method.ts'
import type { AuditEntry } from '../ports.ts'
import type { ObjectDefinition, Verb } from '../schema/object.ts'
import { permissionOf } from '../schema/permissions.ts'
import type { ObjectReader } from './backend.ts'

/** Of one call, for `/get` and `/query` as for `/set`; the session tells clients these numbers. */
export const OBJECTS_IN_GET_MAX = 500
export const OBJECTS_IN_SET_MAX = 500

export interface Transactions<Tx> {
  /** All or nothing; may run the work again after a serialisation failure. */
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** A consistent look. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

export interface Environment<Tx> {
  readonly definition: ObjectDefinition<unknown, Tx>
  readonly backend: ObjectReader<Tx>
  readonly store: Transactions<Tx>
  readonly ids: IdSource
  readonly clock: Clock
  /** Which of these ids are objects of that name; none for an object that this server does not have. */
  readonly existing: (tx: Tx, object: string, ids: readonly Id[]) => Promise<ReadonlySet<Id>>
  readonly record: (tx: Tx, entry: AuditEntry) => Promise<void>
}

export function requirePermission(
  definition: ObjectDefinition<unknown, never>,
  verb: Verb,
  context: CallContext,
): void {
  const permission = permissionOf(definition, verb)
  if (context.principal.permissions.has(permission)) return
  throw new MethodError('forbidden', `${context.principal.name} lacks the permission ${permission}.`)
}
