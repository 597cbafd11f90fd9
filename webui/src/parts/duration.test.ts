import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bytesText, durationInput, durationText, parseDuration, parseSize, sizeInput } from './duration.ts'

const UNITS = { d: 'd', h: 'h', min: 'min', s: 's', ms: 'ms' }

suite('durations', () => {
  test('are read with units, alone or together, and as seconds without', () => {
    const read = { '6h': 21_600_000, '90s': 90_000, '2d 12h': 216_000_000, '1,5 h': 5_400_000, '15': 15_000, '1w': 604_800_000, '2 T 3 Std.': 183_600_000, '250ms': 250 }
    for (const [text, ms] of Object.entries(read)) assert.equal(parseDuration(text, 'en'), ms, text)
  })

  test('are nothing when they cannot be read', () => {
    for (const text of ['', 'soon', '6 moons', '-5s', 'h', '5h!']) assert.equal(parseDuration(text, 'en'), null, text)
  })

  test('are written so that they are read as the same', () => {
    for (const ms of [0, 1, 999, 1_000, 61_000, 21_600_000, 216_000_500]) assert.equal(parseDuration(durationInput(ms), 'en'), ms)
  })

  test('are shown in their two largest units', () => {
    const shown = [[500, '500 ms'], [1_500, '1.5 s'], [61_000, '1 min 1 s'], [3_600_000, '1 h'], [90_061_000, '1 d 1 h']] as const
    for (const [ms, text] of shown) assert.equal(durationText(ms, UNITS, 'en'), text)
  })
})

suite('sizes', () => {
  test('are read with units, and as bytes without', () => {
    assert.deepEqual(['500', '1 KB', '1.5 GB', '20mib', '2,5 MB'].map(text => parseSize(text, 'en')), [500, 1_024, 1_610_612_736, 20_971_520, 2_621_440])
    assert.deepEqual(['', 'big', '5 XB', '-1'].map(text => parseSize(text, 'en')), [null, null, null, null])
  })

  test('are written exactly, and shown short', () => {
    for (const bytes of [0, 1, 1_023, 1_024, 1_536, 52_428_800]) assert.equal(parseSize(sizeInput(bytes), 'en'), bytes)
    assert.deepEqual([0, 1_536, 52_428_800].map(bytes => bytesText(bytes, 'en')), ['0 B', '1.5 KB', '50 MB'])
  })
})
