/** Removes contents that nothing keeps any more, a shard at a time. README.md beside this file. */
import type { BlobHash, BlobLook, BlobPurged, DomainTx } from '../ports.ts'

/** RFC 8620 §6 wants at least one hour. A day also lets a client that was cut off go on the next morning. */
export const BLOB_GRACE_MS = 24 * 3_600_000
/** Of one transaction. */
const BLOBS_AT_ONCE_MAX = 500

export interface BlobStore {
  now(): Promise<number>
  transact<T>(work: (tx: Pick<DomainTx, 'blobs'>) => Promise<T>): Promise<T>
}

export class BlobPurge {
  readonly #store: BlobStore

  constructor(store: BlobStore) {
    this.#store = store
  }

  /** What went. `told` hears after each transaction how many contents were looked at, and may throw to stop: a repeat begins anew. */
  async shard(shardIndex: number, told: (looked: number) => Promise<void>): Promise<{ readonly removed: number; readonly octets: number }> {
    const before = await this.#store.now() - BLOB_GRACE_MS
    let [looked, removed, octets] = [0, 0, 0]
    for (let after: BlobHash | null = ''; after !== null;) {
      const look: BlobLook = { before, after, limit: BLOBS_AT_ONCE_MAX }
      const part: BlobPurged = await this.#store.transact(tx => tx.blobs.purge(shardIndex, look))
      looked += part.looked
      removed += part.removed
      octets += part.octets
      after = part.next
      await told(looked)
    }
    return { removed, octets }
  }
}
