/**
 * Ends every login of a web console. The tokens go first: a login that begins meanwhile is ended with the others, and its
 * tokens lead nowhere. Nodes that remember a token look again when any login ends. Passwords, API keys and the token that a
 * node gives to commands on its own machine are no such logins, and stay.
 */
import type { RegistryTx } from '../../registry/ports.ts'
import { endOldest } from '../auth/oauth/grants.ts'
import type { KeyRemoval, KeyStore } from './key-removal.ts'

const LOGINS_AT_ONCE_MAX = 200

export class AuthTokenRemoval {
  readonly #store: KeyStore
  readonly #keyRemoval: Pick<KeyRemoval, 'remove'>

  constructor(store: KeyStore, keyRemoval: Pick<KeyRemoval, 'remove'>) {
    this.#store = store
    this.#keyRemoval = keyRemoval
  }

  /** `told` hears how many rows have gone after each batch, and may throw to stop: a repeat goes on. */
  async remove(told: (removed: number) => Promise<void>): Promise<{ readonly keys: number; readonly logins: number }> {
    const keys = await this.#keyRemoval.remove('removeAuthTokens', told)
    for (let logins = 0; ;) {
      const ended = await this.#store.transact((tx: RegistryTx) => endOldest(tx, LOGINS_AT_ONCE_MAX))
      logins += ended
      await told(keys + logins)
      if (ended < LOGINS_AT_ONCE_MAX) return { keys, logins }
    }
  }
}
