/**
 * Text to words. A word is a run of letters and digits; scripts that put no space between words (Chinese, Japanese, Thai
 * and their neighbours) are cut with the dictionaries of ICU. Index and query both go through here, so what one writes the
 * other finds.
 */
import { normalized } from '../../base/normalize.ts'

/** Terms of a store are at most this long (services/ports.ts); a longer word is cut on both sides alike. */
export const TERM_CHARS_MAX = 64

const WORD = /[\p{L}\p{M}\p{N}]+/gu
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u
const PLAIN = /^[a-z0-9]+$/
/** Accents are spelling, in these scripts; the vowel signs of Indic and Thai text are letters and stay. */
const ACCENT = /([\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Arabic}\p{sc=Hebrew}])\p{Mn}+/gu
const NO_WORD = /[^\p{L}\p{M}\p{N}]+/gu
/** Letters that no normalisation takes apart, and that people also type without their stroke or as two letters. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ı: 'i', þ: 'th', ħ: 'h', ŧ: 't', ŋ: 'n', ς: 'σ',
}
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/** Its dictionaries are read when it is made: 6 MiB, for texts of which most nodes see none. */
let segmenter: Intl.Segmenter | null = null

/** The runs of letters and digits of a text, in order, in lower case, accents and repetitions kept. */
export function runsOf(text: string): readonly string[] {
  return normalized(text, 'NFKC').toLowerCase().match(WORD) ?? []
}

/** The words of a run: itself, unless its script puts no space between words. */
export function wordsOf(run: string): readonly string[] {
  if (!UNSPACED.test(run)) return [run]
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' })
  return [...segmenter.segment(run)].filter(part => part.isWordLike).map(part => part.segment)
}

/** One spelling for a word: no accents, no ligatures, at most TERM_CHARS_MAX; '' when nothing is left. */
export function fold(word: string): string {
  return cut(PLAIN.test(word) ? word : foldLetters(word))
}

/** Cuts between characters, never inside a surrogate pair. */
export function cut(term: string): string {
  if (term.length <= TERM_CHARS_MAX) return term
  const kept = term.slice(0, TERM_CHARS_MAX)
  return kept.isWellFormed() ? kept : kept.slice(0, -1)
}

function foldLetters(word: string): string {
  return normalized(word, 'NFKD')
    .replace(ACCENT, '$1')
    .normalize('NFKC')
    .toLowerCase()
    .replace(LETTER, letter => LETTERS[letter] ?? letter)
    .replace(NO_WORD, '')
}
