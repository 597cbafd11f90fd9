/**
 * Credentials of an account: its passwords. They are stored as hashes and shown as `****`; sent back, the mask leaves a
 * secret as it is. A credential keeps its id and its secret as long as it keeps its place in the list. Programs log in
 * with keys, which are objects of their own (api-key.ts).
 */
import { nullable, set, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { WriteContext } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { Problems } from '../values/problems.ts'

/** What is stored of a password. */
export type HashSecret = (text: string) => Promise<string>

export const CREDENTIALS_MAX = 20
const NETWORKS_MAX = 100
const PASSWORD_CHARS_MIN = 8
/** After normalisation; what no hash takes. */
const PASSWORD_BYTES_MAX = 1_024

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
      credentialId: string('Names it in logs.', { update: 'serverSet', label: 'Credential id' }),
      description: nullable(string('What it is for.')),
      expiresAt: nullable(utcDateTime('It works until then; empty: always.', { label: 'Expires' })),
      allowedIps: set(
        { type: 'string', format: 'ipNetwork' },
        'It works from these networks; empty: from everywhere.',
        { maxItems: NETWORKS_MAX, label: 'Allowed networks' },
      ),
    }, { otpAuth: [null] }),
  },
])

/** Hashes new passwords. */
export async function storeCredentials(
  next: JsonObject,
  before: JsonObject | null,
  hashSecret: HashSecret,
): Promise<JsonObject> {
  const [list, old] = [credentialsOf(next), credentialsOf(before ?? {})]
  if (next['credentials'] === undefined) return next
  const used = new Set([...list, ...old].map(([, credential]) => ownValue(credential, 'credentialId')))
  const stored = new Map<string, Json>()
  for (const [place, credential] of list) {
    const credentialId = String(ownValue(credential, 'credentialId') ?? newId(used))
    const known = old.find(([other]) => other === place)?.[1]
    const secret = String(credential['secret'])
    const hash = known?.['secret'] === secret ? secret : await hashed(secret, place, hashSecret)
    stored.set(place, { ...credential, credentialId, secret: hash })
  }
  return { ...next, credentials: Object.fromEntries(stored) }
}

/** A key that ends, or works from some networks only, must not make itself a login that does neither. */
export function refuseOwnPassword(id: Id, next: JsonObject, before: JsonObject | null, { principal }: WriteContext): void {
  if (before === null || principal?.accountId !== id || !principal.via?.startsWith('apiKey:')) return
  if (isDeepStrictEqual(next['credentials'], before['credentials'])) return
  throw refusal('forbidden', 'An API key changes no password of its own account; log in with the password.', ['credentials'])
}

function credentialsOf(body: JsonObject): [string, JsonObject][] {
  const list = body['credentials']
  return Object.entries(isJsonObject(list) ? list : {}).filter((entry): entry is [string, JsonObject] =>
    isJsonObject(entry[1]),
  )
}

function hashed(secret: string, place: string, hashSecret: HashSecret): Promise<string> {
  const problems = new Problems()
  if (secret.length > PASSWORD_BYTES_MAX || Buffer.byteLength(secret.normalize('NFC')) > PASSWORD_BYTES_MAX) {
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
