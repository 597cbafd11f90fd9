/**
 * API tokens: `rota_<account id>_<key id>_<64 hex digits>`. The ids find the key without a
 * search; the prefix lets secret scanners recognise a token that was published by mistake. 256 random bits:
 * see secret.ts.
 */
import { randomBytes } from 'node:crypto'
import type { Id } from '../../base/ids.ts'
import { hashToken } from './secret.ts'

const RANDOM_BYTES = 32
const TOKEN_SHAPE = /^rota_([0-7][0-9a-v]{12})_([0-7][0-9a-v]{12})_[0-9a-f]{64}$/

export interface TokenRef { readonly accountId: Id; readonly keyId: Id }

/** `token` is shown to its owner once; `stored` is what the key keeps. */
export function newToken(of: TokenRef): { readonly token: string; readonly stored: string } {
  const token = `rota_${of.accountId}_${of.keyId}_${randomBytes(RANDOM_BYTES).toString('hex')}`
  return { token, stored: hashToken(token) }
}

/** Null for what is no token of ours. */
export function parseToken(token: string): TokenRef | null {
  const [, accountId, keyId] = TOKEN_SHAPE.exec(token) ?? []
  return accountId === undefined || keyId === undefined ? null : { accountId, keyId }
}
