/** CalendarAlarmNotification: pushes the alarm of one event to the account's devices when it is due. */
import { nullable, number, objectId, string } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'CalendarAlarmNotification',
  label: 'Calendar alarm notification',
  doc: 'Pushes a calendar alarm to the devices of the account at the time of the alarm.',
  duty: 'taskQueueProcessing',
  lane: 'calendar',
  fields: {
    accountId: objectId('Account', 'The account that owns the event.', { update: 'immutable' }),
    documentId: string('The calendar event.', { update: 'immutable', label: 'Event' }),
    alarmId: number('Position of the alarm in the event.', 'unsignedInteger', { update: 'serverSet', default: 0 }),
    eventId: number('Position of the component in the event.', 'unsignedInteger', { update: 'serverSet', default: 0 }),
    recurrenceId: nullable(number('The occurrence of a repeating event.', 'integer', { update: 'serverSet' })),
  },
  orderingKey: task => `${task.accountId}/${task.documentId}`,
  dedupeKey: task => `${task.accountId}/${task.documentId}`,
  creatable: { forbidden: 'Alarms are queued by the server when a calendar event is written.' },
  notBuilt: 'Rota keeps no calendars yet, so there are no alarms to show.',
})
