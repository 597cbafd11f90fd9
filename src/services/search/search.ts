/**
 * Language-aware search text, in one place, so that every store holds the same terms and gives the same answers.
 *
 * A word becomes its folded self (`running`, `hauser`) and, in each language the text may be in, `<language>_<stem>`
 * (`en_run`, `de_haus`). A query word stands for itself or for any of its stems: the searcher's language need not be
 * known, and a stem of one language never meets a stem of another. A searcher who names the languages that occur in the
 * account (Indexing remembers them) gets a shorter query with the same answers.
 *
 * What is promised: every word of an indexed text finds it, in any inflection that the language's stemmer knows.
 * Not promised: phrases, word order, parts of words, and text beyond the limits below.
 */
import { RotaError } from '../../errors.ts'
import type { SearchExpression, SearchField } from '../ports.ts'
import { SEARCH_FIELDS } from '../ports.ts'
import { languagesOf } from './language.ts'
import { stemsOf } from './stem.ts'
import type { Language, Stem } from './stem.ts'
import { fold, runsOf, wordsOf } from './words.ts'

export { isLanguage, stemsOf } from './stem.ts'
export type { Language, Stem } from './stem.ts'

/** Text of one field that is read. */
export const FIELD_CHARS_MAX = 500_000
/** Different terms of one field that are kept, words and stems counted. */
export const FIELD_TERMS_MAX = 20_000
/** A longer search text is refused; stores refuse one of too many terms (search/too-complex as well). */
export const QUERY_CHARS_MAX = 1_000

export type SearchText = Readonly<Record<SearchField, string>>
export interface SearchTerms {
  readonly fields: Readonly<Record<SearchField, readonly string[]>>
  readonly languages: readonly Language[]
}

/** The terms of one document. */
export async function termsOf(text: SearchText): Promise<SearchTerms> {
  const languages = await languagesOf(`${text.subject}\n${text.body}`)
  const stems = languages.length === 0 ? [] : await stemsOf(languages)
  const fields = Object.fromEntries(SEARCH_FIELDS.map(field => [field, fieldTerms(text[field], stems)]))
  return { fields: fields as Record<SearchField, string[]>, languages }
}

/**
 * All words must occur, in one field or (without `field`) anywhere; null when the text has no words. `stems`: of the languages that
 * occur in what is searched.
 */
export function expressionOf(text: string, stems: readonly Stem[], field?: SearchField): SearchExpression | null {
  if (text.length > QUERY_CHARS_MAX) {
    throw new RotaError('search/too-complex', `the search text is longer than ${QUERY_CHARS_MAX} characters`)
  }
  return allOf([...new Set(runsOf(text))].flatMap(run => runExpression(run, stems, field) ?? []))
}

/** Words that were cut out of a run may be cut otherwise when they stand alone, so the run as a whole counts as well. */
function runExpression(run: string, stems: readonly Stem[], field: SearchField | undefined): SearchExpression | null {
  const whole = wordExpression(run, stems, field)
  const words = wordsOf(run)
  if (words.length === 1 && words[0] === run) return whole
  const pieces = allOf(words.flatMap(word => wordExpression(word, stems, field) ?? []))
  return pieces && whole ? { kind: 'or', parts: [whole, pieces] } : pieces
}

function wordExpression(word: string, stems: readonly Stem[], field: SearchField | undefined): SearchExpression | null {
  const anyOf = [...addTerms(new Set(), word, stems)]
  return anyOf.length === 0 ? null : { kind: 'term', anyOf, ...(field === undefined ? {} : { field }) }
}

function allOf(parts: readonly SearchExpression[]): SearchExpression | null {
  const [only] = parts
  return only === undefined || parts.length === 1 ? only ?? null : { kind: 'and', parts }
}

/** The words of a text that is in no language: names, addresses, replies of servers. */
export function wordTerms(text: string): string[] {
  return fieldTerms(text, [])
}

function fieldTerms(text: string, stems: readonly Stem[]): string[] {
  const terms = new Set<string>()
  for (const run of new Set(runsOf(text.slice(0, FIELD_CHARS_MAX)))) {
    for (const word of wordsOf(run)) addTerms(terms, word, stems)
    if (terms.size >= FIELD_TERMS_MAX) return [...terms].slice(0, FIELD_TERMS_MAX)
  }
  return [...terms]
}

function addTerms(terms: Set<string>, word: string, stems: readonly Stem[]): Set<string> {
  const folded = fold(word)
  if (folded === '') return terms
  terms.add(folded)
  for (const stem of stems) for (const term of stem(word)) terms.add(term)
  return terms
}
