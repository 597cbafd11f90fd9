/**
 * The rows of logins by code, and all that reads or writes them. Every function works in the transaction that it is
 * given.
 *
 * | row | says | ends |
 * |---|---|---|
 * | object `OAuthGrant` | this login is valid; removing it ends the login at once | a week after the login |
 * | `oauth/code/<account>/<hash>` | what a code was asked for | after 2 minutes |
 * | `oauth/redeemed/<hash>` | a code was used, and which login that began | after 10 minutes |
 * | `oauth/access/<hash>` | which login an access token belongs to | after an hour |
 * | `oauth/refresh/<hash>` | login and generation of a refresh token | after a day |
 * | `oauth/spent/<grant>/<generation>/<use>` | when a generation of refresh tokens was used | after a day |
 * | `oauth/used/<grant>` | when a login was last given tokens | after a day |
 *
 * No row is ever read to be changed, so that two requests at once need no lock: what only one of them may do, it does
 * by creating a row that the other finds there.
 */
import type { Id } from '../../../base/ids.ts'
import type { JsonObject } from '../../../base/json.ts'
import { lastUseKey, oauthGrant } from '../../../registry/objects/oauth-grant.ts'
import { KEYS } from '../../../registry/key-families.ts'
import type { KeyValueTable, RegistryTx, StoredObject } from '../../../registry/ports.ts'
import { formatDate } from '../../../registry/values/date.ts'
import type { ChallengeMethod } from './pkce.ts'
import { judgeUse, USES_MAX } from './rotation.ts'
import { newToken, tokenHash } from './tokens.ts'

export const GRANT_OBJECT = oauthGrant.name
export const GRANT_MS = 7 * 86_400_000
/** A login that was not used for so long is over. */
export const REFRESH_MS = KEYS.oauthRefresh.keptMs
export const ACCESS_MS = KEYS.oauthAccess.keptMs
export const CODE_MS = KEYS.oauthCode.keptMs
/** The oldest login gives way to one more. */
export const GRANTS_PER_ACCOUNT_MAX = 50
/** Codes that nobody has redeemed yet. */
export const CODES_PER_ACCOUNT_MAX = 20

/** Who logged in, with what and for which program. */
export interface Login {
  readonly accountId: Id
  readonly clientId: string
  /** The address of the browser. */
  readonly remote: string
  /** Hash of the stored form of the password that was given. */
  readonly password: string
  /** Stands for all passwords that the account had at that moment. */
  readonly passwords: string
  /** Hash of what the browser keeps to end this login. */
  readonly logout: string
}

export interface Code {
  readonly login: Login
  readonly redirectUri: string
  readonly challenge: string
  readonly challengeMethod: ChallengeMethod
}

export interface Grant extends Login {
  readonly id: Id
  /** Ms since 1970. */
  readonly expiresAt: number
}

/**
 * `used`: the code was tried before, and a login with this id may have begun. `unknown`: nobody has the code, or not
 * any more.
 */
export type Taken =
  | { readonly kind: 'taken'; readonly code: Code }
  | { readonly kind: 'used'; readonly grantId: Id }
  | { readonly kind: 'unknown' }

export interface Issued {
  readonly accessToken: string
  readonly accessMs: number
  readonly refreshToken: string
}

/** `until`: ms since 1970. */
export interface Access { readonly grant: Grant; readonly until: number }

/** False: too many codes of the account wait already. */
export async function keepCode({ keys }: RegistryTx, hash: string, code: Code, now: number): Promise<boolean> {
  const prefix = `${KEYS.oauthCode.prefix}${code.login.accountId}/`
  const waiting = await keys.list(prefix, CODES_PER_ACCOUNT_MAX)
  if (waiting.length >= CODES_PER_ACCOUNT_MAX) return false
  const { login, redirectUri, challenge, challengeMethod } = code
  const value = { login: { ...login }, redirectUri, challenge, challengeMethod }
  await keys.put(prefix + hash, value, now + CODE_MS)
  return true
}

/** A code is good for one attempt, whatever comes of it. `grantId`: of the login that begins if it comes to that. */
export async function takeCode(
  { keys }: RegistryTx, accountId: Id, hash: string, grantId: Id, now: number,
): Promise<Taken> {
  const codeKey = `${KEYS.oauthCode.prefix}${accountId}/${hash}`
  const redeemedKey = `${KEYS.oauthRedeemed.prefix}${hash}`
  const row = await keys.get(codeKey)
  if (row !== null && await keys.create(redeemedKey, { grantId }, now + KEYS.oauthRedeemed.keptMs)) {
    await keys.remove(codeKey)
    return { kind: 'taken', code: codeOf(row) }
  }
  const redeemed = await keys.get(redeemedKey)
  return redeemed === null ? { kind: 'unknown' } : { kind: 'used', grantId: String(redeemed['grantId']) }
}

