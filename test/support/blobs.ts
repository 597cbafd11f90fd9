/** Shards of contents, and purges of them without their task. */
import { assert } from '../../src/base/assert.ts'
import type { BlobHash } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'

const LIMIT = 10_000

export function shardOf(hash: BlobHash): number {
  const [first] = Buffer.from(hash, 'base64url')
  assert(first !== undefined, `${hash} is no hash`)
  return first
}

/** What is not kept since `before`; returns how many contents went. */
export async function purgeShardOf(store: Store, hash: BlobHash, before: number): Promise<number> {
  return (await store.transact(tx => tx.blobs.purge(shardOf(hash), { before, after: '', limit: LIMIT }))).removed
}
