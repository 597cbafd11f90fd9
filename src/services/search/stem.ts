/**
 * Terms for stems by the Snowball algorithms, one a language, under the ISO 639-1 codes that the language detection answers with.
 * A stem takes about 8 µs; mail repeats its words, so each language remembers the last ones.
 */
import { once } from '../../base/later.ts'
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

/** The terms for the stems of a word in lower case, in one language. */
export type Stem = (word: string) => readonly string[]

const snowball = once(async () => (await import('snowball-stemmers')).default)
const stems = new Map<Language, Stem>()

export function isLanguage(code: string): code is Language {
  return Object.hasOwn(ALGORITHMS, code)
}

/** Of these languages; none: nobody knows which, so of all. The library comes with the first that is asked for. */
export async function stemsOf(known: readonly Language[]): Promise<readonly Stem[]> {
  const languages = known.length === 0 ? LANGUAGES : known
  if (languages.every(language => stems.has(language))) return languages.flatMap(language => stems.get(language) ?? [])
  const { newStemmer } = await snowball()
  return languages.map(language => {
    const stem = stems.get(language) ?? stemIn(language, newStemmer(ALGORITHMS[language]))
    stems.set(language, stem)
    return stem
  })
}

/**
 * `<language>_<stem>` for a word: of its spelling and, where that gives another, of its folded spelling.
 * None for a word that is not written in the language's script, holds a digit, or is too long to be one.
 */
function stemIn(language: Language, algorithm: { stem(word: string): string }): Stem {
  const cache = new Map<string, readonly string[]>()
  return word => {
    if (word.length > STEM_CHARS_MAX || !(SCRIPTS[language] ?? LATIN).test(word)) return []
    const known = cache.get(word)
    if (known) return known
    if (cache.size >= CACHE_WORDS_MAX) cache.clear()
    const folded = fold(word)
    const spelled = fold(algorithm.stem(word))
    const plain = folded === word ? spelled : fold(algorithm.stem(folded))
    const found = (spelled === plain ? [spelled] : [spelled, plain]).filter(stem => stem !== '')
    const terms = found.map(stem => cut(`${language}_${stem}`))
    cache.set(word, terms)
    return terms
  }
}
