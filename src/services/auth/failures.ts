/**
 * Failed logins, counted in the store so that all nodes count together: each distinct wrong guess of the last
 * window is one key `login-failure/<scope>/<whom>/<guess>` that expires by itself. A program that repeats one
 * wrong password all day makes one guess; a list of passwords makes many.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { RotaError } from '../../errors.ts'
import type { KeyValueTable, RegistryTx } from '../../registry/ports.ts'

export const FAILURE_WINDOW_MS = 15 * 60_000
export const FAILURES_PER_SOURCE_MAX = 60
/** Wrong passwords for one account from everywhere together. */
export const FAILURES_PER_NAME_MAX = 20

export interface FailureStore {
  read<T>(work: (tx: RegistryTx) => Promise<T>): Promise<T>
  transact<T>(work: (tx: RegistryTx) => Promise<T>): Promise<T>
}

/**
 * Who guessed and what for. `name`: an account's id, or the name that no account has; null: not counted by
 * name.
 */
export interface Attempt { readonly source: string; readonly name: string | null }

export class Failures {
  readonly #store: FailureStore
  readonly #clock: Clock

  constructor(store: FailureStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Throws auth/rate-limited, with `retryAfterMs`, when the source or the name has used up its guesses. */
  async refuseIfTooMany(attempt: Attempt): Promise<void> {
    const waitMs = await this.#store.read(async ({ keys }) => {
      const waits = await Promise.all(scopes(attempt).map(scope => this.#waitMs(keys, scope)))
      return Math.max(...waits)
    })
    if (waitMs > 0) {
      const details = { retryAfterMs: waitMs }
      throw new RotaError('auth/rate-limited', 'Too many failed logins. Wait, then try again.', details)
    }
  }

  /** `guess` stands for the credential and must not be reversible. */
  async record(attempt: Attempt, guess: string): Promise<void> {
    const at = this.#clock.now()
    const expiresAt = at + FAILURE_WINDOW_MS
    await this.#store.transact(async ({ keys }) => {
      for (const { prefix } of scopes(attempt)) await keys.create(prefix + guess, { at }, expiresAt)
    })
  }

  /** 0, or how long until the oldest of too many failures leaves the window. */
  async #waitMs(keys: KeyValueTable, { prefix, max }: Scope): Promise<number> {
    const failures = await keys.list(prefix, max)
    if (failures.length < max) return 0
    const now = this.#clock.now()
    const times = failures.map(({ value: { at } }) => typeof at === 'number' ? at : now)
    return Math.max(1, Math.min(...times) + FAILURE_WINDOW_MS - now)
  }
}

interface Scope { readonly prefix: string; readonly max: number }

function scopes({ source, name }: Attempt): Scope[] {
  const bySource = { prefix: `login-failure/source/${source}/`, max: FAILURES_PER_SOURCE_MAX }
  if (name === null) return [bySource]
  // Hashed for its length: clients choose names, and a store's key has room for 200 characters.
  const named = createHash('sha256').update(name).digest('base64url')
  return [bySource, { prefix: `login-failure/name/${named}/`, max: FAILURES_PER_NAME_MAX }]
}
