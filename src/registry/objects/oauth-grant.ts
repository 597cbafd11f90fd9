/**
 * OAuthGrant: a login of a web console. It is made by logging in (services/auth/oauth) and by nothing else; destroying it
 * ends the login and all of its tokens at once. What it was made with (hashes of passwords and of a cookie) is stored
 * with it and not declared, so nobody can read it here.
 */
import { nullable, objectId, shape, string, utcDateTime } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import { KEYS } from '../key-families.ts'
import type { RegistryTx } from '../ports.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { object } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'

const OBJECT = 'OAuthGrant'
const OWNER = { property: 'accountId', everyones: 'sysAccountUpdate' } as const
const REMOVED_AT_ONCE_MAX = 100
const byServer = { update: 'serverSet' } as const

export const oauthGrant: ObjectDefinition<unknown, RegistryTx> = object<RegistryTx>({
  name: OBJECT,
  label: 'Console login',
  doc: 'Somebody who is logged in to a web console.',
  verbs: ['Get', 'Query', 'Destroy'],
  owner: OWNER,
  shape: shape(OBJECT, {
    accountId: objectId('Account', 'Who is logged in.', { ...byServer, index: 'filter', label: 'Account' }),
    clientId: string('The console.', { ...byServer, label: 'Console' }),
    remote: string('The address of the browser when it logged in.', { ...byServer, label: 'Address' }),
    createdAt: utcDateTime('When it logged in.', { ...byServer, label: 'Logged in' }),
    lastUsedAt: nullable(utcDateTime(
      'When it was last given a token, every hour while it is in use; empty: more than a day ago, and the login is over.',
      { ...byServer, label: 'Last used' },
    )),
    expiresAt: utcDateTime('When it ends at the latest.', { ...byServer, label: 'Ends' }),
  }),
  labelProperty: 'clientId',
  columns: ['accountId', 'clientId', 'remote', 'createdAt', 'lastUsedAt'],
  sections: [{ title: 'Login', fields: ['accountId', 'clientId', 'remote', 'createdAt', 'lastUsedAt', 'expiresAt'] }],
  menu: { section: 'Management', icon: 'book-user', group: 'Directory', link: 'Console logins' },
  hooks: {
    computed: {
      lastUsedAt: ({ keys }, grants) => Promise.all(grants.map(async ({ id }) => {
        const use = await keys.get(lastUseKey(id))
        return typeof use?.['at'] === 'number' ? formatDate(use['at']) : null
      })),
    },
  },
})

/** Key of the row that says in `at` when a login was last given a token, in ms since 1970; it expires after a day. */
export function lastUseKey(grantId: Id): string {
  return KEYS.oauthUsed.prefix + grantId
}

/** Takes the logins of an account along when it is destroyed: should it come back, nobody is logged in. */
export async function removeGrantsOf({ objects }: RegistryTx, accountId: Id): Promise<void> {
  const where = [{ field: OWNER.property, value: accountId }]
  for (;;) {
    const ids = await objects.query(OBJECT, { where, ascending: true, limit: REMOVED_AT_ONCE_MAX })
    if (ids.length === 0) return
    for (const id of ids) await objects.remove(OBJECT, id)
  }
}
