import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareText, KEY_TEXT_CHARS_MAX, keyText, storableText } from './storable.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
    .map(units => String.fromCharCode(...units)),
)

test('no NUL and no lone surrogate is stored', () => {
  assert.equal(storableText('a\0b\ud800c'), 'a\uFFFDb\uFFFDc')
  fc.assert(fc.property(anyText, text => {
    const stored = storableText(text)
    assert.ok(stored.isWellFormed() && !stored.includes('\0'))
  }))
})

test('a key text fits into an index entry, and is its own key text', () => {
  fc.assert(fc.property(anyText, text => {
    const key = keyText(text)
    assert.ok(key.length <= KEY_TEXT_CHARS_MAX && key.isWellFormed())
    assert.equal(keyText(key), key)
  }))
})

test('short texts stay as they are, long ones differ wherever they differ', () => {
  const long = 'x'.repeat(KEY_TEXT_CHARS_MAX)
  assert.equal(keyText(long), long)
  assert.notEqual(keyText(`${long}a`), keyText(`${long}b`))
  assert.notEqual(keyText(`a${long}`), keyText(`b${long}`))
  assert.ok(keyText(`${'😀'.repeat(90)}${long}`).isWellFormed())
})

test('texts are ordered by their UTF-8 bytes', () => {
  assert.deepEqual(['\uFFFD', '😀'].toSorted(), ['😀', '\uFFFD'])
  assert.deepEqual(['😀', '\uFFFD'].toSorted(compareText), ['\uFFFD', '😀'])
  assert.ok(compareText('a', 'ab') < 0)
  assert.equal(compareText('a', 'a'), 0)
})
