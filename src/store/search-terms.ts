/**
 * What a database's full-text index is given: one flat set of tokens a document, and a tree over the same tokens.
 *
 * | token | stands for |
 * |---|---|
 * | `-<hex>` | the scope: account and collection; every query begins with it, so other accounts' words cost nothing |
 * | `s-word`, `f-`, `t-`, `c-`, `b-` | the word in the subject, from, to, cc, body |
 *
 * A token has no character that FTS5 or a tsquery would read as syntax: terms that are not of the promised form are
 * never stored and never found.
 */
import { assertNever } from '../base/assert.ts'
import type { Id } from '../base/ids.ts'
import { RotaError } from '../errors.ts'
import type { SearchDocument, SearchExpression, SearchField } from '../services/ports.ts'
import { SEARCH_FIELDS } from '../services/ports.ts'

export const TERM_CHARS_MAX = 64
/** Words of one query, their forms and fields counted. */
export const QUERY_TOKENS_MAX = 1_000
/** FTS5 refuses trees deeper than 256. */
export const QUERY_DEPTH_MAX = 32

/** ASCII other than these would be a separator for FTS5; everything above ASCII is part of a word there. */
const TERM_SHAPE = /^[a-z0-9_\u0080-\u{10FFFF}]+$/u
const CODES: Readonly<Record<SearchField, string>> = { subject: 's', from: 'f', to: 't', cc: 'c', body: 'b' }

export function isTerm(text: string): boolean {
  return text.length <= TERM_CHARS_MAX && TERM_SHAPE.test(text) && text.isWellFormed()
}

/** Throws search/too-complex for what is above the limits. */
export function checkExpression(expression: SearchExpression): void {
  if (weigh(expression, 1) > QUERY_TOKENS_MAX) throw tooComplex(`more than ${QUERY_TOKENS_MAX} words`)
}

/** Each token once. */
export function tokensOf({ accountId, collection, fields }: SearchDocument): string[] {
  const tokens = SEARCH_FIELDS.flatMap(field => fields[field].filter(isTerm).map(term => `${CODES[field]}-${term}`))
  return [scopeToken(accountId, collection), ...new Set(tokens)]
}

/** Hex, so that whatever the names contain the token is one word, and different pairs have different tokens. */
export function scopeToken(accountId: Id, collection: string): string {
  return `-${Buffer.from(`${accountId}\0${collection}`).toString('hex')}`
}

/** The tokens of which a document must have one to match a `term`; none: nothing matches. */
export function tokensOfTerm({ anyOf, field }: SearchExpression & { kind: 'term' }): string[] {
  const fields = field === undefined ? SEARCH_FIELDS : [field]
  return anyOf.filter(isTerm).flatMap(term => fields.map(name => `${CODES[name]}-${term}`))
}

/** Tokens and operators of the tree; refuses to go deeper than the limit, so that no tree overflows the stack. */
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
