/**
 * The tabs of one browser share a login: a refresh token may be used once, so exactly one tab has it, and gives the others
 * access tokens. A tab that is opened anew asks; a copy of a tab asks too, because it has the token of its original.
 *
 *   the one that asks ──ask──► all
 *                     ◄──wait──── the one that has the refresh token, at once
 *                     ◄──answer── the same: a token, or that the server is away; it may have to renew its own first
 *   the one that is left ──give──► one that has asked before, and has not said bye: it has the refresh token from now on
 *
 * | what | then |
 * |---|---|
 * | nobody says `wait` in time | there is no such tab, or the browser has stopped it |
 * | `wait`, then nothing | the tab was closed meanwhile: as if the server were away |
 * | the heir was killed | the refresh token is lost; what the others hold works until it ends |
 */
import type { Clock } from '../../../src/base/clock.ts'
import { isJsonObject } from '../../../src/base/json.ts'

/** `user`: whose it is; null: that tab does not know yet. */
export interface SharedToken { readonly token: string; readonly lifeMs: number; readonly user: string | null }

export type Answer = SharedToken | 'unreachable'

/** What this tab does for the others. */
export interface Holder {
  /** Whether it has the refresh token; with `copyOf`: that very one. */
  holds(this: void, copyOf: string | null): boolean
  /** An access token other than `refused`; null: the login is over. */
  share(this: void, refused: string | null): Promise<Answer | null>
  /** The refresh token of a tab that is left. */
  inherit(this: void, refresh: string, user: string | null): void
}

/** `BroadcastChannel`, or something like it. */
export interface Channel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', take: (event: { readonly data: unknown }) => void): void
}

/** Tabs of one process answer within a few ms; a hidden one may take longer. */
const SIGN_MS = 200
/** Who asks because of a refused token has all to lose: a tab that is busy is waited for. */
const SIGN_OF_BUSY_MS = 3_000
/** A renewal takes up to 20 s until it is given up (post-form.ts), and one may have to end before. */
const ANSWER_MS = 45_000

export class Tabs {
  readonly #channel: Channel
  readonly #clock: Clock
  readonly #name: string
  readonly #waiting = new Map<string, { signed(): void; done(answer: Answer | null): void }>()
  /** Names of tabs that have asked this one and are there still, the last one last. */
  readonly #heirs = new Set<string>()
  #count = 0

  /** `name`: unlike that of any other tab. */
  constructor(channel: Channel, clock: Clock, name: string) {
    this.#channel = channel
    this.#clock = clock
    this.#name = name
    channel.addEventListener('message', ({ data }) => {
      if (!isJsonObject(data)) return
      const { kind, ask, token, lifeMs, user, from } = data
      if (kind === 'bye' && typeof from === 'string') this.#heirs.delete(from)
      const waiting = typeof ask === 'string' ? this.#waiting.get(ask) : undefined
      if (kind === 'wait') waiting?.signed()
      if (kind === 'unreachable') waiting?.done('unreachable')
      if (kind !== 'answer') return
      if (typeof token === 'string' && typeof lifeMs === 'number') waiting?.done({ token, lifeMs, user: typeof user === 'string' ? user : null })
      else waiting?.done(null)
    })
  }

  /**
   * A token of another tab; null: none has a login. With `copyOf` only of the tab that has that very refresh token;
   * `refused` is a token that the server does not take any more, which the other tab may not know yet.
   */
  ask(copyOf: string | null, refused: string | null): Promise<Answer | null> {
    this.#count += 1
    const ask = `${this.#name}.${this.#count}`
    return new Promise(resolve => {
      const done = (answer: Answer | null) => {
        this.#waiting.delete(ask)
        cancel()
        resolve(answer)
      }
      let cancel = this.#clock.after(refused === null ? SIGN_MS : SIGN_OF_BUSY_MS, () => { done(null) })
      const signed = () => {
        cancel()
        cancel = this.#clock.after(ANSWER_MS, () => { done('unreachable') })
      }
      this.#waiting.set(ask, { signed, done })
      this.#channel.postMessage({ kind: 'ask', from: this.#name, ask, copyOf, refused })
    })
  }

  answer(holder: Holder): void {
    this.#channel.addEventListener('message', ({ data }) => {
      if (!isJsonObject(data)) return
      const { kind, from, to, ask, copyOf, refused, refresh, user } = data
      if (kind === 'give' && to === this.#name && typeof refresh === 'string') {
        holder.inherit(refresh, typeof user === 'string' ? user : null)
        // Who waits for an answer of the other tab has no need of it.
        for (const waiting of [...this.#waiting.values()]) waiting.done(null)
      }
      if (kind !== 'ask' || typeof ask !== 'string' || typeof from !== 'string' || !holder.holds(typeof copyOf === 'string' ? copyOf : null)) return
      this.#heirs.delete(from)
      this.#heirs.add(from)
      this.#channel.postMessage({ kind: 'wait', ask })
      void holder.share(typeof refused === 'string' ? refused : null).then(answer => {
        this.#channel.postMessage(answer === 'unreachable' ? { kind: 'unreachable', ask } : { kind: 'answer', ask, ...answer })
      })
    })
  }

  /** This tab is left. Whether there is another one, which has `refresh` from now on; null: there is none to give. */
  leave(refresh: string | null, user: string | null): boolean {
    const heir = [...this.#heirs].at(-1)
    this.#channel.postMessage({ kind: 'bye', from: this.#name })
    if (refresh === null || heir === undefined) return false
    // It will ask again when it needs something from this one, which may come back.
    this.#heirs.delete(heir)
    this.#channel.postMessage({ kind: 'give', to: heir, refresh, user })
    return true
  }
}
