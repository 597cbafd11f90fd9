/**
 * Authentication: a password or an API key in, a Principal out, or auth/failed, or auth/rate-limited.
 *
 * The store is the truth: passwords in the Account, keys as objects of their own. Before each use the version
 * counters of what decides (accounts, domains, keys) are read, one read for all requests of that moment; when
 * they moved, the account or key in question is read again. So a changed password, a revoked key or a disabled
 * domain counts at once and on every node.
 *
 * A verified password is remembered until it was not used for 5 minutes, under a keyed hash whose key only
 * this process has (a memory dump holds no password), together with the version of the account: 5,000 requests
 * a second run argon2 once. API keys are random, their hash is cheap, and each request is verified.
 *
 * | what happens | what the caller gets |
 * |---|---|
 * | unknown name, wrong password, disabled domain | auth/failed, after as long as a wrong password takes |
 * | the same wrong credential again from there | auth/failed at once: it is remembered and counted once |
 * | expired, or not allowed from that address | auth/failed |
 * | key unknown, of another account, destroyed | auth/failed |
 * | 60 different guesses from one source, or 20 for a name, in 15 min | auth/rate-limited, nothing verified |
 * | more logins at once than can be hashed, or 16 from one source | auth/rate-limited, for a second |
 * | store unreachable | store/unavailable: nobody gets in on memory alone |
 *
 * A limit stops guesses, and nobody who is in: a remembered password and a right key are never turned away, and
 * guesses from elsewhere do not count where an account has logged in before (failures.ts).
 */
import { hash, randomBytes } from 'node:crypto'
import { ADDRESS_LENGTH_MAX } from '../../base/address.ts'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import type { Log } from '../../base/log.ts'
import { errorText, RotaError } from '../../errors.ts'
import type { Principal } from '../../registry/method.ts'
import { API_KEY, VIA_API_KEY } from '../../registry/objects/api-key.ts'
import { restrictedPermissions } from '../../registry/objects/credential-permissions.ts'
import type { Directory, Login } from '../directory/directory.ts'
import type { ApiKey, Credential, Password } from './credentials.ts'
import { apiKey, isUsable, passwordsOf } from './credentials.ts'
import type { Attempt, FailureStore } from './failures.ts'
import { Failures } from './failures.ts'
import { Fresh } from './fresh.ts'
import { KeyUse } from './key-use.ts'
import { failureSource } from './network.ts'
import { PasswordCheck } from './password-check.ts'
import { Remembered } from './remembered.ts'
import { verifySecret } from './secret.ts'
import { sharedRead } from './shared-read.ts'
import { parseToken } from './token.ts'

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MAX = 10_000

export interface AuthDeps {
  readonly store: FailureStore
  readonly directory: Directory
  /** Names of what the account may do: its role's set, changed by its `permissions`. */
  readonly permissionsOf: (account: JsonObject) => ReadonlySet<string>
  readonly clock: Clock
  readonly log: Log
}

/** An account as it is now. */
export interface Account {
  readonly principal: Principal
  readonly version: number
  readonly passwords: readonly Password[]
}

/** Versions of the kinds of objects, as ObjectTable has them. */
export type Counters = Readonly<Record<string, number>>

/** A password that matched, and the version of the account that it belonged to. */
interface Verified {
  readonly accountId: Id
  readonly accountVersion: number
  readonly credential: Password
}

export interface Admitted { readonly account: Account; readonly credential: Password }

interface PasswordLogin {
  readonly user: string
  readonly password: string
  readonly remote: string
  /** Of user and password. */
  readonly digest: string
}

/** A key as it is now, and what who has it may do. */
interface KeyLogin { readonly key: ApiKey; readonly principal: Principal }

