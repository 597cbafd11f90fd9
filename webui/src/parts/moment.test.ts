import assert from 'node:assert/strict'
import { test } from 'node:test'
import { absoluteText, dateText } from './moment.ts'

const AFTERNOON = new Date(2026, 10, 22, 14, 5, 9).getTime()
const MIDNIGHT = new Date(2026, 10, 22, 0, 5, 9).getTime()

test('times have 24 hours in every language, and English has the day first', () => {
  assert.equal(absoluteText(AFTERNOON, 'en'), '22 Nov 2026, 14:05:09')
  assert.equal(absoluteText(MIDNIGHT, 'en'), '22 Nov 2026, 00:05:09')
  assert.equal(absoluteText(AFTERNOON, 'de'), '22.11.2026, 14:05:09')
})

test('parts of a time are written the same way, in the zone that is asked for', () => {
  const noon = Date.UTC(2026, 10, 22, 12)
  const asked = { hour: '2-digit', minute: '2-digit' } as const
  assert.deepEqual([dateText(noon, 'en', { ...asked, timeZone: 'Europe/Berlin' }), dateText(noon, 'en', { ...asked, timeZone: 'Asia/Tokyo' })], ['13:00', '21:00'])
  assert.equal(dateText(AFTERNOON, 'en', { weekday: 'short', ...asked }), 'Sun 14:05')
})
