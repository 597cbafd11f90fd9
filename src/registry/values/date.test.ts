import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DATE_MS_MAX, formatDate, parseDate } from './date.ts'

const read = (text: string): string | null => {
  const ms = parseDate(text)
  return ms === null ? null : formatDate(ms)
}

describe('a date', () => {
  const same: Readonly<Record<string, string>> = {
    '2026-12-01T03:00:00Z': '2026-12-01T03:00:00Z',
    '2026-12-01T03:00:00.000Z': '2026-12-01T03:00:00Z',
    '2026-12-01T03:00:00.999999Z': '2026-12-01T03:00:00Z',
    '2026-12-01t03:00:00z': '2026-12-01T03:00:00Z',
    '2026-12-01T03:00Z': '2026-12-01T03:00:00Z',
    '2026-12-01T03:00:00+02:00': '2026-12-01T01:00:00Z',
    '2026-12-01T03:00:00-05:30': '2026-12-01T08:30:00Z',
    '2026-12-01': '2026-12-01T00:00:00Z',
    '2028-02-29T00:00:00Z': '2028-02-29T00:00:00Z',
    '1970-01-01T00:00:00Z': '1970-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z': '9999-12-31T23:59:59Z',
  }
  for (const [text, canonical] of Object.entries(same)) {
    it(`${text} is ${canonical}`, () => { assert.equal(read(text), canonical) })
  }

  const refused = [
    '', 'now', '2026-12-01T03:00:00', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-12-01T24:00:00Z', '2026-12-01T00:60:00Z',
    '2026-12-01T00:00:60Z', '2026-12-01T00:00:00+24:00', '1969-12-31T23:59:59Z', '1970-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01',
    '10000-01-01T00:00:00Z', '0099-01-01T00:00:00Z', '2026-1-1', ` 2026-12-01`, `2026-12-01T00:00:00.${'0'.repeat(40)}Z`,
  ]
  for (const text of refused) it(`${text.slice(0, 40) || 'nothing'} is refused`, () => { assert.equal(parseDate(text), null) })

  it('has a last second, which is before the due time of failed tasks', () => {
    assert.equal(formatDate(DATE_MS_MAX), '9999-12-31T23:59:59Z')
    assert.ok(DATE_MS_MAX < Number.MAX_SAFE_INTEGER)
  })
})
