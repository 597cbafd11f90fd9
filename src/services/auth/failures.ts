/**
 * Failed logins, counted in the store so that all nodes count together: each distinct wrong guess of the last
 * window is one key `login-failure/<scope>/<whom>/<guess>` that expires by itself. A program that repeats one
 * wrong password all day makes one guess; a list of passwords makes many.
 *
 * Guesses for a name count together from wherever they come, except from where that account has logged in
 * within the last 30 days (`login-known/<account>/<source>`): there only the guesses from there count. So who
 * guesses at an account from elsewhere, for as long as he likes, closes it for himself and not for its owner.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { RotaError } from '../../errors.ts'
import { KEYS } from '../../registry/key-families.ts'
import type { KeyValueTable, RegistryTx } from '../../registry/ports.ts'

const { loginFailure: FAILURE, loginKnown: KNOWN } = KEYS
export const FAILURE_WINDOW_MS = FAILURE.keptMs
export const FAILURES_PER_SOURCE_MAX = 60
/** Wrong passwords for one account, from one known source or from all others together. */
export const FAILURES_PER_NAME_MAX = 20
/** Not at each login: it is a write. */
const KNOWN_RENEWED_MS = 86_400_000

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
      const waits = (await scopes(keys, attempt)).map(scope => this.#waitMs(keys, scope))
      return Math.max(...await Promise.all(waits))
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
      for (const { prefix } of await scopes(keys, attempt)) await keys.create(prefix + guess, { at }, expiresAt)
    })
  }

  /** The account `name` has logged in from there. */
  async noteSuccess({ source, name }: Attempt): Promise<void> {
    if (name === null) return
    const key = knownKey(name, source)
    const at = this.#clock.now()
    const known = await this.#store.read(({ keys }) => keys.get(key))
    if (typeof known?.['at'] === 'number' && known['at'] > at - KNOWN_RENEWED_MS) return
    await this.#store.transact(({ keys }) => keys.put(key, { at }, at + KNOWN.keptMs))
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

async function scopes(keys: KeyValueTable, { source, name }: Attempt): Promise<Scope[]> {
  const bySource = { prefix: `${FAILURE.prefix}source/${source}/`, max: FAILURES_PER_SOURCE_MAX }
  if (name === null) return [bySource]
  const known = await keys.get(knownKey(name, source)) !== null
  const whom = known ? `known/${hashed(name)}/${source}` : `name/${hashed(name)}`
  return [bySource, { prefix: `${FAILURE.prefix}${whom}/`, max: FAILURES_PER_NAME_MAX }]
}

function knownKey(name: string, source: string): string {
  return `${KNOWN.prefix}${hashed(name)}/${source}`
}

/** For its length: clients choose names, and a store's key has room for 200 characters. */
function hashed(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}
