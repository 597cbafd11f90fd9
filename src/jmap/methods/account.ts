/** What every mail method asks first: may this caller use it, and is it an account whose mail is the caller's. */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { MethodError } from '../../registry/method.ts'
import type { CallContext, Principal } from '../../registry/method.ts'
import { textArgument, textsArgument } from '../../registry/ops/arguments.ts'
import type { MAIL_PERMISSIONS } from '../../registry/schema/permissions.ts'
import type { MailImport } from '../../services/delivery/mail-import.ts'
import type { Indexing } from '../../services/indexing/indexing.ts'
import type { MailStore } from '../../services/mailstore/mailstore.ts'
import type { DomainStore, DomainTx } from '../../services/ports.ts'

export interface MailEnvironment<Tx extends DomainTx = DomainTx> {
  readonly store: DomainStore<Tx>
  readonly mailStore: MailStore<Tx>
  readonly indexing: Indexing<Tx>
  readonly imports: MailImport<Tx>
}

/** Objects of one call, got or set (`maxObjectsInGet`, `maxObjectsInSet`). */
export const OBJECTS_MAX = 500

export type MailPermission = (typeof MAIL_PERMISSIONS)[number]['name']

/** Whether the mail of an account is the caller's: the own account's, and that of the groups that it is a member of. */
export function sharesMail({ accountId, groups = [] }: Principal, wanted: Id): boolean {
  return wanted === accountId || groups.some(group => group.accountId === wanted)
}

/** The account that the call is about. Others than those of which the caller has the mail do not exist for him. */
export function accountOf(args: JsonObject, { principal }: CallContext, ...needed: readonly MailPermission[]): Id {
  const missing = needed.find(permission => !principal.permissions.has(permission))
  if (missing !== undefined) throw new MethodError('forbidden', `This needs the permission ${missing}.`)
  const accountId = textArgument(args, 'accountId')
  if (accountId === undefined) throw new MethodError('invalidArguments', 'accountId must name the account.')
  if (!sharesMail(principal, accountId)) throw new MethodError('accountNotFound', 'There is no such account for you.')
  return accountId
}

/** Without repetitions; undefined: all. */
export function idsOf(args: JsonObject): readonly string[] | undefined {
  const ids = textsArgument(args, 'ids')
  if (ids === undefined) return undefined
  if (ids.length > OBJECTS_MAX) throw tooLarge(`At most ${OBJECTS_MAX} ids can be asked for at once.`)
  return [...new Set(ids)]
}

/** The asked ones of the known properties, `id` always among them; refuses others by name. */
export function propertiesOf<Name extends string>(
  args: JsonObject, argument: string, known: readonly Name[], preset: readonly Name[],
): readonly Name[] {
  const asked = textsArgument(args, argument)
  if (asked === undefined) return preset
  const unknown = asked.find(name => !known.includes(name as Name))
  if (unknown !== undefined) throw new MethodError('invalidArguments', `${argument}: there is no property "${unknown}".`)
  return known.filter(name => name === 'id' || asked.includes(name))
}

export function pick<Name extends string>(names: readonly Name[], valueOf: (name: Name) => Json): JsonObject {
  return Object.fromEntries(names.map(name => [name, valueOf(name)]))
}

/** The reply of a `/get`. `found` may be longer than what was asked for. */
export function getReply(
  accountId: Id, state: string, ids: readonly string[] | undefined, found: ReadonlyMap<Id, JsonObject>,
): JsonObject {
  if (ids === undefined) return { accountId, state, list: [...found.values()], notFound: [] }
  return {
    accountId,
    state,
    list: ids.flatMap(id => found.get(id) ?? []),
    notFound: ids.filter(id => !found.has(id)),
  }
}

export function tooLarge(description: string): MethodError {
  return new MethodError('requestTooLarge', description)
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export function utcDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