export class Auth {
  readonly #deps: AuthDeps
  readonly #secret = randomBytes(32).toString('hex')
  readonly #failures: Failures
  readonly #check = new PasswordCheck()
  readonly #accounts: Fresh<Account>
  readonly #keys: Fresh<KeyLogin>
  readonly #keyUse: KeyUse
  readonly #verified: Remembered<Verified>
  /** Wrong credentials, under which state of the store they were found wrong. */
  readonly #refused: Remembered<string>
  /** As they are now: one read for all who ask in one turn of events. */
  readonly counters: () => Promise<Counters>

  constructor(deps: AuthDeps) {
    const { store, directory, clock } = deps
    this.#deps = deps
    this.#failures = new Failures(store, clock)
    this.#accounts = new Fresh(clock, async accountId => {
      const login = await directory.loginById(accountId)
      return login && this.#current(login)
    })
    this.#keys = new Fresh(clock, keyId => this.#readKey(keyId))
    this.#keyUse = new KeyUse(store, clock, deps.log)
    this.#verified = new Remembered(clock, REMEMBERED_MS, REMEMBERED_MAX)
    this.#refused = new Remembered(clock, REMEMBERED_MS, REMEMBERED_MAX)
    this.counters = sharedRead(() => store.read(tx => tx.objects.versions()), () => clock.breathe())
  }

  /** `remote`: the address of the peer, from the socket. */
  async basic(user: string, password: string, remote: string): Promise<Principal> {
    const { account } = await this.password(user, password, remote)
    return { ...account.principal, via: 'password' }
  }

  /** The same, with the password that matched: for logins that end when it changes. */
  async password(user: string, password: string, remote: string): Promise<Admitted> {
    const login = { user, password, remote, digest: this.#digest('password', user, password) }
    const stamp = stampOf(await this.counters(), ['Account', 'Domain'])
    const admitted = await this.#remembered(login.digest, stamp) ?? await this.#verify(login, stamp)
    this.#requireUsable(admitted.credential, admitted.account.principal, remote)
    return admitted
  }

  /** `token`: the text of an API key. */
  async bearer(token: string, remote: string): Promise<Principal> {
    const stamp = stampOf(await this.counters(), ['Account', 'Domain', API_KEY.name])
    const named = parseToken(token)
    const login = named && await this.#keys.at(named.keyId, stamp)
    const matches = login?.key.accountId === named?.accountId
      && login !== null && await verifySecret(token, login.key.stored)
    if (!matches) throw await this.#wrongToken(token, remote, stamp)
    this.#requireUsable(login.key, login.principal, remote)
    if (named !== null) await this.#keyUse.note(named.keyId)
    return login.principal
  }

  /**
   * What an account may do now, for logins that were proven elsewhere. Null: it is gone, or its domain is
   * disabled. Costs a read of the counters as long as no account and no domain changes.
   */
  async account(accountId: Id): Promise<Principal | null> {
    const account = await this.accountAt(accountId, await this.counters())
    return account?.principal ?? null
  }

  /** The same for who has read the counters since he was asked. */
  accountAt(accountId: Id, counters: Counters): Promise<Account | null> {
    return this.#accounts.at(accountId, stampOf(counters, ['Account', 'Domain']))
  }

  /** Null when it was never verified, not used for too long, or verified for another version of the account. */
  async #remembered(digest: string, stamp: string): Promise<Admitted | null> {
    const verified = this.#verified.get(digest)
    if (!verified) return null
    const account = await this.#accounts.at(verified.accountId, stamp)
    if (account?.version !== verified.accountVersion) {
      this.#verified.delete(digest)
      return null
    }
    this.#verified.set(digest, verified)
    return { account, credential: verified.credential }
  }

  async #verify({ user, password, remote, digest }: PasswordLogin, stamp: string): Promise<Admitted> {
    const source = failureSource(remote)
    this.#refuseAgain(digest, source, stamp)
    const login = await this.#deps.directory.login(user)
    const name = user.slice(0, ADDRESS_LENGTH_MAX)
    const attempt = { source, name: login?.accountId ?? name.toLowerCase() }
    await this.#failures.refuseIfTooMany(attempt)
    const credential = await this.#check.match({
      // The version in the key: who comes after a change must not get the answer to a question from before it.
      key: `${digest}/${login?.account.version ?? 0}`,
      source, password, among: login ? passwordsOf(login.account.body) : [],
    })
    if (!login || !credential) {
      const { accountId = null } = login ?? {}
      this.#deps.log.info({ name, account: accountId, remote }, 'login failed')
      throw await this.#counted(attempt, digest, stamp)
    }
    await this.#noteSource(attempt)
    const account = this.#current(login)
    const { accountId } = login
    this.#accounts.put(accountId, stamp, account)
    this.#verified.set(digest, { accountId, accountVersion: account.version, credential })
    return { account, credential }
  }

  /** It counts for the address only: nobody guesses a key, and nobody shall close an account by trying. */
  async #wrongToken(token: string, remote: string, stamp: string): Promise<RotaError> {
    const attempt = { source: failureSource(remote), name: null }
    const digest = this.#digest('token', token)
    this.#refuseAgain(digest, attempt.source, stamp)
    await this.#failures.refuseIfTooMany(attempt)
    this.#deps.log.info({ account: parseToken(token)?.accountId ?? null, remote }, 'token refused')
    return this.#counted(attempt, digest, stamp)
  }

  #refuseAgain(digest: string, source: string, stamp: string): void {
    if (this.#refused.get(`${digest}/${source}`) === stamp) throw failed()
  }

  async #counted(attempt: Attempt, digest: string, stamp: string): Promise<RotaError> {
    await this.#failures.record(attempt, digest)
    this.#refused.set(`${digest}/${attempt.source}`, stamp)
    return failed()
  }

  /** A store that is full lets people in, so that they can mend it. */
  async #noteSource(attempt: Attempt): Promise<void> {
    try {
      await this.#failures.noteSuccess(attempt)
    } catch (error) {
      if (!(error instanceof RotaError)) throw error
      this.#deps.log.warn({ error: errorText(error) }, 'could not note from where an account has logged in')
    }
  }

  #requireUsable(credential: Credential, { accountId }: Principal, remote: string): void {
    if (isUsable(credential, this.#deps.clock.now(), remote)) return
    this.#deps.log.info({ account: accountId, remote }, 'credential not usable')
    throw failed()
  }

  #current(login: Login): Account {
    const { account: { version, body } } = login
    return { principal: this.#principal(login), version, passwords: passwordsOf(body) }
  }

  async #readKey(keyId: Id): Promise<KeyLogin | null> {
    const { store, directory } = this.#deps
    const [stored] = await store.read(({ objects }) => objects.get(API_KEY.name, [keyId]))
    const key = stored === undefined ? null : apiKey(stored.body)
    const login = key && await directory.loginById(key.accountId)
    if (!key || !login) return null
    const ofAccount = this.#principal(login)
    const permissions = restrictedPermissions(ofAccount.permissions, key.permissions)
    return { key, principal: { ...ofAccount, permissions, via: VIA_API_KEY + keyId } }
  }

  #principal({ accountId, account, domain, groups }: Login): Principal {
    const name = `${String(ownValue(account.body, 'name'))}@${String(ownValue(domain.body, 'name'))}`
    const locale = ownValue(account.body, 'locale')
    return {
      accountId, name, permissions: this.#deps.permissionsOf(account.body),
      ...(groups.length === 0 ? {} : { groups }),
      ...(typeof locale === 'string' ? { locale } : {}),
    }
  }

  #digest(...parts: readonly string[]): string {
    return hash('sha256', this.#secret + JSON.stringify(parts), 'base64url')
  }
}

function stampOf(counters: Counters, kinds: readonly string[]): string {
  return kinds.map(kind => counters[kind] ?? 0).join('/')
}

function failed(): RotaError {
  return new RotaError('auth/failed', 'Unknown user, wrong password, or a token that is revoked or expired.')
}
