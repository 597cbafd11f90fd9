import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { numberInput, readNumber, readWhole } from './amount-text.ts'
import { parseDuration, parseSize } from './duration.ts'

suite('numbers', () => {
  test('are read with the signs of the language', () => {
    const read = (text: string) => [readNumber(text, 'en'), readNumber(text, 'de')]
    assert.deepEqual(['1,000', '1.000', '1,234,567.5', '1.234.567,5'].map(read), [[1_000, 1], [1, 1_000], [1_234_567.5, null], [null, 1_234_567.5]])
    assert.deepEqual(['1.5', '1,5', '-3', '1 000', '1\'000'].map(read), [[1.5, 1.5], [1.5, 1.5], [-3, -3], [1_000, 1_000], [1_000, 1_000]])
    assert.deepEqual(['', 'one', '1,2,3', '1,0000', '1e3', '0x10', ','].map(text => readNumber(text, 'en')), [null, null, null, null, null, null, null])
  })

  test('are never one when a thousand may be meant', () => {
    assert.deepEqual(['1,000', '1.000', '1.0', '12,000,000'].map(text => readWhole(text, 'en')), [1_000, null, null, 12_000_000])
    assert.deepEqual(['1,000', '1.000', '1.5'].map(text => readWhole(text, 'de')), [null, 1_000, 1.5])
    assert.deepEqual([parseSize('1,000 MB', 'en'), parseSize('1,000 MB', 'de'), parseSize('1.000', 'de'), parseSize('1.000', 'en')], [1_048_576_000, null, 1_000, null])
    assert.deepEqual([parseDuration('1,000 s', 'en'), parseDuration('1,000 s', 'de'), parseDuration('1.000h', 'de')], [1_000_000, null, 3_600_000_000])
  })

  test('are written so that they are read as the same', () => {
    for (const language of ['en', 'de']) for (const value of [0, 1.5, 1.234, -1_000, 123_456.789]) assert.equal(readNumber(numberInput(value, language), language), value)
  })
})
