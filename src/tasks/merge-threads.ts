/** MergeThreads: joins threads of one account that turned out to be one conversation. */
import { objectId, set, string } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'MergeThreads',
  label: 'Merge threads',
  doc: 'Joins the threads of one conversation that were kept apart when its messages arrived.',
  duty: 'taskQueueProcessing',
  lane: 'threads',
  fields: {
    accountId: objectId('Account', 'The account that owns the messages.', { update: 'serverSet' }),
    threadName: string('Hash of the subject that the messages share.', { update: 'serverSet' }),
    messageIds: set({ type: 'string', format: 'string' }, 'Hashes of the message ids that tie the messages together.', {
      update: 'serverSet',
    }),
  },
  orderingKey: task => task.accountId,
  creatable: { forbidden: 'The server queues this itself when a message ties two threads together.' },
  notBuilt: 'Joining threads after delivery is not built yet; messages get their thread when they arrive.',
})
