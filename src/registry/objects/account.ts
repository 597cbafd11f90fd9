/**
 * Account: a user or a group with a mailbox. Its address is its name at its domain, and it logs in with that.
 * Credentials: account-credentials.ts. Who may write whom: account-permissions.ts. Tenants and groups: tenancy.ts.
 */
import type { EnumMember, Fields, VariantShape } from '../../base/fields.ts'
import {
  boolean,
  embedded,
  enumType,
  nullable,
  number,
  objectId,
  objectList,
  oneOf,
  set,
  shape,
  string,
  utcDateTime,
  variants,
} from '../../base/fields.ts'
import { addressText, canonicalLocal } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { IndexEntry, RegistryTx } from '../ports.ts'
import { object, typeFilter, VERBS } from '../schema/object.ts'
import type { Filterable, Hooks, ObjectDefinition } from '../schema/object.ts'
import type { RolePermissions } from '../schema/permissions.ts'
import { USER_ROLES } from '../schema/permissions.ts'
import { formatDate } from '../values/date.ts'
import { Problems } from '../values/problems.ts'
import { wordEntries } from '../values/words.ts'
import type { HashSecret } from './account-credentials.ts'
import { accountLeaves } from './account-departure.ts'
import type { Departures } from './account-departure.ts'
import { CREDENTIALS, CREDENTIALS_MAX, refuseOwnPassword, storeCredentials } from './account-credentials.ts'
import { refuseRemoval, refuseTenantPower, refuseWrite } from './account-permissions.ts'
import { removeKeysOf } from './api-key.ts'
import { LOCALE, LOCALE_DEFAULT } from './locale.ts'
import { removeGrantsOf } from './oauth-grant.ts'
import { ACCOUNT_QUOTA, quotasField } from './quotas.ts'
import type { StoredMail } from './stored-mail.ts'
import { aliasesOf, settleAccount, tenancyEntries } from './tenancy.ts'

export interface AccountOptions<Tx> {
  readonly hashSecret: HashSecret
  /** All permissions of this server, and what each role gives. */
  readonly permissions: readonly EnumMember[]
  readonly roles: RolePermissions
  readonly mail: StoredMail<Tx>
  readonly departures: Departures<Tx>
}

/** Known before the object is, because the list of permissions is a part of it. */
export const ACCOUNT = {
  name: 'Account',
  label: 'Account',
  plural: 'Accounts',
  permissionPrefix: 'sysAccount',
  verbs: VERBS,
} as const

const ALIASES_MAX = 100
const GROUPS_MAX = 100

const ALIAS = shape('EmailAlias', {
  name: string('The part before the @.', { maxLength: 64 }),
  domainId: objectId('Domain', 'The domain.', { label: 'Domain' }),
  enabled: boolean('Take mail for it.', { default: true }),
  description: nullable(string('For people.')),
})

const USER_NEUTRAL = { encryptionAtRest: [{ '@type': 'Disabled' }], timeZone: [null] }
/** A group has no login. */
const GROUP_NEUTRAL = {
  timeZone: [null], locale: [LOCALE_DEFAULT], permissions: [{ '@type': 'Inherit' }], roles: [{ '@type': 'Default' }],
}

const MAILBOX = {
  name: string('The part of the address before the @.', { index: 'filter', maxLength: 64 }),
  domainId: objectId('Domain', 'The domain of the address.', { index: 'filter', label: 'Domain' }),
  description: nullable(string('The full name, or what it is for.')),
  emailAddress: string('The address, made of name and domain.', {
    format: 'emailAddress',
    update: 'serverSet',
    label: 'Address',
  }),
  aliases: objectList(ALIAS, 'Further addresses.', { maxItems: ALIASES_MAX }),
  memberTenantId: nullable(objectId('Tenant', 'The tenant that it belongs to: that of its domains.', {
    index: 'filter',
    label: 'Tenant',
  })),
  quotas: quotasField(ACCOUNT_QUOTA, 'What it may store; nothing set: no limit.'),
  createdAt: utcDateTime('When it was created.', { update: 'serverSet', label: 'Created' }),
  usedDiskQuota: number('Bytes of mail that it stores.', 'size', { update: 'serverSet', label: 'Stored bytes' }),
} satisfies Fields

function accountShape(permissions: readonly EnumMember[]): VariantShape {
  const permission = { type: 'enum', enum: enumType('Permission', permissions) } as const
  const list = shape('PermissionsList', {
    enabledPermissions: set(permission, 'Granted.', { label: 'Granted' }),
    disabledPermissions: set(permission, 'Taken away.', { label: 'Taken away' }),
  })
  const user = shape('UserAccount', {
    ...MAILBOX,
    credentials: objectList(CREDENTIALS, 'Passwords.', { maxItems: CREDENTIALS_MAX }),
    roles: embedded(
      variants(
        'UserRoles',
        USER_ROLES.members.map(({ name, label }) => ({ name, label })),
      ),
      'What the account may do.',
      { label: 'Role' },
    ),
    locale: oneOf(LOCALE, 'Language and country of the web console.', { default: LOCALE_DEFAULT }),
    memberGroupIds: set({ type: 'objectId', objectName: 'Account/Group' }, 'Groups whose mail it may read and change.', {
      index: 'filter',
      maxItems: GROUPS_MAX,
      label: 'Groups',
    }),
    permissions: embedded(
      variants('Permissions', [
        { name: 'Inherit', label: 'Those of the role' },
        { name: 'Merge', label: 'Those of the role, and more or fewer', shape: list },
        { name: 'Replace', label: 'Only these', shape: list },
      ]),
      'Exceptions from the role.',
    ),
  }, USER_NEUTRAL)
  return variants('Account', [
    { name: 'User', label: 'User', shape: user },
    { name: 'Group', label: 'Group', shape: shape('GroupAccount', MAILBOX, GROUP_NEUTRAL) },
  ])
}

