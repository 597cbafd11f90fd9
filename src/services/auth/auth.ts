/**
 * Authentication: a password or a token in, a Principal out, or auth/failed, or auth/rate-limited.
 *
 * The account in the store is the truth. A verified credential is remembered for 5 minutes under an HMAC with
 * a key that only this process has (a memory dump holds no password), together with the version of the
 * account. Before each use the version counters of accounts and domains are read from the store, one read for
 * all requests of that moment; when they moved, the account is read again. So a changed password, a removed
 * token or a disabled domain counts at once and on every node, and 5,000 requests a second run argon2 once.
 *
 * | what happens | what the caller gets |
 * |---|---|
 * | unknown name, wrong password, disabled domain | auth/failed, after as long as a wrong password takes |
 * | the same wrong credential again from there | auth/failed at once: it is remembered and counted once |
 * | expired, or not allowed from that address | auth/failed |
 * | 60 different guesses from one source, or 20 for a name, in 15 min | auth/rate-limited, nothing verified |
 * | more logins at once than can be hashed, or 16 from one source | auth/rate-limited, for a second |
 * | store unreachable | store/unavailable: nobody gets in on memory alone |
 *
 * Remembered credentials go on working while their name is rate-limited, so guessing at an account does not
 * throw out the programs that are logged in. Concurrent logins with one credential share one verification.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { ADDRESS_LENGTH_MAX } from '../../base/address.ts'
import { AtOnce } from '../../base/at-once.ts'
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import type { Log } from '../../base/log.ts'
import { RotaError } from '../../errors.ts'
import type { Principal } from '../../registry/method.ts'
import type { Directory, Login } from '../directory/directory.ts'
import type { Credential } from './credentials.ts'
import { credentialsOf, isUsable } from './credentials.ts'
import type { FailureStore } from './failures.ts'
import { Failures } from './failures.ts'
import { Fresh } from './fresh.ts'
import { failureSource } from './network.ts'
import { Remembered } from './remembered.ts'
import { DECOY, verifySecret } from './secret.ts'
import { sharedRead } from './shared-read.ts'
import { Slots } from './slots.ts'
import { parseToken } from './token.ts'

const REMEMBERED_MS = 5 * 60_000
const REMEMBERED_MAX = 10_000
/** Each takes 19 MiB and a thread of libuv's pool, which files and DNS use too: half of its four. */
const HASHES_AT_ONCE_MAX = 2
/** About four seconds of work on two threads: who waits longer has given up. */
const HASHES_WAITING_MAX = 128
/** One source cannot fill the line for all others, nor guess much faster than its failures are counted. */
const VERIFYING_PER_SOURCE_MAX = 16
const BUSY_RETRY_MS = 1_000

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
  readonly passwords: readonly Credential[]
}

/** Versions of the kinds of objects, as ObjectTable has them. */
export type Counters = Readonly<Record<string, number>>

/** A credential that matched, and the version of the account that it belonged to. */
interface Verified {
  readonly accountId: Id
  readonly accountVersion: number
  readonly credential: Credential
}

export interface Admitted { readonly account: Account; readonly credential: Credential }

/** One login: `found` is whom it names, `verify` finds the credential that matches. */
interface Claim {
  readonly digest: string
  readonly remote: string
  /** For the log and for counting; null: not counted by name. */
  readonly name: string | null
  readonly find: () => Promise<Login | null>
  readonly verify: (login: Login | null) => Promise<Credential | null>
}

/** What a verification found; null: no credential matches. */
interface Answer { readonly credential: Credential | null }

export class Auth {
  readonly #deps: AuthDeps
  readonly #key = randomBytes(32)
  readonly #failures: Failures
  readonly #accounts: Fresh<Account>
  readonly #verified: Remembered<Verified>
  readonly #refused: Remembered<string>
  readonly #verifying = new Map<string, Promise<Answer>>()
  readonly #slots = new Slots(HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX)
  readonly #places = new AtOnce(VERIFYING_PER_SOURCE_MAX)
  /** As they are now: one read for all who ask at a moment. */
  readonly counters: () => Promise<Counters>

