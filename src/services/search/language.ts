/**
 * Which languages a text may be in. The detector's smallest data set is enough for whole messages (98.7 % of single
 * sentences) and takes 29 MB of heap, so it is loaded by the first text that needs it: nodes that index nothing stay small.
 */
import { assert } from '../../base/assert.ts'
import { once } from '../../base/later.ts'
import { isLanguage } from './stem.ts'
import type { Language } from './stem.ts'

/** More text makes the answer no better. */
const SAMPLE_CHARS_MAX = 600
/** Below this the best guess is too often a neighbour (Spanish for Portuguese), so its rivals are kept as well. */
const SURE_CHARS_MIN = 200
const GUESSES_MAX = 3

const detector = once(async () => {
  const { eld } = await import('eld')
  assert('load' in eld, 'the language detector was imported without its loader')
  await eld.load('extrasmall')
  return eld
})

/** Languages with a stemmer, best first: one for a text that is long enough, a few for a short one, none when unknown. */
export async function languagesOf(text: string): Promise<Language[]> {
  const eld = await detector()
  const sample = text.slice(0, SAMPLE_CHARS_MAX)
  const answer = eld.detect(sample)
  if (sample.length >= SURE_CHARS_MIN && answer.isReliable()) return isLanguage(answer.language) ? [answer.language] : []
  return Object.entries(answer.getScores())
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, GUESSES_MAX)
    .map(([language]) => language)
    .filter(isLanguage)
}
