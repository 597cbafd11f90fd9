/**
 * The directory: which account a mail address belongs to, and which account a login name means.
 *
 * What is asked is brought into canonical form (base/address.ts) and looked up in indexes of the registry;
 * nothing is kept here, so an answer is as fresh as the store.
 *
 * recipient(address), in this order:
 * | step | finds |
 * |---|---|
 * | domain | a Domain by its name, then by an alias; unknown or disabled: nobody |
 * | address | an Account by `local@domain`, its own address or an enabled alias |
 * | subaddress | the same without `+tag`, unless the domain's subaddressing is Disabled |
 * | catch-all | the domain's catchAllAddress by the three steps above, without another catch-all |
 * A Group is an account like any other here: it has a mailbox of its own, which its members share. Nothing is
 * copied to members, so a message is stored once and what one member reads is read for all. Who the members are
 * is said by the members (`memberGroupIds`), and looked up with their login.
 *
 * login(name): an address by the first two steps, or a bare name that exactly one account has. A tag or a
 * catch-all is no identity, and an account of a disabled domain cannot log in.
 */
import { addressText, canonicalDomain, canonicalLocal, parseAddress } from '../../base/address.ts'
import type { Address } from '../../base/address.ts'
import type { Id } from '../../base/ids.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import type { MailGroup } from '../../registry/method.ts'
import { limitOf } from '../../registry/objects/quotas.ts'
import { groupsOf, tenantOf } from '../../registry/objects/tenancy.ts'
import type { ObjectTable, RegistryTx, StoredObject } from '../../registry/ports.ts'

export interface MailRecipient {
  readonly accountId: Id
  /** Bytes that the account may hold; null: no limit. */
  readonly quotaBytes: number | null
  /** Messages that the account may hold; left out: no limit. */
  readonly emailsMax?: number
  /** Left out: it has none, or one without a limit. */
  readonly tenant?: TenantLimit
}
/** Bytes that all accounts of a tenant may hold together. */
export interface TenantLimit { readonly tenantId: Id; readonly quotaBytes: number }

export interface Login {
  readonly accountId: Id
  readonly account: StoredObject
  readonly domain: StoredObject
  /** Those of which the account is a member now. */
  readonly groups: readonly MailGroup[]
}

export interface DirectoryStore { read<T>(work: (tx: RegistryTx) => Promise<T>): Promise<T> }

export class Directory {
  readonly #store: DirectoryStore

  constructor(store: DirectoryStore) {
    this.#store = store
  }

  /** Null: nobody here has the address. */
  async recipient(address: string): Promise<MailRecipient | null> {
    const wanted = parseAddress(address)
    if (wanted === null) return null
    return this.#store.read(async ({ objects }) => {
      const account = await mailbox(objects, wanted, true)
      return account && recipientOf(objects, account)
    })
  }

  /** The same for an account whose id is known. */
  async recipientById(accountId: Id): Promise<MailRecipient | null> {
    return this.#store.read(async ({ objects }) => {
      const [account] = await objects.get('Account', [accountId])
      return account ? recipientOf(objects, account) : null
    })
  }

  /** Null: the name means no account, or more than one, or one that may not log in. */
  async login(name: string): Promise<Login | null> {
    return this.#store.read(async ({ objects }) => {
      const account = await namedAccount(objects, name)
      return account && accountWithDomain(objects, account)
    })
  }

  /** The same for an account whose id is known. */
  async loginById(accountId: Id): Promise<Login | null> {
    return this.#store.read(async ({ objects }) => {
      const [account] = await objects.get('Account', [accountId])
      return account ? accountWithDomain(objects, account) : null
    })
  }
}

async function mailbox(
  objects: ObjectTable, wanted: Address, mayCatchAll: boolean,
): Promise<StoredObject | null> {
  const domain = await enabledDomain(objects, wanted.domain)
  if (!domain) return null
  const owner = await accountAt(objects, wanted.local, domain)
    ?? await accountAt(objects, untagged(wanted.local, domain), domain)
  if (owner || !mayCatchAll) return owner
  const catchAll = ownValue(domain.body, 'catchAllAddress')
  const elsewhere = typeof catchAll === 'string' ? parseAddress(catchAll) : null
  return elsewhere && mailbox(objects, elsewhere, false)
}

