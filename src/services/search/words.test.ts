import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cut, fold, runsOf, TERM_CHARS_MAX, wordsOf } from './words.ts'

const folded = (text: string) => runsOf(text).flatMap(wordsOf).map(fold)

test('words are runs of letters and digits', () => {
  assert.deepEqual(folded('Re: invoice #2026-0042, please pay (now)!'), ['re', 'invoice', '2026', '0042', 'please', 'pay', 'now'])
  assert.deepEqual(folded('anna.b@mail.example.org'), ['anna', 'b', 'mail', 'example', 'org'])
  assert.deepEqual(folded('\0 \u200B…—'), [])
})

test('accents, case, ligatures and width are one spelling', () => {
  assert.deepEqual(folded('HÄUSER Straße ﬁnal Łódź ＡＢＣ'), ['hauser', 'strasse', 'final', 'lodz', 'abc'])
  assert.deepEqual(folded('İstanbul ıssız'), ['istanbul', 'issiz'])
  assert.deepEqual(folded('Ёлка ΟΔΟΣ'), ['елка', 'οδοσ'])
})

test('the vowel signs of Indic text and the voicing of kana are kept', () => {
  assert.deepEqual(folded('हिन्दी हिन्दू'), ['हिन्दी', 'हिन्दू'])
  assert.notEqual(fold('が'), fold('か'))
})

test('text without spaces is cut into words', () => {
  assert.deepEqual(folded('東京都に住んでいます').slice(0, 3), ['東京', '都', 'に'])
  assert.ok(folded('วันนี้อากาศดี').length > 1)
  assert.deepEqual(folded('東京tower'), ['東京', 'tower'])
})

test('a term never splits a surrogate pair', () => {
  const long = `${'a'.repeat(TERM_CHARS_MAX - 1)}𝒳`
  assert.equal(cut(long), 'a'.repeat(TERM_CHARS_MAX - 1))
  assert.equal(cut('a'.repeat(100)).length, TERM_CHARS_MAX)
})

test('every term of any text is what the stores take', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => {
    for (const word of runsOf(text).flatMap(wordsOf)) {
      assert.match(fold(word), /^[\p{L}\p{M}\p{N}]*$/u)
      assert.doesNotMatch(fold(word), /[A-Z]/)
      assert.equal(fold(fold(word)), fold(word))
      assert.ok(fold(word).length <= TERM_CHARS_MAX)
    }
  }))
})
