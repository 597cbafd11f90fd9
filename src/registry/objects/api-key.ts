/**
 * ApiKey: a bearer token of an account, for one program. The server makes the text, tells it once, in the reply to the
 * creation, and keeps a hash. A key does what its account may do, or less; services/auth reads it at each use.
 *
 * | who | may |
 * |---|---|
 * | every account | make, change and revoke keys of its own |
 * | who may change accounts (sysAccountUpdate) | the same for every account whose permissions he has all of |
 * | anybody | give no key, and change no key that has, a permission that his own login has not |
 * | who is logged in with a key | give no key other permissions, a longer life, or more networks than that key has |
 *
 * Without the last two rules a key that was handed out with little could make itself one with everything, and one that
 * was lost would outlive its own end. Revoking needs none of that among one's own: it has to work at once. For others all
 * permissions of the account count, however little the key may do: a key for the mail of an administrator opens a mailbox
 * that is none of who only looks after users.
 */
import type { EnumMember } from '../../base/fields.ts'
import { embedded, nullable, objectId, set, setMembers, shape, string, utcDateTime } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { KEYS } from '../key-families.ts'
import type { Principal } from '../method.ts'
import type { RegistryTx } from '../ports.ts'
import type { Hooks, ObjectDefinition, WriteContext } from '../schema/object.ts'
import { object, VERBS } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { formatDate } from '../values/date.ts'
import { Problems } from '../values/problems.ts'
import { beyond, named } from './account-permissions.ts'
import { credentialPermissionsShape, restrictedPermissions, staysWithin } from './credential-permissions.ts'

/** Makes a new key: the text for its owner, and what is stored of it. */
export type NewToken = (of: { readonly accountId: Id; readonly keyId: Id }) => {
  readonly token: string
  readonly stored: string
}

export interface ApiKeyOptions {
  readonly newToken: NewToken
  /** All permissions of this server. */
  readonly permissions: readonly EnumMember[]
  /** Names of what an account may do. */
  readonly permissionsOf: (account: JsonObject) => ReadonlySet<string>
}

/** Known before the object is, because the list of permissions is a part of it. */
export const API_KEY = {
  name: 'ApiKey',
  label: 'API key',
  plural: 'API keys',
  permissionPrefix: 'sysApiKey',
  verbs: VERBS,
  owner: { property: 'accountId', everyones: 'sysAccountUpdate' },
} as const

/** Against a program that makes one at each start. */
export const KEYS_PER_ACCOUNT_MAX = 100
const NETWORKS_MAX = 100
/** What `Principal.via` begins with for who is logged in with a key; its id follows. */
export const VIA_API_KEY = 'apiKey:'

export function apiKeyObject<Tx extends RegistryTx>(
  options: ApiKeyOptions,
): ObjectDefinition<JsonObject, Tx> {
  const { name, label, plural, owner } = API_KEY
  return object<Tx>({
    name, label, plural, owner,
    doc: 'A key with which a program logs in as an account.',
    labelProperty: 'description',
    columns: ['description', 'accountId', 'lastUsedAt', 'expiresAt'],
    filters: {
      accountId: { type: { type: 'objectId', objectName: 'Account' }, label: 'Account' },
      expiresAt: { type: { type: 'utcDateTime' }, label: 'Expires', range: true },
    },
    shape: shape(name, {
      accountId: objectId('Account', 'The account as which the program logs in; left out: your own.', {
        update: 'immutable', index: 'filter', label: 'Account',
      }),
      description: string('What the key is for.'),
      secret: string('The key. It is made by the server and shown once.', {
        format: 'secret', update: 'serverSet', label: 'Key',
      }),
      createdAt: utcDateTime('When it was made.', { update: 'serverSet', label: 'Created' }),
      lastUsedAt: nullable(utcDateTime('When a program last used it, give or take an hour; empty: never, or not for a year.', {
        update: 'serverSet', label: 'Last used',
      })),
      permissions: embedded(credentialPermissionsShape(options.permissions), 'What the program may do.'),
      expiresAt: nullable(
        utcDateTime('It works until then; empty: until it is revoked.', { index: 'filter', label: 'Expires' }),
      ),
      allowedIps: set(
        { type: 'string', format: 'ipNetwork' },
        'It works from these networks; empty: from everywhere.',
        { maxItems: NETWORKS_MAX, label: 'Allowed networks' },
      ),
    }),
    sections: [
      { title: 'Key', fields: ['description', 'accountId', 'secret', 'createdAt', 'lastUsedAt'] },
      { title: 'What it may do', fields: ['permissions'] },
      { title: 'When and where it works', fields: ['expiresAt', 'allowedIps'] },
    ],
    menu: { section: 'Management', icon: 'book-user', group: 'Directory', link: 'API keys' },
    hooks: hooks(options),
  })
}

/** Key of the row that says in `at` when a key was last used, in ms since 1970. */
export function keyUseKey(keyId: Id): string {
  return KEYS.apiKeyUsed.prefix + keyId
}

/** Takes the keys of an account along when it is destroyed. */
export async function removeKeysOf({ objects }: RegistryTx, accountId: Id): Promise<void> {
  const where = [{ field: API_KEY.owner.property, value: accountId }]
  for (;;) {
    const ids = await objects.query(API_KEY.name, { where, ascending: true, limit: KEYS_PER_ACCOUNT_MAX })
    if (ids.length === 0) return
    for (const id of ids) await objects.remove(API_KEY.name, id)
  }
}

