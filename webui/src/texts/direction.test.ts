import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isolated, isolating } from './direction.ts'

test('what turns the direction is closed in, and cannot get out', () => {
  assert.equal(isolated('backup of jane'), 'backup of jane')
  assert.equal(isolated('שלום'), '\u2068שלום\u2069')
  assert.equal(isolated('a\u202Eb'), '\u2068a\u202Eb\u2069')
  assert.equal(isolated('a\u2069\u202Eb'), '\u2068a\u202Eb\u2069')
  assert.equal(isolated('\u2067a\u2066b\u2069'), '\u2068\u2067a\u2066b\u2069\u2069\u2069')
  assert.equal(isolated('\u2069\u2067a'), '\u2068\u2067a\u2069\u2069')
})

test('sentences take in what is isolated, and everything else is as it was', () => {
  const texts = isolating({ title: 'a', ask: (name: string, count: number) => `${name}: ${count + 1}`, more: { plain: () => 'b' }, lines: ['c'] })
  assert.deepEqual([texts.title, texts.ask('x', 1), texts.ask('\u202Ex', 1), texts.more.plain(), texts.lines], ['a', 'x: 2', '\u2068\u202Ex\u2069: 2', 'b', ['c']])
})