export async function beginGrant(tx: RegistryTx, id: Id, login: Login, now: number): Promise<Grant> {
  const { accountId, logout } = login
  await tx.objects.lock(GRANT_OBJECT)
  const where = [{ field: 'accountId', value: accountId }]
  const others = await tx.objects.query(GRANT_OBJECT, { where, ascending: true, limit: GRANTS_PER_ACCOUNT_MAX })
  const [oldest] = others
  if (oldest !== undefined && others.length >= GRANTS_PER_ACCOUNT_MAX) await endGrant(tx, oldest)
  const expiresAt = now + GRANT_MS
  const body = { ...login, createdAt: formatDate(now), expiresAt: formatDate(expiresAt) }
  const index = [
    { field: 'accountId', value: accountId, unique: false }, { field: 'logout', value: logout, unique: false },
  ]
  await tx.objects.insert(GRANT_OBJECT, id, body, index, [])
  return { ...login, id, expiresAt }
}

async function grantById({ objects }: RegistryTx, id: Id): Promise<Grant | null> {
  const [stored] = await objects.get(GRANT_OBJECT, [id])
  return stored ? grantOf(stored) : null
}

export async function endGrant({ objects }: RegistryTx, id: Id): Promise<void> {
  await objects.remove(GRANT_OBJECT, id)
}

/** Ends what a browser began that keeps the text with this hash. */
export async function endGrantsOf(tx: RegistryTx, logout: string): Promise<void> {
  const where = [{ field: 'logout', value: logout }]
  const ids = await tx.objects.query(GRANT_OBJECT, { where, ascending: true, limit: GRANTS_PER_ACCOUNT_MAX })
  for (const id of ids) await endGrant(tx, id)
}

export async function issueTokens(
  { keys }: RegistryTx, { id: grantId, accountId, expiresAt }: Grant, generation: number, now: number,
): Promise<Issued> {
  const accessToken = newToken('access', accountId)
  const refreshToken = newToken('refresh', accountId)
  const accessUntil = Math.min(now + ACCESS_MS, expiresAt)
  const refreshUntil = Math.min(now + REFRESH_MS, expiresAt)
  await keys.put(`${KEYS.oauthAccess.prefix}${tokenHash(accessToken)}`, { grantId, until: accessUntil }, accessUntil)
  await keys.put(`${KEYS.oauthRefresh.prefix}${tokenHash(refreshToken)}`, { grantId, generation }, refreshUntil)
  await keys.put(lastUseKey(grantId), { at: now }, now + KEYS.oauthUsed.keptMs)
  return { accessToken, accessMs: accessUntil - now, refreshToken }
}

/** Null: nobody has it, it has expired, or its login has ended. */
export async function accessOf(tx: RegistryTx, hash: string): Promise<Access | null> {
  const row = await tx.keys.get(`${KEYS.oauthAccess.prefix}${hash}`)
  const grant = row && await grantById(tx, String(row['grantId']))
  return grant && { grant, until: Number(row['until']) }
}

/** The same for a refresh token. */
export async function refreshOf(
  tx: RegistryTx, hash: string,
): Promise<{ readonly grant: Grant; readonly generation: number } | null> {
  const row = await tx.keys.get(`${KEYS.oauthRefresh.prefix}${hash}`)
  const grant = row && await grantById(tx, String(row['grantId']))
  return grant && { grant, generation: Number(row['generation']) }
}

/** Notes that a generation is used, and says whether it may be. */
export async function spend(
  { keys }: RegistryTx, grantId: Id, generation: number, now: number,
): Promise<'rotate' | 'reused'> {
  const key = (use: number) => `${KEYS.oauthSpent.prefix}${grantId}/${generation}/${use}`
  const use = await firstFree(keys, key, now)
  const first = await keys.get(key(0))
  return judgeUse(use, typeof first?.['at'] === 'number' ? first['at'] : now, now)
}

async function firstFree(keys: KeyValueTable, key: (use: number) => string, now: number): Promise<number> {
  for (let use = 0; use < USES_MAX; use++) {
    if (await keys.create(key(use), { at: now }, now + KEYS.oauthSpent.keptMs)) return use
  }
  return USES_MAX
}

/** Removes logins that are over, at most `limit`; how many it were. The oldest are over first. */
export async function removeEnded(tx: RegistryTx, now: number, limit: number): Promise<number> {
  const ids = await tx.objects.query(GRANT_OBJECT, { where: [], ascending: true, limit })
  const ended = (await tx.objects.get(GRANT_OBJECT, ids)).map(grantOf).filter(grant => grant.expiresAt <= now)
  for (const { id } of ended) await endGrant(tx, id)
  return ended.length
}

/** Ends logins, the oldest first; how many it were, at most `limit`. */
export async function endOldest(tx: RegistryTx, limit: number): Promise<number> {
  const ids = await tx.objects.query(GRANT_OBJECT, { where: [], ascending: true, limit })
  for (const id of ids) await endGrant(tx, id)
  return ids.length
}

function codeOf(row: JsonObject): Code {
  const { login, redirectUri, challenge, challengeMethod } = row
  return {
    login: loginOf(login as JsonObject), redirectUri: String(redirectUri), challenge: String(challenge),
    challengeMethod: challengeMethod === 'S256' ? 'S256' : 'plain',
  }
}

function grantOf({ id, body }: StoredObject): Grant {
  return { ...loginOf(body), id, expiresAt: Date.parse(String(body['expiresAt'])) }
}

function loginOf(row: JsonObject): Login {
  const [accountId = '', clientId = '', remote = '', password = '', passwords = '', logout = '']
    = ['accountId', 'clientId', 'remote', 'password', 'passwords', 'logout'].map(name => String(row[name]))
  return { accountId, clientId, remote, password, passwords, logout }
}
