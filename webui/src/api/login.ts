/**
 * The login of this tab: authorization code with a proof key (RFC 6749 §4.1, RFC 7636), see docs/operate/web-login.md.
 *
 *   starting ──no token here nor in another tab──► signedOut ──begin()──► (the login page) ──finish()──► signedIn
 *      └──a token──► signedIn ──the server refuses the refresh token──► ended ──begin()──► …
 *                        └──signOut()──► leaving, whatever is answered then ──► (the logout of the server)
 *
 * The access token lives in memory only; the refresh token in the storage of the tab, so that a reload stays signed in.
 * A refresh token may be used once: one renewal at a time, whoever asks meanwhile waits for the same one; other tabs of the
 * browser get access tokens from the tab that has it (tabs.ts), which hands it over to one of them when it is left. When the
 * server cannot be reached the login is not over: the call fails, and the next one tries again. A tab that lives on tokens
 * of another and gets no new one goes on with the old one, until it is the server that says no.
 */
import type { Clock } from '../../../src/base/clock.ts'
import type { Json } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { CryptoSource } from './pkce.ts'
import { proofKey, randomState } from './pkce.ts'
import type { Answer, Tabs } from './tabs.ts'

export type LoginState = 'starting' | 'signedOut' | 'signedIn' | 'ended' | 'leaving'

export interface LoginPorts {
  readonly origin: string
  readonly clock: Clock
  readonly crypto: CryptoSource
  /** `sessionStorage`, or something like it. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear'>
  readonly tabs: Pick<Tabs, 'ask' | 'answer' | 'leave'>
  /** The storage may be a copy of another tab's: this page was not loaded anew in its place. */
  readonly mayBeCopy: boolean
  /** Leaves the page. */
  goTo(this: void, url: string): void
  /** POSTs a form; null: no answer. */
  post(this: void, path: string, form: URLSearchParams): Promise<{ readonly status: number; readonly body: Json } | null>
}

/** The server could not be asked for a token: not a login that is over. */
export class LoginUnreachable extends Error {
  override readonly name = 'LoginUnreachable'
}
/** There is no login, or it has ended. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut'
}

/** What became of a login: the path to go on at, or why there is none. */
export type Finish =
  | { readonly kind: 'signedIn'; readonly returnTo: string }
  /** It answers no question of this tab. */
  | { readonly kind: 'foreign' }
  /** The code is used, too old, or not ours. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable' }

interface Pending { readonly state: string; readonly verifier: string; readonly returnTo: string }

const CLIENT_ID = 'rota-webui'
const CALLBACK = '/oauth/callback'
const REFRESH_KEY = 'rota.refresh'
const PENDING_KEY = 'rota.login'
/** So long before its end a token is renewed. */
const RENEW_BEFORE_MS = 60_000
/** So long after another tab has renewed its token, when all goes well, it is asked for the new one. */
const FOLLOW_MS = 10_000
/** So long an old token goes on before another tab is asked again. */
const ASK_AGAIN_MS = 10_000
const OK = 200
const CLIENT_FAULTS = [400, 401]
/** States in which a tab has a login, or may have one. */
const ALIVE: readonly LoginState[] = ['starting', 'signedIn']
const NO_TOKEN = 'no token: the server did not answer'

export class Login {
  readonly #ports: LoginPorts
  readonly #watchers = new Set<() => void>()
  #state: LoginState = 'starting'
  #access: { readonly token: string; readonly untilMs: number } | null = null
  #renewal: Promise<string> | null = null
  #user: string | null = null
  #mayBeCopy: boolean
  /** The last token that the server did not take. */
  #refused: string | null = null
  #cancelTimer: () => void = () => undefined

