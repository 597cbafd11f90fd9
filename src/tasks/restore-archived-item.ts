/** RestoreArchivedItem: brings a deleted item back into its account while its archive copy is still kept. */
import { blobId, enumType, objectId, oneOf, utcDateTime } from '../base/fields.ts'
import { define } from './define.ts'

const ARCHIVED_ITEM_TYPE = enumType('ArchivedItemType', [
  { name: 'Email', label: 'E-mail message' },
  { name: 'FileNode', label: 'File' },
  { name: 'CalendarEvent', label: 'Calendar event' },
  { name: 'ContactCard', label: 'Contact card' },
  { name: 'SieveScript', label: 'Sieve script' },
])

export default define.planned({
  name: 'RestoreArchivedItem',
  label: 'Restore an archived item',
  doc: 'Brings a deleted item back into its account before its archive copy expires.',
  duty: 'taskQueueProcessing',
  lane: 'restore',
  fields: {
    accountId: objectId('Account', 'The account that gets the item back.', { update: 'serverSet' }),
    archivedItemType: oneOf(ARCHIVED_ITEM_TYPE, 'What kind of item it is.', { update: 'serverSet' }),
    blobId: blobId('The archived content.', { update: 'serverSet' }),
    createdAt: utcDateTime('When the item was first created.', { update: 'serverSet' }),
    archivedUntil: utcDateTime('When the archive copy expires.', { update: 'serverSet' }),
  },
  orderingKey: task => task.accountId,
  dedupeKey: task => `${task.accountId}/${task.archivedItemType}/${task.blobId}`,
  creatable: { forbidden: 'Ask for the restoration on the archived item; the server queues it then.' },
  notBuilt: 'Rota keeps no archive of deleted items yet, so there is nothing to restore.',
})
