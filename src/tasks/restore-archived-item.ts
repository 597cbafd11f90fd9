/**
 * RestoreArchivedItem: brings a destroyed item back into its account. It is queued by asking for it on the archived item.
 * At least once; the record goes in the transaction that brings the item back, so a repeat finds nothing left to do, and
 * whatever goes wrong leaves the record as it was (services/archive/README.md).
 */
import { blobId, enumType, objectId, oneOf, utcDateTime } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText, hasCode } from '../errors.ts'
import type { Restoration } from '../services/archive/restoration.ts'
import { define } from './define.ts'

export interface Deps { readonly restoration: Pick<Restoration, 'restoreEmail'> }

const ARCHIVED_ITEM_TYPE = enumType('ArchivedItemType', [
  { name: 'Email', label: 'E-mail message' },
  { name: 'FileNode', label: 'File' },
  { name: 'CalendarEvent', label: 'Calendar event' },
  { name: 'ContactCard', label: 'Contact card' },
  { name: 'SieveScript', label: 'Sieve script' },
])

export default define.task({
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
  limits: { runMsMax: 120_000, concurrencyPerNode: 4 },
  async run({ accountId, archivedItemType, blobId: content }, { deps }: RunContext<Deps>) {
    if (archivedItemType !== 'Email') {
      return { kind: 'fail', why: `restoring items of the type ${archivedItemType} is not available in this version` }
    }
    const restored = await deps.restoration.restoreEmail(accountId, content)
    return { kind: 'done', note: restored === 0 ? 'nothing asks for it any more' : `${restored} restored` }
  },
  classify,
})

/** Content, room and account do not come back by themselves. */
function classify(error: unknown): Outcome {
  const forGood = (['blob/missing', 'mail/over-quota', 'mail/account-gone'] as const).some(code => hasCode(error, code))
  return { kind: forGood ? 'fail' : 'retry', why: errorText(error) }
}
