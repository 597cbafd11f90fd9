/**
 * Terms for stems by the Snowball algorithms, one a language, under the ISO 639-1 codes that the language detection answers with.
 * A stem takes about 8 µs; mail repeats its words, so each language remembers the last ones.
 */
import snowball from 'snowball-stemmers'
import { cut, fold } from './words.ts'

const ALGORITHMS = {
  ar: 'arabic', ca: 'catalan', cs: 'czech', da: 'danish', de: 'german', en: 'english', es: 'spanish', eu: 'basque',
  fi: 'finnish', fr: 'french', hu: 'hungarian', hy: 'armenian', it: 'italian', nl: 'dutch', no: 'norwegian',
  pt: 'portuguese', ro: 'romanian', ru: 'russian', sl: 'slovene', sv: 'swedish', ta: 'tamil', tr: 'turkish',
} as const
export type Language = keyof typeof ALGORITHMS
export const LANGUAGES = Object.keys(ALGORITHMS) as readonly Language[]

const LATIN = /^[\p{sc=Latin}\p{Mn}]+$/u
const SCRIPTS: Readonly<Partial<Record<Language, RegExp>>> = {
  ar: /^[\p{sc=Arabic}\p{Mn}]+$/u,
  hy: /^[\p{sc=Armenian}]+$/u,
  ru: /^[\p{sc=Cyrillic}\p{Mn}]+$/u,
  ta: /^[\p{sc=Tamil}]+$/u,
}

/** Words remembered a language; about 3 MB when full. */
const CACHE_WORDS_MAX = 20_000
/** No inflected word is longer; a longer run of letters is an identifier or encoded data. */
const STEM_CHARS_MAX = 40

interface Stemmer { stem(word: string): string; readonly cache: Map<string, readonly string[]> }
const stemmers = new Map<Language, Stemmer>()

export function isLanguage(code: string): code is Language {
  return Object.hasOwn(ALGORITHMS, code)
}

/**
 * `<language>_<stem>` for a word in lower case: of its spelling and, where that gives another, of its folded spelling.
 * None for a word that is not written in the language's script, holds a digit, or is too long to be one.
 */
export function stemTerms(language: Language, word: string): readonly string[] {
  if (word.length > STEM_CHARS_MAX || !(SCRIPTS[language] ?? LATIN).test(word)) return []
  const stemmer = stemmerOf(language)
  const known = stemmer.cache.get(word)
  if (known) return known
  if (stemmer.cache.size >= CACHE_WORDS_MAX) stemmer.cache.clear()
  const folded = fold(word)
  const spelled = fold(stemmer.stem(word))
  const plain = folded === word ? spelled : fold(stemmer.stem(folded))
  const stems = (spelled === plain ? [spelled] : [spelled, plain]).filter(stem => stem !== '')
  const terms = stems.map(stem => cut(`${language}_${stem}`))
  stemmer.cache.set(word, terms)
  return terms
}

function stemmerOf(language: Language): Stemmer {
  const known = stemmers.get(language)
  if (known) return known
  const algorithm = snowball.newStemmer(ALGORITHMS[language])
  const made: Stemmer = { stem: word => algorithm.stem(word), cache: new Map() }
  stemmers.set(language, made)
  return made
}
