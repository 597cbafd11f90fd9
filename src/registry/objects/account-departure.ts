/**
 * How an account leaves and comes back. Destroying an Account keeps its object for recovery, ends its logins and queues
 * DestroyAccount, in one transaction. A client may also create that task: then it says when, and the account leaves with
 * the creation, under the rules for destroying an Account. Destroying the task brings the account back, as long as the
 * removal of its data has not begun (services/removal/README.md); until then the same rules say who moves its time, because
 * "now" takes away the time in which it could come back.
 */
import { canonicalLocal } from '../../base/address.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { RegistryTx } from '../ports.ts'
import type { Registry } from '../registry.ts'
import type { WriteContext } from '../schema/object.ts'
import { permissionOf } from '../schema/permissions.ts'
import type { RolePermissions } from '../schema/permissions.ts'
import { refusal } from '../set-error.ts'
import { Problems } from '../values/problems.ts'
import { keepAccount, keptAccount, takeAccount } from './account-archive.ts'
import { refuseRemoval, refuseWrite } from './account-permissions.ts'
import { retentionNow } from './data-retention.ts'
import { domainsOf, groupsOf, tenantOf } from './tenancy.ts'
import type { VariantHooks } from './task.ts'

/** The fields of the task DestroyAccount. */
export type Departure = {
  readonly accountId: Id
  readonly accountName: string
  readonly accountDomainId: Id
  readonly accountType: string
}

export interface Departures<Tx> {
  /** Queues DestroyAccount, due in ms since 1970; does nothing when one waits for this account: whoever made it said when. */
  readonly queue: (tx: Tx, departure: Departure, due: number) => Promise<void>
  /** The registry that the objects are in. */
  readonly registry: () => Pick<Registry<Tx & RegistryTx>, 'destroyIn' | 'putBack'>
}
/** For who only wants to know what objects there are. */
export const NO_DEPARTURES: Departures<unknown> = {
  queue: () => Promise.resolve(),
  registry() { throw new Error('these objects are in no registry') },
}

/** After the removal of the Account object, whose body is `body`. */
export async function accountLeaves<Tx extends RegistryTx>(
  tx: Tx, accountId: Id, body: JsonObject, now: number, { queue }: Departures<Tx>,
): Promise<void> {
  await keepAccount(tx, accountId, body)
  const { archiveDeletedAccountsFor } = await retentionNow(tx)
  await queue(tx, departureOf(accountId, body), now + (archiveDeletedAccountsFor ?? 0))
}

export interface DepartureHooksOptions<Tx> {
  readonly roles: () => RolePermissions
  /** As `x:Account/set` destroys one. */
  readonly destroyAccount: (tx: Tx, accountId: Id, context: WriteContext) => Promise<void>
  /** Under its old id, with the checks of a creation. */
  readonly putBack: (tx: Tx, accountId: Id, body: JsonObject, context: WriteContext) => Promise<void>
}

/** What writing a DestroyAccount task does besides. */
export function departureHooks<Tx extends RegistryTx>(
  { roles, destroyAccount, putBack }: DepartureHooksOptions<Tx>,
): VariantHooks<Tx> {
  return {
    async derive(tx, _id, next, before, context) {
      if (before === null) {
        require(context.principal, 'Destroy')
        return { body: { ...next, ...await findAccount(tx, next) }, index: [] }
      }
      refuseOtherAccount(next, before)
      const id = String(before['accountId'])
      const body = await keptAccount(tx, id)
      if (body !== null) {
        require(context.principal, 'Destroy')
        refuseRemoval({ id, body }, roles(), context)
      }
      return { body: next, index: [] }
    },

    async settle(tx, _id, next, before, context) {
      if (before === null) {
        await destroyAccount(tx, String(next?.['accountId']), context)
      } else if (next === null) {
        const accountId = String(before['accountId'])
        const [there] = await tx.objects.get('Account', [accountId])
        if (there !== undefined) return
        require(context.principal, 'Create')
        const body = await takeAccount(tx, accountId)
        if (body === null) throw begun(before)
        // With what it may do, nobody brings back more than he has.
        refuseWrite(accountId, body, null, roles(), context)
        await putBack(tx, accountId, await withoutStale(tx, body), context)
      }
    },
  }
}

function departureOf(accountId: Id, body: JsonObject): Departure {
  return {
    accountId, accountName: String(body['name']), accountDomainId: String(body['domainId']), accountType: String(body['@type']),
  }
}

/** Whom it names may have gone meanwhile; without its own domain it cannot come back. */
async function withoutStale({ objects }: RegistryTx, body: JsonObject): Promise<JsonObject> {
  const there = async (object: string, ids: readonly Id[]): Promise<ReadonlySet<Id>> =>
    new Set((await objects.get(object, ids)).map(({ id }) => id))
  const tenantId = tenantOf(body)
  const groups = await there('Account', groupsOf(body))
  const domains = await there('Domain', domainsOf(body))
  const aliases = Object.entries(isJsonObject(body['aliases']) ? body['aliases'] : {})
    .filter(([, alias]) => isJsonObject(alias) && domains.has(String(alias['domainId'])))
  return {
    ...body,
    aliases: Object.fromEntries(aliases),
    ...(body['@type'] === 'User' ? { memberGroupIds: Object.fromEntries([...groups].map(id => [id, true])) } : {}),
    ...(tenantId === null ? {} : { memberTenantId: (await there('Tenant', [tenantId])).has(tenantId) ? tenantId : null }),
  }
}

async function findAccount({ objects }: RegistryTx, { accountName, accountDomainId }: JsonObject): Promise<Departure> {
  const where = [
    { field: 'name', value: canonicalLocal(String(accountName)) ?? '' },
    { field: 'domainId', value: String(accountDomainId) },
  ]
  const ids = await objects.query('Account', { where, ascending: true, limit: 1 })
  const [account] = await objects.get('Account', ids)
  if (account !== undefined) return departureOf(account.id, account.body)
  const problems = new Problems()
  problems.invalid(['accountName'], String(accountName), 'is no account of this domain; write the part before the @.')
  problems.refuse()
  throw new Error('a problem was found and not refused')
}

function refuseOtherAccount(next: JsonObject, before: JsonObject): void {
  const changed = ['accountName', 'accountDomainId'].filter(name => next[name] !== before[name])
  if (changed.length === 0) return
  throw refusal('invalidPatch', 'The task is bound to its account; create another task for another account.', changed)
}

function require(principal: WriteContext['principal'], verb: 'Create' | 'Destroy'): void {
  const permission = permissionOf({ permissionPrefix: 'sysAccount' }, verb)
  if (principal === null || principal.permissions.has(permission)) return
  const what = verb === 'Create' ? 'Destroying this task brings its account back' : 'This task destroys an account'
  throw refusal('forbidden', `${what}, for which ${principal.name} lacks the permission ${permission}.`)
}

function begun({ accountName }: JsonObject) {
  return refusal(
    'forbidden',
    `The data of ${String(accountName)} is being removed, so the account cannot come back; let the task run to its end.`,
  )
}
