/**
 * Logins of web consoles (RFC 6749 §4.1 with RFC 7636): a password gives a code, a code gives tokens, a refresh token
 * gives the next ones, and an access token is a login on every endpoint. Passwords are verified by Auth, with its
 * limits. README.md beside this file has the states and the failures.
 *
 * An access token is looked up once and kept by its hash until the counter of OAuthGrant objects moves, which every
 * beginning and end of a login makes it do; what the account may do comes from Auth at each use. Both look at one read
 * of the counters, which is all that a request costs in the store while nothing changes.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import type { Id, IdSource } from '../../../base/ids.ts'
import type { Log } from '../../../base/log.ts'
import { RotaError } from '../../../errors.ts'
import type { Principal } from '../../../registry/method.ts'
import type { RegistryTx } from '../../../registry/ports.ts'
import type { Account, Auth } from '../auth.ts'
import { isUsable } from '../credentials.ts'
import { Fresh } from '../fresh.ts'
import { findClient } from './clients.ts'
import {
  accessOf, beginGrant, CODE_MS, endGrant, endGrantsOf, GRANT_OBJECT, issueTokens, keepCode, refreshOf, spend, takeCode,
} from './grants.ts'
import type { Access, Issued, Login } from './grants.ts'
import { verifies } from './pkce.ts'
import type { AuthorizationRequest } from './request.ts'
import { newToken, tokenAccount, tokenHash } from './tokens.ts'

export interface OAuthStore {
  read<T>(work: (tx: RegistryTx) => Promise<T>): Promise<T>
  transact<T>(work: (tx: RegistryTx) => Promise<T>): Promise<T>
}

export interface OAuthDeps {
  readonly store: OAuthStore
  readonly auth: Auth
  readonly ids: IdSource
  readonly clock: Clock
  readonly log: Log
}

/** RFC 6749 §5.2. */
export type TokenError =
  | 'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unsupported_grant_type'
export type TokenReply =
  | { readonly kind: 'issued'; readonly tokens: Issued }
  | { readonly kind: 'refused'; readonly error: TokenError; readonly description: string }

/** What a form says; a parameter stands in it once. */
export type Form = ReadonlyMap<string, string>

const LOGOUT_BYTES = 16

export class OAuth {
  readonly #deps: OAuthDeps
  readonly #access: Fresh<Access>

  constructor(deps: OAuthDeps) {
    this.#deps = deps
    // Nothing is kept by the token itself, so that a memory dump holds none.
    this.#access = new Fresh(deps.clock, hash => deps.store.read(tx => accessOf(tx, hash)))
  }

  basic(user: string, password: string, remote: string): Promise<Principal> {
    return this.#deps.auth.basic(user, password, remote)
  }

  /** Throws auth/failed for an access token that is not valid; other tokens are asked about elsewhere. */
  async bearer(token: string, remote: string): Promise<Principal> {
    const { auth, clock, log } = this.#deps
    if (tokenAccount('access', token) === null) return auth.bearer(token, remote)
    const counters = await auth.counters()
    const access = await this.#access.at(tokenHash(token), String(counters[GRANT_OBJECT] ?? 0))
    const account = access && await auth.accountAt(access.grant.accountId, counters)
    const now = clock.now()
    if (access && account && access.until > now && isOpenTo(account, access.grant, now, remote)) {
      return { ...account.principal, via: `oauth:${access.grant.id}` }
    }
    log.debug({ grant: access?.grant.id ?? null, remote }, 'access token refused')
    throw new RotaError('auth/failed', 'The access token is unknown or expired, or its login has ended.')
  }

  /**
   * The login page's question. `logout` is for the browser to keep: it ends this login, and does nothing else. Throws
   * auth/failed, auth/rate-limited.
   */
  async authorize(
    request: AuthorizationRequest, user: string, password: string, remote: string,
  ): Promise<{ readonly code: string; readonly logout: string }> {
    const { auth, store, clock, log } = this.#deps
    const { account, credential } = await auth.password(user, password, remote)
    const { accountId } = account.principal
    const text = newToken('code', accountId)
    const logout = randomBytes(LOGOUT_BYTES).toString('hex')
    const login: Login = {
      accountId, clientId: request.client.id, remote, password: tokenHash(credential.stored),
      passwords: passwordsOf(account), logout: tokenHash(logout),
    }
    const { redirectUri, challenge, challengeMethod } = request
    const code = { login, redirectUri, challenge, challengeMethod }
    if (!await store.transact(tx => keepCode(tx, tokenHash(text), code, clock.now()))) {
      throw new RotaError('auth/rate-limited', 'Too many logins of this account at once.', { retryAfterMs: CODE_MS })
    }
    log.info({ account: accountId, client: login.clientId, remote }, 'logged in on the login page')
    return { code: text, logout }
  }

  token(form: Form, remote: string): Promise<TokenReply> {
    const clientId = form.get('client_id') ?? ''
    if (findClient(clientId) === null) return Promise.resolve(UNKNOWN_CLIENT)
    switch (form.get('grant_type')) {
      case 'authorization_code': return this.#redeem(form, clientId, remote)
      case 'refresh_token': return this.#refresh(form, clientId, remote)
      case undefined: return Promise.resolve(missing('grant_type'))
      default: return Promise.resolve(UNSUPPORTED)
    }
  }

