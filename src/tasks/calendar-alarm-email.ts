/** CalendarAlarmEmail: mails the alarm of one event when it is due, then waits for the event's next alarm. */
import { number, objectId, string, utcDateTime } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'CalendarAlarmEmail',
  label: 'Calendar alarm by e-mail',
  doc: 'Sends the e-mail of a calendar alarm at the time of the alarm.',
  duty: 'taskQueueProcessing',
  lane: 'calendar',
  fields: {
    accountId: objectId('Account', 'The account that owns the event.', { update: 'immutable' }),
    documentId: string('The calendar event.', { update: 'immutable', label: 'Event' }),
    alarmId: number('Position of the alarm in the event.', 'unsignedInteger', { update: 'serverSet', default: 0 }),
    eventId: number('Position of the component in the event.', 'unsignedInteger', { update: 'serverSet', default: 0 }),
    eventStart: utcDateTime('When the event begins.', { update: 'serverSet' }),
    eventEnd: utcDateTime('When the event ends.', { update: 'serverSet' }),
    eventStartTz: number('Number of the time zone of the start.', 'unsignedInteger', { update: 'serverSet', default: 0 }),
    eventEndTz: number('Number of the time zone of the end.', 'unsignedInteger', { update: 'serverSet', default: 0 }),
  },
  orderingKey: task => `${task.accountId}/${task.documentId}`,
  dedupeKey: task => `${task.accountId}/${task.documentId}`,
  creatable: { forbidden: 'Alarms are queued by the server when a calendar event is written.' },
  notBuilt: 'Rota keeps no calendars yet, so there are no alarms to send.',
})
