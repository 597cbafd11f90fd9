/**
 * The texts that stand for a login: `rota_ac_…` a code, `rota_at_…` an access token, `rota_rt_…` a refresh token; then
 * the account's id, `_`, and 64 hex digits. The prefixes let secret scanners recognise one that was published by
 * mistake, and none is taken for another. The digits are 256 random bits, which no guessing reaches: the store keeps
 * a SHA-256 of the text and nothing else of it.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Id } from '../../../base/ids.ts'

const RANDOM_BYTES = 32
const SHAPE = /^rota_(ac|at|rt)_([0-7][0-9a-v]{12})_[0-9a-f]{64}$/
const PREFIXES = { code: 'ac', access: 'at', refresh: 'rt' } as const

export type TokenKind = keyof typeof PREFIXES

export function newToken(kind: TokenKind, accountId: Id): string {
  return `rota_${PREFIXES[kind]}_${accountId}_${randomBytes(RANDOM_BYTES).toString('hex')}`
}

/** The account that the text names; null for what is no text of that kind. */
export function tokenAccount(kind: TokenKind, text: string): Id | null {
  const [, prefix, accountId] = SHAPE.exec(text) ?? []
  return accountId !== undefined && prefix === PREFIXES[kind] ? accountId : null
}

/** What the store keeps of a text. */
export function tokenHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
