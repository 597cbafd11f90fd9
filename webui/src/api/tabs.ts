/**
 * The tabs of one browser share a login: a refresh token may be used once, so exactly one tab has it, and gives the others
 * access tokens. A tab that is opened anew asks; a copy of a tab asks too, because it has the token of its original.
 */
import type { Clock } from '../../../src/base/clock.ts'
import { isJsonObject } from '../../../src/base/json.ts'

/** `user`: whose it is; null: that tab does not know yet. */
export interface SharedToken { readonly token: string; readonly lifeMs: number; readonly user: string | null }

/** `BroadcastChannel`, or something like it. */
export interface Channel {
  postMessage(message: unknown): void
  addEventListener(type: 'message', take: (event: { readonly data: unknown }) => void): void
}

/** Tabs of one process answer within a few ms; a hidden one may take longer. */
const ANSWER_MS = 200

export class Tabs {
  readonly #channel: Channel
  readonly #clock: Clock
  readonly #name: string
  #waiting = new Map<string, (shared: SharedToken) => void>()
  #count = 0

  /** `name`: unlike that of any other tab. */
  constructor(channel: Channel, clock: Clock, name: string) {
    this.#channel = channel
    this.#clock = clock
    this.#name = name
    channel.addEventListener('message', ({ data }) => {
      if (!isJsonObject(data)) return
      const { answer, token, lifeMs, user } = data
      if (typeof answer !== 'string' || typeof token !== 'string' || typeof lifeMs !== 'number') return
      this.#waiting.get(answer)?.({ token, lifeMs, user: typeof user === 'string' ? user : null })
    })
  }

  /**
   * A token of another tab; null: none has one. With `copyOf` only of the tab that has that very refresh token; `refused`
   * is a token that the server does not take any more, which the other tab may not know yet.
   */
  ask(copyOf: string | null, refused: string | null): Promise<SharedToken | null> {
    this.#count += 1
    const ask = `${this.#name}.${this.#count}`
    return new Promise(resolve => {
      const done = (shared: SharedToken | null) => {
        this.#waiting.delete(ask)
        cancel()
        resolve(shared)
      }
      const cancel = this.#clock.after(ANSWER_MS, () => { done(null) })
      this.#waiting.set(ask, done)
      this.#channel.postMessage({ ask, copyOf, refused })
    })
  }

  /** `share` gives what this tab has; null: nothing, or not for `copyOf`. */
  answer(share: (copyOf: string | null, refused: string | null) => Promise<SharedToken | null>): void {
    this.#channel.addEventListener('message', ({ data }) => {
      if (!isJsonObject(data) || typeof data['ask'] !== 'string') return
      const { ask, copyOf, refused } = data
      // Who cannot share stays silent, as does a tab whose own renewal fails.
      share(typeof copyOf === 'string' ? copyOf : null, typeof refused === 'string' ? refused : null)
        .then(shared => { if (shared !== null) this.#channel.postMessage({ answer: ask, ...shared }) }, () => undefined)
    })
  }
}
