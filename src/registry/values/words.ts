/**
 * Words of an object's texts, for a filter that finds it by any of them. A word is a run of letters and digits; case and
 * accents make no difference, so `müller` is found as `Muller` and the other way round.
 */
import type { Json } from '../../base/json.ts'
import { normalized } from '../../base/normalize.ts'
import type { IndexEntry } from '../ports.ts'

/** Under which the entries stand, and what the filter by any of an object's texts is called. */
export const TEXT = 'text'
/** Longer words are found by their beginning. */
const WORD_CHARS_MAX = 40
/** Of one object; later ones are not found. */
const WORDS_MAX = 200

/** Each word once, in the order of the text. */
export function wordsOf(text: string): string[] {
  const plain = normalized(text, 'NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu)?.map(word => [...word].slice(0, WORD_CHARS_MAX).join('')))]
}

/** What is no text has no words. `field`: the filter that finds them. */
export function wordEntries(texts: readonly (Json | undefined)[], field = TEXT): IndexEntry[] {
  const words = new Set(texts.flatMap(text => typeof text === 'string' ? wordsOf(text) : []))
  return [...words].slice(0, WORDS_MAX).map(value => ({ field, value, unique: false }))
}
