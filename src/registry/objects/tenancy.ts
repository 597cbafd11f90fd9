/**
 * What belongs to which tenant.
 *
 * An account has the tenant of every domain in which it has an address, as far as these have one, and of every group that
 * it is a member of. So nothing of one tenant can be reached through another: not by an alias, not by a group. What is in
 * use moves in steps, each of which is right by itself: take the domain out of its tenant, move the accounts, then put the
 * domain into the new one.
 *
 * | write | asked after it (Hooks.settle), so that of two writers at once the second sees the first |
 * |---|---|
 * | account | the tenants of its domains and groups; maxAccounts or maxGroups; maxDiskQuota with what it brings along |
 * | group that moves, or becomes a user | that it has no members |
 * | domain | maxDomains; that its accounts are of its tenant already |
 *
 * A limit holds for what is added: one that is lowered below what is there refuses more, and destroys nothing.
 */
import { assert } from '../../base/assert.ts'
import { setMembers } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { IndexEntry, IndexMatch, RegistryTx, StoredObject } from '../ports.ts'
import { SetFailure, refusal } from '../set-error.ts'
import { Problems } from '../values/problems.ts'
import { limitOf } from './quotas.ts'
import type { TenantQuota } from './quotas.ts'
import type { StoredMail } from './stored-mail.ts'

const MEMBERS_SHOWN_MAX = 10

/** Of an account, a domain, or none. */
export function tenantOf(body: JsonObject | null): Id | null {
  const id = body === null ? undefined : ownValue(body, 'memberTenantId')
  return typeof id === 'string' ? id : null
}

export function groupsOf(account: JsonObject): Id[] {
  const groups = account['@type'] === 'User' ? ownValue(account, 'memberGroupIds') : undefined
  return isJsonObject(groups) ? setMembers(groups) : []
}

/** By their place in the list. */
export function aliasesOf(account: JsonObject): [string, JsonObject][] {
  return Object.entries(isJsonObject(account['aliases']) ? account['aliases'] : {}).filter(
    (entry): entry is [string, JsonObject] => isJsonObject(entry[1]),
  )
}

/** Every domain in which the account has an address, enabled or not. */
export function domainsOf(account: JsonObject): Id[] {
  const ids = [account, ...aliasesOf(account).map(([, alias]) => alias)].map(each => ownValue(each, 'domainId'))
  return [...new Set(ids.filter(id => typeof id === 'string'))]
}

export async function settleAccount<Tx extends RegistryTx>(
  tx: Tx, id: Id, next: JsonObject | null, before: JsonObject | null, mail: StoredMail<Tx>,
): Promise<void> {
  const [tenantId, formerId] = [tenantOf(next), tenantOf(before)]
  const moved = before === null || tenantId !== formerId
  const retyped = next !== null && before?.['@type'] !== next['@type']
  if (next !== null) {
    await refuseOtherTenants(tx, next, moved ? null : before)
    if (before?.['@type'] === 'Group' && (moved || retyped)) await refuseMembers(tx, id)
    if (tenantId !== null && (moved || retyped)) await refuseTooMany(tx, tenantId, sameKind(tenantId, next))
  }
  if (tenantId === formerId) return
  const bytes = await mail.countFor(tx, id, tenantId)
  if (tenantId !== null) await refuseTooMuch(tx, tenantId, bytes)
}

export async function settleDomain(
  tx: RegistryTx, id: Id, next: JsonObject | null, before: JsonObject | null,
): Promise<void> {
  const tenantId = tenantOf(next)
  if (tenantId === null || tenantId === tenantOf(before)) return
  await refuseTooMany(tx, tenantId, domainsOfTenant(tenantId))
  if (before !== null) await refuseStrangers(tx, id, tenantId)
}

/** `before`: what it has kept since then is not asked again. */
async function refuseOtherTenants({ objects }: RegistryTx, account: JsonObject, before: JsonObject | null): Promise<void> {
  const tenantId = tenantOf(account)
  const problems = new Problems()
  const domainIds = newIds(domainsOf(account), before && domainsOf(before))
  for (const { body } of await objects.get('Domain', domainIds)) {
    const wanted = tenantOf(body)
    if (wanted === null || wanted === tenantId) continue
    problems.invalid(['memberTenantId'], tenantId, `must be ${wanted}, the tenant of the domain ${String(body['name'])}.`)
  }
  const groupIds = newIds(groupsOf(account), before && groupsOf(before))
  for (const group of await objects.get('Account', groupIds)) {
    if (tenantOf(group.body) === tenantId) continue
    problems.invalid(['memberGroupIds', { key: group.id }], group.id, `is not a group of ${tenantName(tenantId)}.`)
  }
  problems.refuse()
}

