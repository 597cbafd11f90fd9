/**
 * What a database's full-text index is given: a flat set of tokens a document, and a tree over such tokens.
 *
 * | token | stands for |
 * |---|---|
 * | `-<hex>` | the scope: account and collection; part of every query, so that others' words cost nothing |
 * | `s-word`, `f-`, `t-`, `c-`, `b-` | the word in the subject, from, to, cc, body |
 *
 * So one index without columns or positions answers for single fields and for all of them, and the two
 * databases, which know different things of fields, are asked the same. A token has no character that either
 * would read as syntax: terms that are not of the promised form are never stored and never found.
 */
import { assertNever } from '../base/assert.ts'
import type { Id } from '../base/ids.ts'
import { RotaError } from '../errors.ts'
import type { SearchDocument, SearchExpression, SearchField } from '../services/ports.ts'
import { SEARCH_FIELDS } from '../services/ports.ts'

export const TERM_CHARS_MAX = 64
/** Of one document. A tsvector holds 1 MiB of text; what is above is left out, the end of the body first. */
export const DOCUMENT_TERMS_BYTES_MAX = 1_000_000
/** Words of one query, their forms and fields counted. */
export const QUERY_TOKENS_MAX = 1_000
/** Of and, or, not. FTS5 refuses trees deeper than 256. */
export const QUERY_DEPTH_MAX = 32

/** ASCII other than these would be a separator for FTS5; everything above ASCII is part of a word there. */
const TERM_SHAPE = /^[a-z0-9_\u0080-\u{10FFFF}]+$/u
const CODES: Readonly<Record<SearchField, string>> = {
  subject: 's-', from: 'f-', to: 't-', cc: 'c-', body: 'b-',
}
const CODE_BYTES = 2

export type TokenTree =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly TokenTree[] }
  | { readonly kind: 'not'; readonly part: TokenTree }

export type IndexedTerms = Readonly<Record<SearchField, ReadonlySet<string>>>

/** What of a document is indexed: each term once for its field. */
export function indexedTerms(fields: SearchDocument['fields']): IndexedTerms {
  let bytes = 0
  const set = () => new Set<string>()
  const terms = { subject: set(), from: set(), to: set(), cc: set(), body: set() }
  for (const field of SEARCH_FIELDS) {
    for (const term of fields[field]) {
      if (!isTerm(term) || terms[field].has(term)) continue
      bytes += Buffer.byteLength(term) + CODE_BYTES
      if (bytes > DOCUMENT_TERMS_BYTES_MAX) return terms
      terms[field].add(term)
    }
  }
  return terms
}

/** Its terms as tokens, and its scope. */
export function tokensOf({ accountId, collection, fields }: SearchDocument): string[] {
  const terms = indexedTerms(fields)
  const tokens = SEARCH_FIELDS.flatMap(field => Array.from(terms[field], term => CODES[field] + term))
  return [scopeToken(accountId, collection), ...tokens]
}

/** Hex, so that whatever the names contain the token is one word, and each pair has its own. */
export function scopeToken(accountId: Id, collection: string): string {
  return `-${Buffer.from(`${accountId}\0${collection}`).toString('hex')}`
}

/** The expression over tokens; true and false: all documents match, or none. Throws search/too-complex. */
export function tokenTree(expression: SearchExpression): TokenTree | boolean {
  checkExpression(expression)
  return translate(expression)
}

/** Throws search/too-complex for what is above the limits. */
export function checkExpression(expression: SearchExpression): void {
  if (weigh(expression, 1) > QUERY_TOKENS_MAX) throw tooComplex(`more than ${QUERY_TOKENS_MAX} words`)
}

export function isTerm(text: string): boolean {
  return text.length <= TERM_CHARS_MAX && TERM_SHAPE.test(text) && text.isWellFormed()
}

function translate(expression: SearchExpression): TokenTree | boolean {
  switch (expression.kind) {
    case 'term': {
      const fields = expression.field === undefined ? SEARCH_FIELDS : [expression.field]
      const tokens = expression.anyOf.filter(isTerm).flatMap(term => fields.map(field => CODES[field] + term))
      return join('or', tokens.map(token => ({ kind: 'token', token })))
    }
    case 'and':
    case 'or': return join(expression.kind, expression.parts.map(translate))
    case 'not': {
      const part = translate(expression.part)
      return typeof part === 'boolean' ? !part : { kind: 'not', part }
    }
    default: return assertNever(expression)
  }
}

/** A constant decides the whole or falls away; of nothing, `and` is true and `or` is false. */
function join(kind: 'and' | 'or', parts: readonly (TokenTree | boolean)[]): TokenTree | boolean {
  const deciding = kind === 'or'
  if (parts.includes(deciding)) return deciding
  const rest = parts.filter(part => typeof part !== 'boolean')
  return rest.length > 1 ? { kind, parts: rest } : rest[0] ?? !deciding
}

/** Tokens and operators of the tree; goes no deeper than the limit, so that no tree overflows the stack. */
function weigh(expression: SearchExpression, depth: number): number {
  if (depth > QUERY_DEPTH_MAX) throw tooComplex(`nested deeper than ${QUERY_DEPTH_MAX}`)
  switch (expression.kind) {
    case 'term': return expression.anyOf.length * (expression.field === undefined ? SEARCH_FIELDS.length : 1)
    case 'and':
    case 'or': return expression.parts.reduce((sum, part) => sum + weigh(part, depth + 1), 1)
    case 'not': return weigh(expression.part, depth + 1) + 1
    default: return assertNever(expression)
  }
}

function tooComplex(what: string): RotaError {
  return new RotaError('search/too-complex', `the search is too complex: ${what}`)
}
