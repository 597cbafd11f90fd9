/** Credentials as they are stored: the passwords in an Account, and ApiKey objects, each with its secret as a hash. */
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { setMembers } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import { isAllowedFrom } from './network.ts'

export interface Credential {
  /** As `hashSecret` or `hashToken` made it. */
  readonly stored: string
  /** Ms since 1970; null: never. */
  readonly expiresAt: number | null
  readonly allowedIps: readonly string[]
}

export interface Password extends Credential { readonly credentialId: string }

export interface ApiKey extends Credential {
  readonly accountId: Id
  /** A CredentialPermissions. */
  readonly permissions: Json | undefined
}

export function passwordsOf(account: JsonObject): Password[] {
  const list = ownValue(account, 'credentials')
  return isJsonObject(list) ? Object.values(list).filter(isJsonObject).flatMap(password) : []
}

function password(body: JsonObject): Password[] {
  const read = ownValue(body, '@type') === 'Password' ? credential(body) : null
  return read === null ? [] : [{ ...read, credentialId: String(ownValue(body, 'credentialId') ?? '') }]
}

/** Null for an object that cannot be read. */
export function apiKey(body: JsonObject): ApiKey | null {
  const accountId = ownValue(body, 'accountId')
  const read = credential(body)
  if (read === null || typeof accountId !== 'string') return null
  return { ...read, accountId, permissions: ownValue(body, 'permissions') }
}

function credential(body: JsonObject): Credential | null {
  const stored = ownValue(body, 'secret')
  if (typeof stored !== 'string') return null
  const expires = ownValue(body, 'expiresAt')
  const allowed = ownValue(body, 'allowedIps')
  return {
    stored,
    expiresAt: typeof expires === 'string' ? expiryMs(expires) : null,
    allowedIps: isJsonObject(allowed) ? setMembers(allowed) : [],
  }
}

/** A date that cannot be read counts as past: doubt refuses. */
function expiryMs(text: string): number {
  const at = Date.parse(text)
  return Number.isNaN(at) ? 0 : at
}

export function isUsable(credential: Credential, nowMs: number, remote: string): boolean {
  const expired = credential.expiresAt !== null && credential.expiresAt <= nowMs
  return !expired && isAllowedFrom(credential.allowedIps, remote)
}
