/**
 * ArchivedItem: something that a user destroyed and that is kept for a while, because DataRetention says so. Clients see
 * what it is, keep it longer, ask for it back, or destroy it for good; nobody but the server makes one.
 *
 * | change | what follows, in the same transaction |
 * |---|---|
 * | `archivedUntil` | it is kept until then, and nothing else |
 * | `status` to `requestRestore` | RestoreArchivedItem is queued; the record stays until the item is back, or its time is over and no such task waits any more |
 * | `status` back to `archived` | the request is withdrawn, if it was not carried out yet |
 * | destroyed | its content goes, unless something else has the same |
 *
 * Only e-mail can be restored by this version. When a record expires is a key of its own, `archived-item/<date>/<id>`:
 * the earliest comes first, so that the purge reads no more than it removes.
 */
import type { Fields, ScalarType } from '../../base/fields.ts'
import { blobId, enumType, nullable, number, objectId, oneOf, set, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { fieldEntries } from '../ops/table-backend.ts'
import { KEYS } from '../key-families.ts'
import type { Principal } from '../method.ts'
import type { IndexEntry, RegistryTx } from '../ports.ts'
import { object, typeFilter } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { wordEntries } from '../values/words.ts'

const EVERYONES = 'sysAccountUpdate'
export const ARCHIVED_ITEM = 'ArchivedItem'
const EXPIRY_PREFIX = KEYS.archivedItem.prefix
const byServer = { update: 'serverSet' } as const

const STATUS = enumType('ArchivedItemStatus', [
  { name: 'archived', label: 'Archived' },
  { name: 'requestRestore', label: 'To be restored' },
])
export type ArchivedItemStatus = NonNullable<(typeof STATUS)['_names']>

const COMMON = {
  accountId: objectId('Account', 'Whose it was.', { ...byServer, index: 'filter', label: 'Account' }),
  archivedAt: utcDateTime('When it was destroyed.', { ...byServer, index: 'filter', label: 'Archived' }),
  archivedUntil: utcDateTime('It is kept until then; a later date keeps it longer.', { label: 'Kept until' }),
  blobId: blobId('The content.', { ...byServer, index: 'filter', label: 'Content' }),
  status: oneOf(STATUS, 'Set it to requestRestore to get the item back.'),
} satisfies Fields
const NAME = nullable(string('What it was called.', byServer))
const CREATED = { createdAt: utcDateTime('When it was first stored.', { ...byServer, label: 'Created' }) }
const TEXT: ScalarType = { type: 'string', format: 'string' }

const EMAIL = {
  from: string('Whom it is from.', { ...byServer, minLength: 0 }),
  subject: string('What it is about.', { ...byServer, minLength: 0 }),
  receivedAt: utcDateTime('When it came in.', { ...byServer, index: 'filter', label: 'Received' }),
  size: number('How large it is.', 'size', { ...byServer, default: 0 }),
  mailboxIds: set(TEXT, 'The mailboxes that it was in, and goes back to.', { ...byServer, label: 'Mailboxes' }),
  keywords: set(TEXT, 'The keywords that it had, and gets back.', byServer),
} satisfies Fields

const SHAPE = variants(ARCHIVED_ITEM, [
  { name: 'Email', label: 'E-mail message', shape: shape('ArchivedEmail', { ...EMAIL, ...COMMON }) },
  { name: 'FileNode', label: 'File', shape: shape('ArchivedFileNode', { name: string('What it was called.', byServer), ...CREATED, ...COMMON }) },
  {
    name: 'CalendarEvent', label: 'Calendar event',
    shape: shape('ArchivedCalendarEvent', {
      startTime: nullable(utcDateTime('When it began.', { ...byServer, label: 'Start' })), ...CREATED, ...COMMON,
    }),
  },
  { name: 'ContactCard', label: 'Contact card', shape: shape('ArchivedContactCard', { name: NAME, ...CREATED, ...COMMON }) },
  {
    name: 'SieveScript', label: 'Sieve script',
    shape: shape('ArchivedSieveScript', {
      name: string('What it was called.', byServer), content: string('What it says.', byServer),
      ...CREATED, ...COMMON,
    }),
  },
])

/** An archived message, as it is stored. */
export type ArchivedEmail = {
  readonly '@type': 'Email'
  readonly accountId: Id
  readonly archivedAt: string
  readonly archivedUntil: string
  readonly blobId: string
  readonly status: ArchivedItemStatus
  readonly from: string
  readonly subject: string
  readonly receivedAt: string
  readonly size: number
  readonly mailboxIds: Readonly<Record<Id, true>>
  readonly keywords: Readonly<Record<string, true>>
}

/** The fields of the task RestoreArchivedItem. */
export type Restoration = {
  readonly accountId: Id
  readonly archivedItemType: string
  readonly blobId: string
  readonly createdAt: string
  readonly archivedUntil: string
}

export interface ArchivedItemOptions<Tx> {
  /** Queues RestoreArchivedItem. */
  readonly queueRestoration: (tx: Tx, restoration: Restoration) => Promise<void>
  /** Lets the content of a record go. */
  readonly release: (tx: Tx, id: Id, accountId: Id, blobId: string) => Promise<void>
}

/** For who only wants to know what objects there are. */
export const NO_ARCHIVE: ArchivedItemOptions<unknown> = {
  queueRestoration: () => Promise.resolve(),
  release: () => Promise.resolve(),
}

export function archivedItemObject<Tx extends RegistryTx>(
  { queueRestoration, release }: ArchivedItemOptions<Tx>,
): ObjectDefinition<JsonObject, Tx> {
  const kept = ['accountId', 'archivedAt', 'archivedUntil', 'status', 'blobId']
  const sectionsOf = (title: string, ...fields: readonly string[]) => [{ title, fields }, { title: 'Archive', fields: kept }]
  return object<Tx>({
    name: ARCHIVED_ITEM,
    label: 'Archived item',
    doc: 'Something that was destroyed and can be restored for a while.',
    verbs: ['Get', 'Query', 'Update', 'Destroy'],
    owner: { property: 'accountId', everyones: EVERYONES, takenAlong: true },
    shape: SHAPE,
    columns: ['subject', 'from', 'accountId', 'archivedAt', 'archivedUntil', 'status'],
    filters: {
      '@type': typeFilter(ARCHIVED_ITEM, SHAPE.variants),
      accountId: { type: { type: 'objectId', objectName: 'Account' }, label: 'Account' },
      from: { type: TEXT, label: 'Words of the sender', words: true },
      subject: { type: TEXT, label: 'Words of the subject', words: true },
      archivedAt: { type: { type: 'utcDateTime' }, label: 'Archived', range: true },
      receivedAt: { type: { type: 'utcDateTime' }, label: 'Received', range: true },
      text: { type: { type: 'string', format: 'string' }, label: 'Words of sender, subject or name', words: true },
    },
    sections: {
      ArchivedEmail: sectionsOf('Message', 'from', 'subject', 'receivedAt', 'size', 'mailboxIds', 'keywords'),
      ArchivedFileNode: sectionsOf('File', 'name', 'createdAt'),
      ArchivedCalendarEvent: sectionsOf('Event', 'startTime', 'createdAt'),
      ArchivedContactCard: sectionsOf('Contact', 'name', 'createdAt'),
      ArchivedSieveScript: sectionsOf('Script', 'name', 'createdAt', 'content'),
    },
    actions: [{ label: 'Restore', properties: { status: 'requestRestore' } }],
    menu: { section: 'Management', icon: 'archive-restore', link: 'Archived items' },
    hooks: {
      entries: textEntries,
      prepare: async (_id, next, before, { principal }) => {
        refuseExtension(next, before, principal)
        return { body: next }
      },
      async settle(tx, id, next, before) {
        if (next === null) await release(tx, id, String(before?.['accountId']), String(before?.['blobId']))
        else if (next['status'] === 'requestRestore' && before?.['status'] === 'archived') {
          if (next['@type'] !== 'Email') throw notBuilt(String(next['@type']))
          await queueRestoration(tx, restorationOf(next))
        }
        await moveExpiry(tx, id, next, before)
      },
    },
  })
}

/** What is kept counts towards no quota: its owner could store as much as he likes by destroying it. */
function refuseExtension(next: JsonObject, before: JsonObject | null, principal: Principal | null): void {
  const later = before !== null && String(next['archivedUntil']) > String(before['archivedUntil'])
  if (!later || principal === null || principal.permissions.has(EVERYONES)) return
  throw refusal('forbidden', `Only an administrator keeps it longer (permission ${EVERYONES}); restore it instead.`, ['archivedUntil'])
}

/** For whoever stores one: what the verbs would write beside it. */
export function archivedItemEntries(body: JsonObject): IndexEntry[] {
  return fieldEntries({ shape: SHAPE, hooks: { entries: textEntries } }, body)
}

/** For whoever archives, many at once. */
export async function addItems(
  { objects, keys }: RegistryTx, items: readonly { readonly id: Id; readonly body: ArchivedEmail }[],
): Promise<void> {
  await objects.insertAll(ARCHIVED_ITEM, items.map(({ id, body }) => ({ id, body, index: archivedItemEntries(body) })))
  await keys.putAll(items.map(({ id, body }) => ({ key: expiryKey(id, body.archivedUntil), value: {}, expiresAt: null })))
}

/** When a record goes; `next` null: it was removed. */
export async function moveExpiry(
  { keys }: RegistryTx, id: Id, next: JsonObject | null, before: JsonObject | null,
): Promise<void> {
  const [from, to] = [before, next].map(body => body === null ? null : expiryKey(id, String(body['archivedUntil'])))
  if (from && from !== to) await keys.remove(from)
  // Also where there should be one: an earlier version kept none for a record that was to be restored.
  if (to) await keys.put(to, {}, null)
}

/** What has expired under this key must stay for now: it comes up again then (a date as records have it). */
export async function putOff({ keys }: RegistryTx, id: Id, key: string, until: string): Promise<void> {
  await keys.remove(key)
  await keys.put(expiryKey(id, until), {}, null)
}

/** Records whose time is over by then (a date as they have it), the first to expire first, and the keys that say so. */
export async function expiredItems({ keys }: RegistryTx, now: string, limit: number): Promise<{ readonly id: Id; readonly key: string }[]> {
  const found = await keys.list(EXPIRY_PREFIX, limit)
  return found.flatMap(({ key }) => {
    const [until = '', id = ''] = key.slice(EXPIRY_PREFIX.length).split('/')
    return until <= now ? [{ id, key }] : []
  })
}

function expiryKey(id: Id, until: string): string {
  return `${EXPIRY_PREFIX}${until}/${id}`
}

function textEntries(body: JsonObject): IndexEntry[] {
  const { from, subject, name } = body
  return [...wordEntries([from, subject, name]), ...wordEntries([from], 'from'), ...wordEntries([subject], 'subject')]
}

function restorationOf(body: JsonObject): Restoration {
  const text = (name: string): string => String(body[name])
  return {
    accountId: text('accountId'), archivedItemType: text('@type'), blobId: text('blobId'),
    createdAt: text('receivedAt'), archivedUntil: text('archivedUntil'),
  }
}

function notBuilt(type: string) {
  return refusal('forbidden', `Restoring items of the type ${type} is not available in this version; the record is kept.`, ['status'])
}
