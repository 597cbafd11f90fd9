import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasCode } from '../../errors.ts'
import type { SearchExpression, SearchField } from '../ports.ts'
import { SEARCH_FIELDS } from '../ports.ts'
import { expressionOf, FIELD_TERMS_MAX, QUERY_CHARS_MAX, stemsOf, termsOf } from './search.ts'
import type { SearchTerms, SearchText } from './search.ts'
import { runsOf, wordsOf } from './words.ts'

const ALL = await stemsOf([])
const EMPTY: SearchText = { subject: '', from: '', to: '', cc: '', body: '' }

/** The plain meaning of the expressions that a text gives. */
function finds(expression: SearchExpression | null, { fields }: SearchTerms): boolean {
  if (expression === null) return false
  if (expression.kind === 'and') return expression.parts.every(part => finds(part, { fields, languages: [] }))
  if (expression.kind === 'or') return expression.parts.some(part => finds(part, { fields, languages: [] }))
  assert(expression.kind === 'term')
  const names: readonly SearchField[] = expression.field === undefined ? SEARCH_FIELDS : [expression.field]
  return names.some(name => expression.anyOf.some(term => fields[name].includes(term)))
}

async function found(body: string, query: string): Promise<boolean> {
  return finds(expressionOf(query, ALL), await termsOf({ ...EMPTY, body }))
}

const ENGLISH = 'Our neighbours are running a small bakery near the old houses, and they deliver fresh bread on Sundays. ' +
  'Please remember to pay the invoices before the meetings start, because the offices will be closed afterwards.'
const GERMAN = 'Die Häuser in den Straßen wurden gestern gestrichen, und die Kinder spielten in den Gärten der Nachbarn. ' +
  'Bitte denken Sie an die Rechnungen, die vor den Besprechungen bezahlt werden müssen, weil das Büro danach schließt.'
const SPANISH = 'Las canciones que cantábamos ayer en la reunión eran muy bonitas y los niños corrían por las calles. ' +
  'No olvides pagar las facturas antes de que empiecen las reuniones, porque las oficinas cierran por la tarde.'

test('a word is found by its other forms, whatever language the searcher uses', async () => {
  assert.ok(await found(ENGLISH, 'runs'))
  assert.ok(await found(ENGLISH, 'invoice house'))
  assert.ok(await found(GERMAN, 'Haus'))
  assert.ok(await found(GERMAN, 'Rechnung'))
  assert.ok(await found(SPANISH, 'canción'))
  assert.ok(await found(SPANISH, 'cancion factura'))
  assert.equal(await found(ENGLISH, 'kitchen'), false)
  assert.equal(await found(ENGLISH, 'invoice kitchen'), false)
})

test('naming the languages of the account makes the query shorter, not poorer', async () => {
  const terms = await termsOf({ ...EMPTY, body: GERMAN })
  const short = expressionOf('Rechnung', await stemsOf(terms.languages))
  const long = expressionOf('Rechnung', ALL)
  assert(short?.kind === 'term' && long?.kind === 'term')
  assert.deepEqual(short.anyOf, ['rechnung', 'de_rechnung'])
  assert.ok(long.anyOf.length > 10)
  assert.ok(finds(short, terms))
})

test('a field is searched alone when it is named', async () => {
  const terms = await termsOf({ ...EMPTY, subject: 'Invoices', from: 'Anna Berg anna@example.org', body: ENGLISH })
  assert.ok(finds(expressionOf('invoice', ALL, 'subject'), terms))
  assert.equal(finds(expressionOf('bakery', ALL, 'subject'), terms), false)
  assert.ok(finds(expressionOf('anna@example.org', ALL, 'from'), terms))
})

test('a text without words asks for nothing', () => {
  assert.equal(expressionOf(' -- ', ALL), null)
})

test('a text beyond the limit keeps its first terms, a query beyond it is refused', async () => {
  const many = Array.from({ length: FIELD_TERMS_MAX * 2 }, (_, index) => `w${index}`).join(' ')
  const terms = await termsOf({ ...EMPTY, body: many })
  assert.equal(terms.fields.body.length, FIELD_TERMS_MAX)
  assert.throws(() => expressionOf('x'.repeat(QUERY_CHARS_MAX + 1), ALL), error => hasCode(error, 'search/too-complex'))
})

test('a word cut out of a run is found alone and together with its neighbours', async () => {
  const text = '東京都に住んでいます。明日の会議は中止です'
  assert.ok(await found(text, '東京'))
  assert.ok(await found(text, '東京都'))
  assert.ok(await found(text, '会議 明日'))
  assert.equal(await found(text, '大阪'), false)
})

test('every word of an indexed text finds it', async () => {
  const texts = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.constantFrom(ENGLISH, GERMAN, SPANISH, '明日の会議は中止です'))
  await fc.assert(fc.asyncProperty(texts, async text => {
    const terms = await termsOf({ ...EMPTY, body: text })
    for (const word of runsOf(text).flatMap(wordsOf)) {
      const expression = expressionOf(word, ALL)
      if (expression !== null) assert.ok(finds(expression, terms), word)
    }
  }))
})