function hooks<Tx extends RegistryTx>({ newToken, permissionsOf }: ApiKeyOptions): Hooks<Tx> {
  /** What a key may do, as its account is now. */
  const permissionsOfKey = (account: JsonObject, key: JsonObject) =>
    restrictedPermissions(permissionsOf(account), key['permissions'])

  return {
    computed: {
      lastUsedAt: ({ keys }, all) => Promise.all(all.map(async ({ id }) => {
        const use = await keys.get(keyUseKey(id))
        return typeof use?.['at'] === 'number' ? formatDate(use['at']) : null
      })),
    },
    async prepare(keyId, next, before, { now }) {
      if (before !== null) return { body: next }
      refusePast(next, now)
      const { token, stored } = newToken({ accountId: String(next['accountId']), keyId })
      return { body: { ...next, secret: stored, createdAt: formatDate(now) }, shown: { secret: token } }
    },
    async derive(tx, _id, next, before, { principal }) {
      const account = await accountOf(tx, next)
      if (before === null) refuseGroup(account, String(next['accountId']))
      if (principal !== null) {
        refuseStronger(account, next, principal)
        const able = [next, ...(before === null ? [] : [before])].map(key => permissionsOfKey(account, key))
        refuseBeyond(able.reduce((all, each) => all.union(each)), principal)
        await refuseBeyondOwnKey(tx, next, principal)
      }
      return { body: next, index: [] }
    },
    async settle({ objects }, _id, next, before) {
      if (before !== null || next === null) return
      const where = [{ field: API_KEY.owner.property, value: String(next['accountId']) }]
      if (await objects.count(API_KEY.name, where) <= KEYS_PER_ACCOUNT_MAX) return
      throw refusal(
        'overQuota',
        `An account may have ${KEYS_PER_ACCOUNT_MAX} API keys; destroy those that have expired or that nobody uses.`,
      )
    },
    async guard(tx, { body }, { principal }: WriteContext) {
      if (principal !== null) refuseStronger(await accountOf(tx, body), body, principal)
    },
  }

  function refuseStronger(account: JsonObject, { accountId }: JsonObject, principal: Principal): void {
    const missing = permissionsOf(account).difference(principal.permissions)
    if (accountId !== principal.accountId && missing.size > 0) throw beyond(missing)
  }
}

function refusePast({ expiresAt }: JsonObject, now: number): void {
  if (typeof expiresAt !== 'string' || Date.parse(expiresAt) > now) return
  const problems = new Problems()
  problems.invalid(['expiresAt'], expiresAt, 'is over already; choose a time to come, or none.')
  problems.refuse()
}

async function accountOf({ objects }: RegistryTx, { accountId }: JsonObject): Promise<JsonObject> {
  const [account] = await objects.get('Account', [String(accountId)])
  return account?.body ?? {}
}

function refuseGroup(account: JsonObject, accountId: Id): void {
  if (account['@type'] === 'User') return
  const problems = new Problems()
  problems.invalid(['accountId'], accountId, 'must be a user; groups do not log in.')
  problems.refuse()
}

/** More than a role has beyond a key that was made for one purpose is not worth reading. */
const MISSING_SHOWN_MAX = 20
function refuseBeyond(able: ReadonlySet<string>, { permissions }: Principal): void {
  const missing = able.difference(permissions)
  if (missing.size === 0) return
  throw refusal(
    'forbidden',
    `The key could do what your own login cannot (${named(missing, MISSING_SHOWN_MAX)}); leave that out of its permissions.`,
    ['permissions'],
  )
}

/** Who is logged in with a key cannot make one that can do more, now or later, works longer than that one, or from elsewhere. */
async function refuseBeyondOwnKey({ objects }: RegistryTx, next: JsonObject, { via }: Principal): Promise<void> {
  if (via === undefined || !via.startsWith(VIA_API_KEY)) return
  const [own] = await objects.get(API_KEY.name, [via.slice(VIA_API_KEY.length)])
  if (own === undefined) throw refusal('forbidden', 'The key that you are logged in with has been revoked.')
  if (!staysWithin(next['permissions'], own.body['permissions'])) {
    throw refusal(
      'forbidden',
      'You are logged in with a key that may not do everything; permissions must name (Replace) only what that key may do.',
      ['permissions'],
    )
  }
  const [end, ownEnd] = [endOf(next), endOf(own.body)]
  if (end > ownEnd) {
    const until = String(own.body['expiresAt'])
    throw refusal('forbidden', `You are logged in with a key that expires at ${until}; expiresAt cannot be later.`, [
      'expiresAt',
    ])
  }
  const [networks, ownNetworks] = [networksOf(next), networksOf(own.body)]
  if (ownNetworks.size === 0 || (networks.size > 0 && networks.isSubsetOf(ownNetworks))) return
  throw refusal(
    'forbidden',
    `You are logged in with a key that works from ${[...ownNetworks].slice(0, NETWORKS_SHOWN_MAX).join(', ')}; allowedIps must name some of its networks, and no others.`,
    ['allowedIps'],
  )
}
const NETWORKS_SHOWN_MAX = 3

function endOf(key: JsonObject): number {
  const expiresAt: Json | undefined = ownValue(key, 'expiresAt')
  return typeof expiresAt === 'string' ? Date.parse(expiresAt) : Infinity
}

function networksOf(key: JsonObject): ReadonlySet<string> {
  const networks = ownValue(key, 'allowedIps')
  return new Set(isJsonObject(networks) ? setMembers(networks) : [])
}
