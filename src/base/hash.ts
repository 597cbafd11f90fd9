/**
 * A stable 32-bit hash of a string: FNV-1a, then the avalanche step of MurmurHash3 (plain FNV keeps neighbours
 * together, which unbalances buckets). Stored rows depend on it: it must never change.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return avalanche(hash)
}

/** The same for a small number under a hash: what `hash32` of both as one text would do, without the text. It must never change either. */
export function mix32(hash: number, number: number): number {
  return avalanche(hash ^ Math.imul(number + 1, 0x9e3779b1))
}

function avalanche(hash: number): number {
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
