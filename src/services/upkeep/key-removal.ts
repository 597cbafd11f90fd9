/** Families of keys, removed as a whole: a repeat goes on with what is left. */
import type { KeyRemovalType } from '../../registry/key-families.ts'
import { prefixesRemovedBy } from '../../registry/key-families.ts'
import type { RegistryTx } from '../../registry/ports.ts'

/** In one transaction. */
const KEYS_AT_ONCE_MAX = 1_000

export interface KeyStore {
  transact<T>(work: (tx: RegistryTx) => Promise<T>): Promise<T>
}

export class KeyRemoval {
  readonly #store: KeyStore

  constructor(store: KeyStore) {
    this.#store = store
  }

  /** How many keys went. `told` hears that after each batch, and may throw to stop. */
  async remove(type: KeyRemovalType, told: (removed: number) => Promise<void>): Promise<number> {
    let all = 0
    for (const prefix of prefixesRemovedBy(type)) {
      for (;;) {
        const removed = await this.#store.transact(tx => tx.keys.removePrefix(prefix, KEYS_AT_ONCE_MAX))
        await told(all += removed)
        if (removed < KEYS_AT_ONCE_MAX) break
      }
    }
    return all
  }
}