  constructor(deps: AuthDeps) {
    this.#deps = deps
    this.#failures = new Failures(deps.store, deps.clock)
    this.#accounts = new Fresh(deps.clock, async accountId => {
      const login = await deps.directory.loginById(accountId)
      return login && this.#current(login)
    })
    this.#verified = new Remembered(deps.clock, REMEMBERED_MS, REMEMBERED_MAX)
    this.#refused = new Remembered(deps.clock, REMEMBERED_MS, REMEMBERED_MAX)
    this.counters = sharedRead(() => deps.store.read(tx => tx.objects.versions()))
  }

  /** `remote`: the address of the peer, from the socket. */
  async basic(user: string, password: string, remote: string): Promise<Principal> {
    return (await this.password(user, password, remote)).account.principal
  }

  /** The same, with the password that matched: for logins that end when it changes. */
  password(user: string, password: string, remote: string): Promise<Admitted> {
    return this.#admit({
      digest: this.#digest('password', user, password),
      remote,
      name: user.slice(0, ADDRESS_LENGTH_MAX),
      find: () => this.#deps.directory.login(user),
      verify: login => this.#matchPassword(login, password),
    })
  }

  async bearer(token: string, remote: string): Promise<Principal> {
    const named = parseToken(token)
    const { account } = await this.#admit({
      digest: this.#digest('token', token),
      remote,
      name: null,
      find: async () => named && this.#deps.directory.loginById(named.accountId),
      verify: async login => {
        const credential = login && credentialsOf(login.account.body)
          .find(({ kind, credentialId }) => kind === 'ApiKey' && credentialId === named?.credentialId)
        return credential && await verifySecret(token, credential.stored) ? credential : null
      },
    })
    return account.principal
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
    return this.#accounts.at(accountId, stampOf(counters))
  }

  async #admit(claim: Claim): Promise<Admitted> {
    const stamp = stampOf(await this.counters())
    const admitted = await this.#remembered(claim.digest, stamp) ?? await this.#verifyAndRemember(claim, stamp)
    if (isUsable(admitted.credential, this.#deps.clock.now(), claim.remote)) return admitted
    const { accountId } = admitted.account.principal
    this.#deps.log.info({ account: accountId, remote: claim.remote }, 'credential not usable')
    throw failed()
  }

  /** Null when it was never verified, too long ago, or for another version of the account. */
  async #remembered(digest: string, stamp: string): Promise<Admitted | null> {
    const verified = this.#verified.get(digest)
    if (!verified) return null
    const account = await this.#accounts.at(verified.accountId, stamp)
    if (account?.version === verified.accountVersion) return { account, credential: verified.credential }
    this.#verified.delete(digest)
    return null
  }

  async #verifyAndRemember(claim: Claim, stamp: string): Promise<Admitted> {
    const source = failureSource(claim.remote)
    const refusedKey = `${claim.digest}/${source}`
    if (this.#refused.get(refusedKey) === stamp) throw failed()

    const login = await claim.find()
    const name = claim.name === null ? null : login?.accountId ?? claim.name.toLowerCase()
    const attempt = { source, name }
    await this.#failures.refuseIfTooMany(attempt)
    // The version in the key: who comes after a change must not get the answer to a question from before it.
    const question = `${claim.digest}/${login?.account.version ?? 0}`
    const verify = () => this.#verifyAtOnce(source, claim.verify, login)
    const { credential } = await this.#once(question, verify)
    if (!login || !credential) {
      await this.#failures.record(attempt, claim.digest)
      this.#refused.set(refusedKey, stamp)
      const account = login?.accountId ?? null
      this.#deps.log.info({ name: claim.name, account, remote: claim.remote }, 'login failed')
      throw failed()
    }
    const account = this.#current(login)
    const { accountId } = login
    this.#accounts.put(accountId, stamp, account)
    this.#verified.set(claim.digest, { accountId, accountVersion: account.version, credential })
    return { account, credential }
  }

  #current({ accountId, account: { version, body }, domain }: Login): Account {
    const name = `${String(ownValue(body, 'name'))}@${String(ownValue(domain.body, 'name'))}`
    const principal = { accountId, name, permissions: this.#deps.permissionsOf(body) }
    return { principal, version, passwords: credentialsOf(body).filter(({ kind }) => kind === 'Password') }
  }

  #once(key: string, verify: () => Promise<Answer>): Promise<Answer> {
    const running = this.#verifying.get(key)
    if (running) return running
    const verifying = verify().finally(() => { this.#verifying.delete(key) })
    this.#verifying.set(key, verifying)
    return verifying
  }

  async #verifyAtOnce(source: string, verify: Claim['verify'], login: Login | null): Promise<Answer> {
    const answer = await this.#places.run(source, async () => ({ credential: await verify(login) }))
    if (answer === null) throw tooManyAtOnce()
    return answer
  }

  /** Takes as long for nobody as for somebody: without a password to compare, a decoy is compared. */
  async #matchPassword(login: Login | null, password: string): Promise<Credential | null> {
    const credentials = login ? credentialsOf(login.account.body) : []
    const passwords = credentials.filter(({ kind }) => kind === 'Password')
    for (const credential of passwords) {
      if (await this.#compare(password, credential.stored)) return credential
    }
    if (passwords.length === 0) await this.#compare(password, DECOY)
    return null
  }

  async #compare(password: string, stored: string): Promise<boolean> {
    const matches = await this.#slots.run(() => verifySecret(password, stored))
    if (matches === null) throw tooManyAtOnce()
    return matches
  }

  #digest(...parts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64url')
  }
}

function stampOf(counters: Counters): string {
  return `${counters['Account'] ?? 0}/${counters['Domain'] ?? 0}`
}

function tooManyAtOnce(): RotaError {
  const details = { retryAfterMs: BUSY_RETRY_MS }
  return new RotaError('auth/rate-limited', 'Too many logins at once. Try again in a moment.', details)
}

function failed(): RotaError {
  return new RotaError('auth/failed', 'Unknown user, wrong password, or a token that is revoked or expired.')
}