  constructor(ports: LoginPorts) {
    this.#ports = ports
    this.#mayBeCopy = ports.mayBeCopy
    ports.tabs.answer({
      holds: copyOf => this.#holds(copyOf),
      share: refused => this.#share(refused),
      inherit: (refresh, user) => { this.#inherit(refresh, user) },
    })
  }

  get state(): LoginState {
    return this.#state
  }

  /** Calls `changed` after every change of state; the returned function ends that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => { this.#watchers.delete(changed) }
  }

  /** Whom the page shows from now on: from other tabs it takes tokens of nobody else. */
  belongsTo(user: string): void {
    this.#user = user
  }

  /** An access token that still holds; throws SignedOut or LoginUnreachable. */
  async token(): Promise<string> {
    const { clock } = this.#ports
    if (this.#access !== null && clock.monotonicMs() < this.#access.untilMs) return this.#access.token
    return this.renew()
  }

  /** A new token, because the server refused `refused`; the one of another call when that was quicker. */
  async replace(refused: string): Promise<string> {
    if (this.#access !== null && this.#access.token !== refused) return this.token()
    this.#access = null
    this.#refused = refused
    return this.renew()
  }

  renew(): Promise<string> {
    this.#renewal ??= this.#renew().finally(() => { this.#renewal = null })
    return this.#renewal
  }

  /** The page is left or stopped: another tab has the refresh token from now on, if there is one. */
  handOver(): void {
    const { storage, tabs } = this.#ports
    const refresh = this.#holds(null) ? storage.getItem(REFRESH_KEY) : null
    if (tabs.leave(refresh, this.#user)) storage.removeItem(REFRESH_KEY)
  }

  /** Leaves for the login page of the server, which leads back to `returnTo`, a path of the console. */
  async begin(returnTo: string): Promise<void> {
    const { crypto, storage, origin, goTo } = this.#ports
    const key = await proofKey(crypto)
    const pending: Pending = { state: randomState(crypto), verifier: key.verifier, returnTo }
    storage.setItem(PENDING_KEY, JSON.stringify(pending))
    goTo(`/login?${new URLSearchParams({
      response_type: 'code', client_id: CLIENT_ID, redirect_uri: origin + CALLBACK, state: pending.state,
      code_challenge: key.challenge, code_challenge_method: key.method, scope: 'offline_access',
    }).toString()}`)
  }

  /**
   * Changes the code in the address of the callback for tokens.
   */
  async finish(search: string): Promise<Finish> {
    const { storage, origin } = this.#ports
    const answer = new URLSearchParams(search)
    const pending = readPending(storage.getItem(PENDING_KEY))
    const code = answer.get('code')
    if (pending === null || code === null || answer.get('state') !== pending.state) {
      return { kind: 'foreign' }
    }
    try {
      await this.#ask(new URLSearchParams({
        grant_type: 'authorization_code', client_id: CLIENT_ID, redirect_uri: origin + CALLBACK,
        code, code_verifier: pending.verifier,
      }))
    } catch (error) {
      if (error instanceof LoginUnreachable) return { kind: 'unreachable' }
      if (error instanceof SignedOut) return { kind: 'refused' }
      throw error
    }
    storage.removeItem(PENDING_KEY)
    return { kind: 'signedIn', returnTo: pending.returnTo }
  }

  /** Where the login that was begun here leads back to. */
  get returnTo(): string {
    return readPending(this.#ports.storage.getItem(PENDING_KEY))?.returnTo ?? '/'
  }

  /** Ends the login of this tab and of the browser; leaves the page, and nothing in the storage for whoever comes next. */
  async signOut(): Promise<void> {
    const { storage, post, origin, goTo } = this.#ports
    // A tab whose tokens come from another has none to refresh.
    const token = storage.getItem(REFRESH_KEY) ?? this.#access?.token ?? null
    this.#forget('leaving')
    storage.clear()
    if (token !== null) await post('/auth/revoke', new URLSearchParams({ client_id: CLIENT_ID, token }))
    goTo(`/auth/logout?${new URLSearchParams({
      client_id: CLIENT_ID, post_logout_redirect_uri: `${origin}/`,
    }).toString()}`)
  }

  async #renew(): Promise<string> {
    const { storage, tabs } = this.#ports
    const own = storage.getItem(REFRESH_KEY)
    let answer: Answer | null = null
    if (own === null || this.#mayBeCopy) {
      answer = await tabs.ask(own, this.#refused)
      // That very tab has it, and cannot tell now: it is not this one's to use.
      if (answer === 'unreachable' && own !== null) throw new LoginUnreachable(NO_TOKEN)
      this.#mayBeCopy = false
      if (answer !== null && answer !== 'unreachable' && (this.#user === null || answer.user === this.#user)) {
        // The original goes on using its refresh token; a second use here would end the login for both.
        if (own !== null) storage.removeItem(REFRESH_KEY)
        return this.#take(answer.token, answer.lifeMs + FOLLOW_MS)
      }
    }
    // It may have been handed over while this tab asked.
    const refresh = storage.getItem(REFRESH_KEY)
    if (refresh === null) return this.#goOn(answer === 'unreachable')
    return this.#ask(new URLSearchParams({
      grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: refresh,
    }))
  }

  async #ask(form: URLSearchParams): Promise<string> {
    const { clock, post, storage } = this.#ports
    const startedMs = clock.monotonicMs()
    const reply = await post('/auth/token', form)
    if (reply === null || (reply.status !== OK && !CLIENT_FAULTS.includes(reply.status))) {
      throw new LoginUnreachable(NO_TOKEN)
    }
    const grant = reply.status === OK ? readGrant(reply.body) : null
    if (grant === null) {
      this.#forget('ended')
      throw new SignedOut('the login has ended')
    }
    if (grant.refresh !== null && this.#state !== 'leaving') storage.setItem(REFRESH_KEY, grant.refresh)
    // Whatever it was before, this one was given to this tab.
    this.#mayBeCopy = false
    const leftMs = grant.expiresInMs - (clock.monotonicMs() - startedMs)
    return this.#take(grant.access, Math.max(leftMs - RENEW_BEFORE_MS, leftMs / 2))
  }

  /** `renewAfterMs`: from now. */
  #take(token: string, renewAfterMs: number): string {
    const { clock } = this.#ports
    if (this.#state === 'leaving') throw new SignedOut('the login was ended here')
    this.#refused = null
    this.#access = { token, untilMs: clock.monotonicMs() + renewAfterMs }
    this.#cancelTimer()
    // Renewed in the background; a failure shows at the next call, which tries again.
    this.#cancelTimer = clock.after(renewAfterMs, () => { this.renew().catch(() => undefined) })
    this.#become('signedIn')
    return token
  }

  /** No other tab has given a token. The old one may hold for a while; when it is refused as well, the login is over. */
  #goOn(unreachable: boolean): string {
    if (this.#access !== null) {
      this.#access = { token: this.#access.token, untilMs: this.#ports.clock.monotonicMs() + ASK_AGAIN_MS }
      return this.#access.token
    }
    if (unreachable) throw new LoginUnreachable(NO_TOKEN)
    this.#forget(this.#state === 'starting' || this.#state === 'signedOut' ? 'signedOut' : 'ended')
    throw new SignedOut('there is no login')
  }

