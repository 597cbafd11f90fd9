/**
 * What a refresh token is good for when it comes again (RFC 9700 §4.14.2).
 *
 * Each use gives new tokens of the next generation, and all tokens of one generation count as one: when one of them
 * has been used, all have. A reply may be lost on its way, and a client that repeats its question then has nothing but
 * the old token; so a generation works again for a minute after its first use, a few times. After that it can only be
 * a copy: either the thief's or, when the thief was first, the owner's. Nobody can tell which, so the login ends.
 */
export const AGAIN_MS = 60_000
/** Uses of one generation; a client gives up before. */
export const USES_MAX = 5

/** `use`: 0 for the first use of the generation. `firstAt`: when that was, in ms since 1970. */
export function judgeUse(use: number, firstAt: number, now: number): 'rotate' | 'reused' {
  if (use === 0) return 'rotate'
  return use < USES_MAX && now - firstAt < AGAIN_MS ? 'rotate' : 'reused'
}