const FILTERS = {
  text: { type: { type: 'string', format: 'string' }, label: 'Words of name, address or description', words: true },
  name: { type: { type: 'string', format: 'string' }, label: 'Name', canonical: text => canonicalLocal(text) ?? text },
  domainId: { type: { type: 'objectId', objectName: 'Domain' }, label: 'Domain' },
  memberGroupIds: { type: { type: 'objectId', objectName: 'Account/Group' }, label: 'Group' },
  memberTenantId: { type: { type: 'objectId', objectName: 'Tenant' }, label: 'Tenant' },
} as const satisfies Readonly<Record<string, Filterable>>

export function accountObject<Tx extends RegistryTx>(options: AccountOptions<Tx>): ObjectDefinition<JsonObject, Tx> {
  const of = accountShape(options.permissions)
  const general = ['emailAddress', 'name', 'domainId', 'description', 'memberTenantId']
  const mail = [
    { title: 'Aliases', fields: ['aliases'] },
    { title: 'Storage', fields: ['quotas', 'usedDiskQuota', 'createdAt'] },
  ]
  const columns = ['emailAddress', 'description', 'createdAt']
  return object<Tx>({
    ...ACCOUNT,
    doc: 'A user or a group with a mailbox.',
    shape: of,
    columns: ['emailAddress', '@type', 'description', 'createdAt'],
    filters: { '@type': typeFilter(of.name, of.variants), ...FILTERS },
    sections: {
      UserAccount: [
        { title: 'Account', fields: general },
        { title: 'Login', fields: ['credentials', 'locale'] },
        { title: 'What it may do', fields: ['memberGroupIds', 'roles', 'permissions'] },
        ...mail,
      ],
      GroupAccount: [{ title: 'Group', fields: general }, ...mail],
    },
    views: [
      {
        name: 'User',
        title: 'Users',
        subtitle: 'Accounts of people and programs.',
        columns,
        filters: { '@type': 'User' },
      },
      {
        name: 'Group',
        title: 'Groups',
        subtitle: 'Mailboxes without a login, shared by their members.',
        columns,
        filters: { '@type': 'Group' },
      },
    ],
    keyProperties: { address: 'name' },
    menu: { section: 'Management', icon: 'book-user', group: 'Directory', link: 'Accounts' },
    hooks: hooks(options),
  })
}

function hooks<Tx extends RegistryTx>({ hashSecret, roles, mail, departures }: AccountOptions<Tx>): Hooks<Tx> {
  return {
    async prepare(id, next, before, context) {
      refuseTenantPower(next, roles)
      refuseWrite(id, next, before, roles, context)
      refuseOwnPassword(id, next, before, context)
      const body = { createdAt: formatDate(context.now), ...canonicalNames(next) }
      return { body: await storeCredentials(body, before, hashSecret) }
    },
    async derive(tx, _id, next) {
      const [own, ...aliases] = await addressesOf(tx, next)
      const index = new Set([own, ...aliases])
        .values()
        .map((value): IndexEntry => ({ field: 'address', value: value ?? '', unique: true }))
      return { body: { ...next, emailAddress: own ?? '' }, index: [...index] }
    },
    async guard(tx, stored, context) {
      refuseRemoval(stored, roles, context)
      await removeKeysOf(tx, stored.id)
      await removeGrantsOf(tx, stored.id)
    },
    entries: body => [
      ...wordEntries([
        body['name'], body['emailAddress'], body['description'], ...aliasesOf(body).map(([, alias]) => alias['name']),
      ]),
      ...tenancyEntries(body),
    ],
    async settle(tx, id, next, before, { now }) {
      await settleAccount(tx, id, next, before, mail)
      if (next === null && before !== null) await accountLeaves(tx, id, before, now, departures)
    },
    computed: {
      async usedDiskQuota(tx, accounts) {
        const used = await mail.usedBytes(tx, accounts.map(({ id }) => id))
        return accounts.map(({ id }) => used.get(id) ?? 0)
      },
    },
  }
}

/** Local parts in canonical form, or what is wrong with them. */
function canonicalNames(body: JsonObject): JsonObject {
  const problems = new Problems()
  const read = (text: string, path: readonly (string | { readonly key: string })[]): string => {
    const local = canonicalLocal(text)
    if (local === null) {
      problems.invalid(
        path,
        text,
        'must be the part of an address before the @, such as jane.doe; the domain is chosen with domainId.',
      )
    }
    return local ?? text
  }
  const name = read(String(body['name']), ['name'])
  const aliases = aliasesOf(body).map(([key, alias]) => [
    key,
    { ...alias, name: read(String(alias['name']), ['aliases', { key }, 'name']) },
  ])
  problems.refuse()
  return { ...body, name, aliases: Object.fromEntries(aliases) as JsonObject }
}

/** The own address, then those of the enabled aliases. */
async function addressesOf(tx: RegistryTx, body: JsonObject): Promise<string[]> {
  // Nobody renames a domain between this look and the write.
  await tx.objects.lock('Domain')
  const named = [body, ...aliasesOf(body).map(([, alias]) => alias).filter(alias => alias['enabled'] !== false)]
  const domains = await tx.objects.get('Domain', [...new Set(named.map(each => String(each['domainId'])))])
  const names = new Map(domains.map(domain => [domain.id, String(domain.body['name'])]))
  return named.map(each =>
    addressText({ local: String(each['name']), domain: names.get(String(each['domainId'])) ?? '' }),
  )
}
