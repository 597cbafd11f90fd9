/**
 * When API keys were used, so that people see which ones nobody needs any more. Written once an hour for each key and
 * node, however often it is used: a key is used for every request, and a date to the hour is enough to revoke by.
 */
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText, RotaError } from '../../errors.ts'
import { KEYS } from '../../registry/key-families.ts'
import { keyUseKey } from '../../registry/objects/api-key.ts'
import type { FailureStore } from './failures.ts'
import { Remembered } from './remembered.ts'

const WRITTEN_EVERY_MS = 3_600_000
const KEYS_MAX = 10_000

export class KeyUse {
  readonly #store: FailureStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #written: Remembered<true>

  constructor(store: FailureStore, clock: Clock, log: Log) {
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.#written = new Remembered(clock, WRITTEN_EVERY_MS, KEYS_MAX)
  }

  /** A store that is full, or away for a moment, keeps nobody out. */
  async note(keyId: Id): Promise<void> {
    if (this.#written.get(keyId) === true) return
    this.#written.set(keyId, true)
    const at = this.#clock.now()
    try {
      await this.#store.transact(({ keys }) => keys.put(keyUseKey(keyId), { at }, at + KEYS.apiKeyUsed.keptMs))
    } catch (error) {
      if (!(error instanceof RotaError)) throw error
      this.#log.warn({ error: errorText(error) }, 'could not note when an API key was used')
    }
  }
}
