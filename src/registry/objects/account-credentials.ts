/**
 * Credentials of an account: passwords, and API keys, which are bearer tokens. Secrets are stored as hashes and shown as
 * `****`; sent back, the mask leaves a secret as it is. The text of an API key is made by the server and told once, in
 * the reply to the call that made it. A credential keeps its id and its secret as long as it keeps its place in the list.
 */
import { nullable, set, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { formatDate } from '../values/date.ts'
import { Problems } from '../values/problems.ts'

export interface Secrets {
  /** What is stored of a password. */
  readonly hashSecret: (text: string) => Promise<string>
  /** A new API key: the text for its owner, and what is stored of it. */
  readonly newToken: (of: { readonly accountId: Id; readonly credentialId: string }) => {
    readonly token: string
    readonly stored: string
  }
}

export const CREDENTIALS_MAX = 20
const PASSWORD_CHARS_MIN = 8
/** After normalisation; what no hash takes. */
const PASSWORD_BYTES_MAX = 1_024

const LIMITS = {
  credentialId: string('Names it in tokens and logs.', { update: 'serverSet', label: 'Credential id' }),
  description: nullable(string('What it is for.')),
  expiresAt: nullable(utcDateTime('It works until then; empty: always.', { label: 'Expires' })),
  allowedIps: set({ type: 'string', format: 'ipNetwork' }, 'It works from these networks; empty: from everywhere.', {
    maxItems: 100,
    label: 'Allowed networks',
  }),
}

export const CREDENTIALS = variants('Credential', [
  {
    name: 'Password',
    label: 'Password',
    shape: shape('PasswordCredential', {
      secret: string(`The password, at least ${PASSWORD_CHARS_MIN} characters.`, {
        format: 'secret',
        minLength: PASSWORD_CHARS_MIN,
        label: 'Password',
      }),
      ...LIMITS,
    }),
  },
  {
    name: 'ApiKey',
    label: 'API key',
    shape: shape('SecondaryCredential', {
      secret: string('The key. It is made by the server and shown once.', {
        format: 'secret',
        update: 'serverSet',
        label: 'Key',
      }),
      ...LIMITS,
      createdAt: utcDateTime('When it was made.', { update: 'serverSet', label: 'Created' }),
    }),
  },
])

/** Hashes new passwords and makes new keys; `shown` holds the keys under their place in the list. */
export async function storeCredentials(
  id: Id, next: JsonObject, before: JsonObject | null, secrets: Secrets, now: number,
): Promise<{ body: JsonObject; shown?: JsonObject }> {
  const [list, old] = [credentialsOf(next), credentialsOf(before ?? {})]
  if (next['credentials'] === undefined) return { body: next }
  const used = new Set([...list, ...old].map(([, credential]) => ownValue(credential, 'credentialId')))
  const stored = new Map<string, Json>()
  const shown = new Map<string, Json>()
  for (const [place, credential] of list) {
    const credentialId = String(ownValue(credential, 'credentialId') ?? newId(used))
    const known = old.find(([other]) => other === place)?.[1]
    if (credential['@type'] === 'Password') {
      const secret = String(credential['secret'])
      const hash = known?.['secret'] === secret ? secret : await hashed(secret, place, secrets)
      stored.set(place, { ...credential, credentialId, secret: hash })
    } else if (credential['secret'] === undefined) {
      const { token, stored: secret } = secrets.newToken({ accountId: id, credentialId })
      stored.set(place, { ...credential, credentialId, secret, createdAt: formatDate(now) })
      shown.set(place, { secret: token })
    } else {
      stored.set(place, credential)
    }
  }
  const body = { ...next, credentials: Object.fromEntries(stored) }
  return shown.size === 0 ? { body } : { body, shown: { credentials: Object.fromEntries(shown) } }
}

function credentialsOf(body: JsonObject): [string, JsonObject][] {
  const list = body['credentials']
  return Object.entries(isJsonObject(list) ? list : {}).filter((entry): entry is [string, JsonObject] =>
    isJsonObject(entry[1]),
  )
}

function hashed(secret: string, place: string, { hashSecret }: Secrets): Promise<string> {
  const problems = new Problems()
  if (Buffer.byteLength(secret.normalize('NFC')) > PASSWORD_BYTES_MAX) {
    problems.invalidSecret(['credentials', { key: place }, 'secret'], `is longer than ${PASSWORD_BYTES_MAX} bytes.`)
  }
  problems.refuse()
  return hashSecret(secret)
}

/** The lowest number that no credential of the account has. */
function newId(used: Set<Json | undefined>): string {
  let number = 0
  while (used.has(String(number))) number++
  used.add(String(number))
  return String(number)
}