  #holds(copyOf: string | null): boolean {
    const refresh = this.#ports.storage.getItem(REFRESH_KEY)
    return refresh !== null && !this.#mayBeCopy && ALIVE.includes(this.#state) && (copyOf === null || copyOf === refresh)
  }

  /** For another tab. */
  async #share(refused: string | null): Promise<Answer | null> {
    try {
      const token = refused === null ? await this.token() : await this.replace(refused)
      const lifeMs = (this.#access?.untilMs ?? 0) - this.#ports.clock.monotonicMs()
      return { token, lifeMs, user: this.#user }
    } catch (error) {
      return error instanceof SignedOut ? null : 'unreachable'
    }
  }

  #inherit(refresh: string, user: string | null): void {
    const { storage } = this.#ports
    if (!ALIVE.includes(this.#state) || storage.getItem(REFRESH_KEY) !== null || (this.#user !== null && user !== this.#user)) return
    storage.setItem(REFRESH_KEY, refresh)
    // At once: a renewal that the other tab had under way may have used it, and the server takes it a second time only soon.
    this.renew().catch(() => undefined)
  }

  #forget(state: LoginState): void {
    this.#access = null
    this.#cancelTimer()
    this.#ports.storage.removeItem(REFRESH_KEY)
    this.#become(state)
  }

  #become(state: LoginState): void {
    if (state === this.#state || this.#state === 'leaving') return
    this.#state = state
    for (const watcher of [...this.#watchers]) watcher()
  }
}

interface Grant { readonly access: string; readonly refresh: string | null; readonly expiresInMs: number }

function readGrant(body: Json): Grant | null {
  if (!isJsonObject(body)) return null
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = body
  if (typeof access !== 'string' || typeof seconds !== 'number' || seconds <= 0) return null
  return { access, refresh: typeof refresh === 'string' ? refresh : null, expiresInMs: seconds * 1_000 }
}

function readPending(text: string | null): Pending | null {
  try {
    const value = JSON.parse(text ?? 'null') as Json
    if (!isJsonObject(value)) return null
    const { state, verifier, returnTo } = value
    if (typeof state !== 'string' || typeof verifier !== 'string' || typeof returnTo !== 'string') return null
    // A path of this console, never another host.
    return { state, verifier, returnTo: /^\/(?!\/)/.test(returnTo) ? returnTo : '/' }
  } catch {
    return null
  }
}
