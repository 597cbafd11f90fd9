/** CalendarItipMessage: mails invitations, replies and cancellations of one event to the people concerned. */
import { boolean, objectId, objectList, set, shape, string } from '../base/fields.ts'
import { define } from './define.ts'

const CONTENTS = shape('TaskCalendarItipContents', {
  from: string('Who sends the message.', { format: 'emailAddress', update: 'serverSet' }),
  to: set({ type: 'string', format: 'emailAddress' }, 'Who gets the message.', { update: 'serverSet' }),
  isFromOrganizer: boolean('Whether the sender is the organizer of the event.', { update: 'serverSet' }),
  iCalendarData: string('The iTIP object that is sent.', { update: 'serverSet', label: 'iCalendar data' }),
  summary: string('What changed, for the readable part of the message.', { update: 'serverSet' }),
})

export default define.planned({
  name: 'CalendarItipMessage',
  label: 'Calendar invitation',
  doc: 'Sends the scheduling messages of a calendar event to their recipients.',
  duty: 'taskQueueProcessing',
  lane: 'itip',
  fields: {
    accountId: objectId('Account', 'The account that owns the event.', { update: 'immutable' }),
    documentId: string('The calendar event.', { update: 'immutable', label: 'Event' }),
    messages: objectList(CONTENTS, 'The messages to send.', { update: 'serverSet' }),
  },
  orderingKey: task => `${task.accountId}/${task.documentId}`,
  creatable: { forbidden: 'Scheduling messages are queued by the server when a calendar event is written.' },
  notBuilt: 'Rota keeps no calendars yet, so there are no invitations to send.',
})
