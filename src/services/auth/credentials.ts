/** The credentials in a stored Account: an object list of variants, each with its secret in hashed form. */
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { setMembers } from '../../base/fields.ts'
import { isAllowedFrom } from './network.ts'

export interface Credential {
  readonly kind: string
  readonly credentialId: string
  /** As `hashSecret` or `hashToken` made it. */
  readonly stored: string
  /** Ms since 1970; null: never. */
  readonly expiresAt: number | null
  readonly allowedIps: readonly string[]
}

export function credentialsOf(account: JsonObject): Credential[] {
  const list = ownValue(account, 'credentials')
  return isJsonObject(list) ? Object.values(list).filter(isJsonObject).flatMap(credential) : []
}

function credential(body: JsonObject): Credential[] {
  const [kind, credentialId, stored] = ['@type', 'credentialId', 'secret'].map(name => ownValue(body, name))
  if (typeof kind !== 'string' || typeof stored !== 'string') return []
  const expires = ownValue(body, 'expiresAt')
  const allowed = ownValue(body, 'allowedIps')
  return [{
    kind,
    credentialId: typeof credentialId === 'string' ? credentialId : '',
    stored,
    expiresAt: typeof expires === 'string' ? expiryMs(expires) : null,
    allowedIps: isJsonObject(allowed) ? setMembers(allowed) : [],
  }]
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
