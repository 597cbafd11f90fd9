/**
 * Shards of the blob table as ranges of hashes. A shard is the first byte of the hash; the hash is base64url text, whose first
 * character is the upper six bits of that byte and whose second one begins with the other two. The alphabet is not in the
 * order of its bytes, so the sixteen second characters of a shard are up to four ranges of text.
 */
import { assert } from '../base/assert.ts'
import { BLOB_SHARDS } from '../services/ports.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Second characters by the lower two bits of the byte, in the order of their bytes. */
const SECOND = ['A-P', 'Q-Z a-f', 'g-v', '- 0-9 _ w-z'].map(runs => runs.split(' ').map(run => [run.at(0) ?? '', run.at(-1) ?? ''] as const))

/** From the first one on, up to the second one without it; compared by bytes. */
export interface HashRange { readonly from: string; readonly before: string }

/** In order, without overlap. */
export function rangesOfShard(shardIndex: number): HashRange[] {
  assert(Number.isInteger(shardIndex) && shardIndex >= 0 && shardIndex < BLOB_SHARDS, `there is no shard ${shardIndex}`)
  const first = ALPHABET[shardIndex >> 2] ?? ''
  return (SECOND[shardIndex & 3] ?? []).map(([from, last]) => (
    { from: `${first}${from}`, before: `${first}${String.fromCharCode(last.charCodeAt(0) + 1)}` }
  ))
}
