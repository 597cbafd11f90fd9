/**
 * Whether a password is one of those of an account. Each comparison takes memory and 60 ms of a core, so few
 * run at once, one source cannot fill the line for all others, and the same question asked by many is answered
 * once. Without a password to compare, a decoy is compared: nobody takes as long as somebody.
 */
import { AtOnce } from '../../base/at-once.ts'
import { RotaError } from '../../errors.ts'
import type { Password } from './credentials.ts'
import { DECOY, verifySecret } from './secret.ts'
import { Slots } from './slots.ts'

/** Each takes 19 MiB and a thread of libuv's pool, which files and DNS use too: half of its four. */
const HASHES_AT_ONCE_MAX = 2
/** About four seconds of work on two threads: who waits longer has given up. */
const HASHES_WAITING_MAX = 128
/** Guessing is not much faster than failures are counted. */
const VERIFYING_PER_SOURCE_MAX = 16
const BUSY_RETRY_MS = 1_000

export interface PasswordQuestion {
  /** The same for who asks the same. */
  readonly key: string
  readonly source: string
  readonly password: string
  readonly among: readonly Password[]
}

export class PasswordCheck {
  readonly #slots = new Slots(HASHES_AT_ONCE_MAX, HASHES_WAITING_MAX)
  readonly #places = new AtOnce(VERIFYING_PER_SOURCE_MAX)
  readonly #running = new Map<string, Promise<Password | null>>()

  /** Null: none matches. Throws auth/rate-limited when there is no place. */
  match(question: PasswordQuestion): Promise<Password | null> {
    const { key } = question
    const running = this.#running.get(key)
    if (running) return running
    const matching = this.#matchInPlace(question).finally(() => { this.#running.delete(key) })
    this.#running.set(key, matching)
    return matching
  }

  async #matchInPlace({ source, password, among }: PasswordQuestion): Promise<Password | null> {
    const answer = await this.#places.run(source, async () => ({ match: await this.#matchEach(password, among) }))
    if (answer === null) throw tooManyAtOnce()
    return answer.match
  }

  async #matchEach(password: string, among: readonly Password[]): Promise<Password | null> {
    for (const credential of among) if (await this.#compare(password, credential.stored)) return credential
    if (among.length === 0) await this.#compare(password, DECOY)
    return null
  }

  async #compare(password: string, stored: string): Promise<boolean> {
    const matches = await this.#slots.run(() => verifySecret(password, stored))
    if (matches === null) throw tooManyAtOnce()
    return matches
  }
}

function tooManyAtOnce(): RotaError {
  const details = { retryAfterMs: BUSY_RETRY_MS }
  return new RotaError('auth/rate-limited', 'Too many logins at once. Try again in a moment.', details)
}