  /**
   * Ends the login of an access or refresh token. False: the request is not one (RFC 7009 §2.2.1); a token that nobody
   * has is no mistake.
   */
  async revoke(form: Form): Promise<boolean> {
    const [clientId, token] = [form.get('client_id') ?? '', form.get('token') ?? '']
    if (findClient(clientId) === null || token === '') return false
    await this.#deps.store.transact(async tx => {
      const found = await accessOf(tx, tokenHash(token)) ?? await refreshOf(tx, tokenHash(token))
      if (found?.grant.clientId === clientId) await this.#end(tx, found.grant.id, 'revoked')
    })
    return true
  }

  /** `secret`: what `authorize` gave the browser to keep. */
  async logout(secret: string): Promise<void> {
    await this.#deps.store.transact(tx => endGrantsOf(tx, tokenHash(secret)))
  }

  async #redeem(form: Form, clientId: string, remote: string): Promise<TokenReply> {
    const [text, redirectUri, verifier] = [form.get('code'), form.get('redirect_uri'), form.get('code_verifier')]
    if (text === undefined) return missing('code')
    if (redirectUri === undefined) return missing('redirect_uri')
    if (verifier === undefined) return missing('code_verifier')
    const accountId = tokenAccount('code', text)
    const account = accountId === null ? null : await this.#account(accountId)
    if (accountId === null || account === null) return CODE_REFUSED
    const { store, ids, clock } = this.#deps
    const grantId = ids.next()
    return store.transact(async tx => {
      const now = clock.now()
      const taken = await takeCode(tx, accountId, tokenHash(text), grantId, now)
      // RFC 6749 §4.1.2: somebody else has the code too, so nobody knows whose the tokens are.
      if (taken.kind === 'used') await this.#end(tx, taken.grantId, 'its code came again')
      if (taken.kind !== 'taken') return CODE_REFUSED
      const { code, code: { login } } = taken
      const fits = login.clientId === clientId && code.redirectUri === redirectUri
        && verifies(verifier, code.challenge, code.challengeMethod)
      if (!fits || !isOpenTo(account, login, now, remote)) return CODE_REFUSED
      const grant = await beginGrant(tx, grantId, login, now)
      return { kind: 'issued', tokens: await issueTokens(tx, grant, 0, now) }
    })
  }

  async #refresh(form: Form, clientId: string, remote: string): Promise<TokenReply> {
    const text = form.get('refresh_token')
    if (text === undefined) return missing('refresh_token')
    const accountId = tokenAccount('refresh', text)
    const account = accountId === null ? null : await this.#account(accountId)
    if (account === null) return REFRESH_REFUSED
    return this.#deps.store.transact(async tx => {
      const now = this.#deps.clock.now()
      const found = await refreshOf(tx, tokenHash(text))
      if (found?.grant.clientId !== clientId || !isOpenTo(account, found.grant, now, remote)) return REFRESH_REFUSED
      const { grant, generation } = found
      if (await spend(tx, grant.id, generation, now) === 'reused') {
        await this.#end(tx, grant.id, 'a refresh token came again')
        return REFRESH_REFUSED
      }
      return { kind: 'issued', tokens: await issueTokens(tx, grant, generation + 1, now) }
    })
  }

  async #account(accountId: Id): Promise<Account | null> {
    const { auth } = this.#deps
    return auth.accountAt(accountId, await auth.counters())
  }

  async #end(tx: RegistryTx, grantId: Id, why: string): Promise<void> {
    this.#deps.log.info({ grant: grantId, why }, 'login ended')
    await endGrant(tx, grantId)
  }
}

/** Whether the password that a login began with still opens the account, and no other was made or removed since. */
function isOpenTo(account: Account, login: Login, now: number, remote: string): boolean {
  const credential = account.passwords.find(({ stored }) => tokenHash(stored) === login.password)
  return credential !== undefined && passwordsOf(account) === login.passwords && isUsable(credential, now, remote)
}

/** Stands for the passwords of an account: another text as soon as one of them changes, comes or goes. */
function passwordsOf({ passwords }: Account): string {
  return tokenHash(passwords.map(({ stored }) => stored).toSorted().join('\n'))
}

function refused(error: TokenError, description: string): TokenReply {
  return { kind: 'refused', error, description }
}

function missing(name: string): TokenReply {
  return refused('invalid_request', `${name} is missing.`)
}

const UNKNOWN_CLIENT = refused('invalid_client', 'client_id is missing, or is no program that may log in here.')
const UNSUPPORTED = refused('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token.')
/** One answer to everything that a guesser could learn from. */
const CODE_REFUSED = refused(
  'invalid_grant', 'The code is unknown, expired or used, or does not fit client_id, redirect_uri and code_verifier.',
)
const REFRESH_REFUSED = refused(
  'invalid_grant', 'The refresh token is unknown, expired or used, is of another client, or its login has ended.',
)