async function namedAccount(objects: ObjectTable, name: string): Promise<StoredObject | null> {
  if (name.includes('@')) {
    const address = parseAddress(name)
    const domain = address && await enabledDomain(objects, address.domain)
    return domain ? accountAt(objects, address.local, domain) : null
  }
  const bare = canonicalLocal(name)
  if (bare === null) return null
  const found = await objects.query('Account', {
    where: [{ field: 'name', value: bare }], ascending: true, limit: 2,
  })
  const [account] = found.length === 1 ? await objects.get('Account', found) : []
  return account ?? null
}

async function accountWithDomain(objects: ObjectTable, account: StoredObject): Promise<Login | null> {
  const domainId = ownValue(account.body, 'domainId')
  const [domain] = typeof domainId === 'string' ? await objects.get('Domain', [domainId]) : []
  if (domain === undefined || !isEnabled(domain)) return null
  return { accountId: account.id, account, domain, groups: await groupsAt(objects, account.body) }
}

/** Doubt refuses: what is no group, of another tenant, or of a disabled domain is none of the account's business. */
async function groupsAt(objects: ObjectTable, account: JsonObject): Promise<MailGroup[]> {
  const ids = groupsOf(account)
  if (ids.length === 0) return []
  const tenantId = tenantOf(account)
  const groups = (await objects.get('Account', ids))
    .filter(({ body }) => body['@type'] === 'Group' && tenantOf(body) === tenantId)
  const domainIds = groups.map(({ body }) => String(ownValue(body, 'domainId')))
  const domains = await objects.get('Domain', [...new Set(domainIds)])
  const enabled = new Set(domains.filter(isEnabled).map(({ id }) => id))
  return groups
    .filter((_, nth) => enabled.has(domainIds[nth] ?? ''))
    .map(({ id, body }) => ({ accountId: id, name: String(ownValue(body, 'emailAddress')) }))
}

async function enabledDomain(objects: ObjectTable, name: string): Promise<StoredObject | null> {
  for (const field of ['name', 'alias']) {
    const ids = await objects.query('Domain', { where: [{ field, value: name }], ascending: true, limit: 1 })
    const [domain] = await objects.get('Domain', ids)
    if (domain) return isEnabled(domain) ? domain : null
  }
  return null
}

/** Accounts are indexed under the name of their domain, never under its aliases. */
async function accountAt(
  objects: ObjectTable, local: string | null, domain: StoredObject,
): Promise<StoredObject | null> {
  const name = ownValue(domain.body, 'name')
  const canonical = typeof name === 'string' ? canonicalDomain(name) : null
  if (local === null || canonical === null) return null
  const where = [{ field: 'address', value: addressText({ local, domain: canonical }) }]
  const ids = await objects.query('Account', { where, ascending: true, limit: 1 })
  const [account] = await objects.get('Account', ids)
  return account ?? null
}

/** `user+tag` → `user` (RFC 5233); null when there is no tag, nobody before it, or the domain wants none. */
function untagged(local: string, domain: StoredObject): string | null {
  const plus = local.indexOf('+')
  const rule = ownValue(domain.body, 'subAddressing')
  const disabled = isJsonObject(rule) && ownValue(rule, '@type') === 'Disabled'
  return plus < 1 || disabled ? null : local.slice(0, plus)
}

function isEnabled(domain: StoredObject): boolean {
  return ownValue(domain.body, 'isEnabled') !== false
}

async function recipientOf(objects: ObjectTable, { id, body }: StoredObject): Promise<MailRecipient> {
  const emailsMax = limitOf(body, 'maxEmails')
  const tenantId = tenantOf(body)
  const [tenant] = tenantId === null ? [] : await objects.get('Tenant', [tenantId])
  const shared = tenant ? limitOf(tenant.body, 'maxDiskQuota') : null
  return {
    accountId: id,
    quotaBytes: limitOf(body, 'maxDiskQuota'),
    ...(emailsMax === null ? {} : { emailsMax }),
    ...(tenant === undefined || shared === null ? {} : { tenant: { tenantId: tenant.id, quotaBytes: shared } }),
  }
}
