import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import variant from './calendar-itip-message.ts'

test('CalendarItipMessage declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('CalendarItipMessage is queued in the itip lane, under its own key', () => {
  assert.equal(variant.lane, 'itip')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ accountId: 'a1', documentId: 'e1', messages: {} }), 'a1/e1')
  assert.equal(variant.dedupeKey, undefined, 'each task carries something of its own')
})

test('CalendarItipMessage says why it is refused', () => {
  assert.match(variant.notBuilt, /calendars/)
  assert.match(typeof variant.creatable === 'object' ? variant.creatable.forbidden : '', /calendar event is written/)
})
