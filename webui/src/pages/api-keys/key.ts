/** What an API key says of itself, as a person needs it. */
import type { Json } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import { membersOf } from '../../api/cluster.ts'
import type { Row } from '../../api/hooks.ts'

const DAY_MS = 86_400_000
/** So long before its end a program should get another one. */
const SOON_MS = 14 * DAY_MS

export type Life = 'forEver' | 'valid' | 'soon' | 'expired'

export function lifeOf({ expiresAt }: Row, now: number): Life {
  if (typeof expiresAt !== 'string') return 'forEver'
  const left = Date.parse(expiresAt) - now
  return left <= 0 ? 'expired' : left < SOON_MS ? 'soon' : 'valid'
}

export interface Rights { readonly kind: 'inherit' | 'disable' | 'replace'; readonly count: number }

export function rightsOf(permissions: Json | undefined): Rights {
  const group = isJsonObject(permissions) ? permissions : {}
  const count = membersOf(group['permissions']).length
  switch (group['@type']) {
    case 'Disable': return { kind: 'disable', count }
    case 'Replace': return { kind: 'replace', count }
    default: return { kind: 'inherit', count: 0 }
  }
}

/** So many days from now, as the server writes dates. */
export function inDays(days: number, now: number): string {
  return `${new Date(now + days * DAY_MS).toISOString().slice(0, 19)}Z`
}