function newIds(ids: readonly Id[], known: readonly Id[] | null): Id[] {
  return ids.filter(id => !known?.includes(id))
}

function tenantName(tenantId: Id | null): string {
  return tenantId === null ? 'an account without a tenant' : `the tenant ${tenantId}`
}

async function refuseMembers({ objects }: RegistryTx, groupId: Id): Promise<void> {
  const where = [{ field: 'memberGroupIds', value: groupId }]
  const members = await objects.query('Account', { where, ascending: true, limit: MEMBERS_SHOWN_MAX })
  if (members.length === 0) return
  throw new SetFailure({
    type: 'objectIsLinked',
    description: 'The group has members; take it out of their memberGroupIds first.',
    objectId: { object: 'Account', id: groupId },
    linkedObjects: members.map(id => ({ object: 'Account', id })),
  })
}

/** Own addresses and those of aliases are counted apart: one account may have both. */
async function refuseStrangers({ objects }: RegistryTx, domainId: Id, tenantId: Id): Promise<void> {
  for (const field of ['domainId', ALIAS_DOMAIN]) {
    const here = { field, value: domainId }
    const all = await objects.count('Account', [here])
    const own = all === 0 ? 0 : await objects.count('Account', [here, { field: 'memberTenantId', value: tenantId }])
    if (all === own) continue
    throw new SetFailure({
      type: 'objectIsLinked',
      description:
        `${all - own} of ${all} accounts with addresses in the domain are not of the tenant ${tenantId};`
        + ' set their memberTenantId first.',
      properties: ['memberTenantId'],
      objectId: { object: 'Domain', id: domainId },
    })
  }
}

/** The domains of an account's aliases. */
const ALIAS_DOMAIN = 'aliasDomainId'
/** Tenant and kind of an account in one, so that they are counted with one look at the index. */
const TENANT_KIND = 'tenantKind'

/** What the rules here are asked of, beyond the properties of accounts that are indexed themselves. */
export function tenancyEntries(account: JsonObject): IndexEntry[] {
  const tenantId = tenantOf(account)
  const aliases = aliasesOf(account).map(([, { domainId }]) => ({ field: ALIAS_DOMAIN, value: String(domainId) }))
  const kind = tenantId === null ? [] : [{ field: TENANT_KIND, value: tenantKind(tenantId, account) }]
  return [...aliases, ...kind].map(entry => ({ ...entry, unique: false }))
}

function tenantKind(tenantId: Id, account: JsonObject): string {
  return `${tenantId}/${String(account['@type'])}`
}

interface Counted {
  readonly quota: TenantQuota
  readonly object: string
  readonly plural: string
  readonly counted: IndexMatch
}

function domainsOfTenant(tenantId: Id): Counted {
  return { quota: 'maxDomains', object: 'Domain', plural: 'domains', counted: { field: 'memberTenantId', value: tenantId } }
}

function sameKind(tenantId: Id, account: JsonObject): Counted {
  const counted = { field: TENANT_KIND, value: tenantKind(tenantId, account) }
  return account['@type'] === 'Group'
    ? { quota: 'maxGroups', object: 'Account', plural: 'groups', counted }
    : { quota: 'maxAccounts', object: 'Account', plural: 'users', counted }
}

/** Counts with what was just written. */
async function refuseTooMany(tx: RegistryTx, tenantId: Id, { quota, object, plural, counted }: Counted): Promise<void> {
  const tenant = await tenantAt(tx, tenantId)
  const limit = limitOf(tenant.body, quota)
  if (limit === null) return
  const count = await tx.objects.count(object, [counted])
  if (count > limit) throw overQuota(tenant, quota, `has ${count - 1} ${plural} and may have ${limit}`)
}

async function refuseTooMuch(tx: RegistryTx, tenantId: Id, bytes: number): Promise<void> {
  const tenant = await tenantAt(tx, tenantId)
  const limit = limitOf(tenant.body, 'maxDiskQuota')
  if (limit === null || bytes <= limit) return
  throw overQuota(tenant, 'maxDiskQuota', `would store ${bytes} bytes of mail and may store ${limit}`)
}

async function tenantAt({ objects }: RegistryTx, tenantId: Id): Promise<StoredObject> {
  const [tenant] = await objects.get('Tenant', [tenantId])
  assert(tenant, `the tenant ${tenantId} that was referred to is gone`)
  return tenant
}

function overQuota(tenant: StoredObject, quota: TenantQuota, what: string): SetFailure {
  const name = String(tenant.body['name'])
  return refusal('overQuota', `${quota}: the tenant ${name} ${what}; remove some, or raise the quota of the tenant.`, [
    'memberTenantId',
  ])
}
