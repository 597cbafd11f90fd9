import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wordEntries, wordsOf } from './words.ts'

describe('words', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['Jane.Doe@Example.ORG', ['jane', 'doe', 'example', 'org']],
    ['Müller, Zoë MÜLLER', ['muller', 'zoe']],
    ['ﬁne ２０２６', ['fine', '2026']],
    ['東京 営業部', ['東京', '営業部']],
    ['Привет', ['привет']],
    ['__proto__ constructor', ['proto', 'constructor']],
    ['', []],
    [' -- @ 😀 \0', []],
    ['x'.repeat(500), ['x'.repeat(40)]],
  ]
  for (const [text, expected] of cases) {
    it(`of ${JSON.stringify(text).slice(0, 30)}`, () => { assert.deepEqual(wordsOf(text), expected) })
  }

  it('are cut between characters', () => { assert.deepEqual(wordsOf('𐐀'.repeat(60)), ['𐐨'.repeat(40)]) })
  it('of an object are each entered once, and not without end', () => {
    assert.deepEqual(wordEntries(['a b', null, undefined, 7, 'b c']).map(({ value }) => value), ['a', 'b', 'c'])
    assert.equal(wordEntries([Array.from({ length: 999 }, (_, nth) => `w${nth}`).join(' ')]).length, 200)
  })
})
