import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LANGUAGES, stemsOf } from './stem.ts'
import type { Language } from './stem.ts'

const all = new Map(await Promise.all(LANGUAGES.map(async language => [language, (await stemsOf([language]))[0]] as const)))

function stemTerms(language: Language, word: string): readonly string[] {
  return all.get(language)?.(word) ?? assert.fail(language)
}

function sameStem(language: Language, ...words: string[]): void {
  const [first, ...others] = words.map(word => stemTerms(language, word))
  for (const [index, stems] of others.entries()) {
    assert.ok(stems.some(stem => first?.includes(stem)), `${language}: ${words[0]} and ${words[index + 1]}`)
  }
}

test('the forms of a word share a stem', () => {
  sameStem('en', 'running', 'runs', 'run')
  sameStem('de', 'häuser', 'haus', 'hauses', 'hauser')
  sameStem('es', 'canciones', 'canción', 'cancion')
  sameStem('fr', 'chevaux', 'cheval')
  sameStem('it', 'libri', 'libro')
  sameStem('nl', 'vergaderingen', 'vergadering')
  sameStem('pt', 'livros', 'livro')
  sameStem('ru', 'книги', 'книга', 'книгой')
  sameStem('sv', 'mötena', 'mötenas')
})

test('different words keep different stems', () => {
  assert.notDeepEqual(stemTerms('en', 'invoice'), stemTerms('en', 'voice'))
  assert.notDeepEqual(stemTerms('de', 'haus'), stemTerms('de', 'hase'))
})

test('what is no word of the language has no stem', () => {
  assert.deepEqual(stemTerms('en', '2026'), [])
  assert.deepEqual(stemTerms('en', 'b2b'), [])
  assert.deepEqual(stemTerms('en', 'привет'), [])
  assert.deepEqual(stemTerms('ru', 'hello'), [])
  assert.deepEqual(stemTerms('en', 'x'.repeat(41)), [])
})

test('every language has its algorithm, and remembering changes nothing', () => {
  for (const language of LANGUAGES) {
    const word = { ar: 'كتاب', hy: 'գիրք', ru: 'слово', ta: 'சொல்' }[language as string] ?? 'wordings'
    const first = stemTerms(language, word)
    assert.ok(first.length > 0, language)
    assert.deepEqual(stemTerms(language, word), first)
  }
})
