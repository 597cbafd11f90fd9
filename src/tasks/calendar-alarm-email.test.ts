import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './calendar-alarm-email.ts'

const ALARM = {
  accountId: 'a1', documentId: 'e1', alarmId: 0, eventId: 0,
  eventStart: '2026-01-01T09:00:00Z', eventEnd: '2026-01-01T09:00:00Z', eventStartTz: 0, eventEndTz: 0,
}

test('CalendarAlarmEmail declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('CalendarAlarmEmail is queued in the calendar lane, under its own key', () => {
  assert.equal(variant.lane, 'calendar')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey(ALARM), 'a1/e1')
  assert.equal(variant.dedupeKey?.(ALARM), 'a1/e1')
})

test('CalendarAlarmEmail says why it is refused', () => {
  assert.match(variant.notBuilt, /calendars/)
  assert.match(typeof variant.creatable === 'object' ? variant.creatable.forbidden : '', /calendar event is written/)
})
