/** The archive of destroyed mail: what goes in, and what goes for good. README.md beside this file. */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { addItems, ARCHIVED_ITEM, expiredItems, moveExpiry, putOff } from '../../registry/objects/archived-item.ts'
import type { ArchivedEmail } from '../../registry/objects/archived-item.ts'
import { retentionNow } from '../../registry/objects/data-retention.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { DATE_MS_MAX, formatDate } from '../../registry/values/date.ts'
import type { EmailRecord, KeepEmails } from '../mailstore/mailstore.ts'
import type { BlobOwner, DomainTx } from '../ports.ts'

/** Shorter than a day, so that the purge of the next night looks again. */
const PUT_OFF_MS = 12 * 3_600_000

export type ArchiveTx = DomainTx & RegistryTx

/** For one transaction of an account: what it destroys is kept, if the settings say so at that moment. */
export function keeperOf<Tx extends ArchiveTx>(
  { ids, clock }: { readonly ids: IdSource; readonly clock: Clock }, tx: Tx, accountId: Id,
): KeepEmails {
  return async records => {
    const { archiveDeletedItemsFor } = await retentionNow(tx)
    if (archiveDeletedItemsFor === null) return
    const now = clock.now()
    const items = records.map(record => ({ id: ids.next(), body: archived(accountId, record, now, now + archiveDeletedItemsFor) }))
    await addItems(tx, items)
    await tx.blobs.linkAll(accountId, ARCHIVED_ITEM, items.map(({ id, body }) => ({ id, hash: body.blobId })))
  }
}

/** The queue of tasks, as far as the purge asks it. */
export interface ArchivePurgeTx extends ArchiveTx {
  readonly tasks: {
    count(filter: { readonly accountId: Id; readonly variants: readonly string[]; readonly status: readonly ('Pending' | 'Retry')[] }): Promise<number>
  }
}

/**
 * Removes what has expired, at most `limit`; returns how many keys it looked at. What is to be restored stays while a task may
 * still do so. A key whose record is gone, or is kept longer by now, goes too, or it would come first for ever.
 */
export async function purgeArchive(tx: ArchivePurgeTx, nowMs: number, limit: number): Promise<number> {
  await tx.objects.lock(ARCHIVED_ITEM)
  const now = formatDate(nowMs)
  const expired = await expiredItems(tx, now, limit)
  const items = new Map((await tx.objects.get(ARCHIVED_ITEM, expired.map(({ id }) => id))).map(({ id, body }) => [id, body]))
  for (const { id, key } of expired) {
    const body = items.get(id)
    if (!body || String(body['archivedUntil']) > now) await tx.keys.remove(key)
    else if (await mayComeBack(tx, body)) await putOff(tx, id, key, formatDate(nowMs + PUT_OFF_MS))
    else {
      await tx.keys.remove(key)
      await removeItem(tx, id, body, releaseContent)
    }
  }
  return expired.length
}

/** A restoration that has failed is over, until somebody retries it. */
async function mayComeBack({ tasks }: ArchivePurgeTx, { status, accountId }: JsonObject): Promise<boolean> {
  if (status !== 'requestRestore') return false
  return await tasks.count({ accountId: String(accountId), variants: ['RestoreArchivedItem'], status: ['Pending', 'Retry'] }) > 0
}

/** Removes records of an account that goes as a whole, at most `limit`; returns how many. */
export async function removeArchiveOf(tx: ArchiveTx, accountId: Id, limit: number): Promise<number> {
  const where = [{ field: 'accountId', value: accountId }]
  // Who moves the expiry of one at the same time would leave the key of the new one behind.
  await tx.objects.lock(ARCHIVED_ITEM)
  const ids = await tx.objects.query(ARCHIVED_ITEM, { where, ascending: true, limit })
  for (const { id, body } of await tx.objects.get(ARCHIVED_ITEM, ids)) await removeItem(tx, id, body, removeContent)
  return ids.length
}

async function removeItem(tx: ArchiveTx, id: Id, body: JsonObject, release: typeof releaseContent): Promise<void> {
  await tx.objects.remove(ARCHIVED_ITEM, id)
  await moveExpiry(tx, id, null, body)
  await release(tx, id, String(body['accountId']), String(body['blobId']))
}

/** The next purge past the grace removes it, when nothing else links it. */
export async function releaseContent({ blobs }: DomainTx, id: Id, accountId: Id, blobId: string): Promise<void> {
  await blobs.unlink(accountId, ARCHIVED_ITEM, [{ id, hash: blobId }])
}

async function removeContent({ blobs }: DomainTx, id: Id, accountId: Id, blobId: string): Promise<void> {
  await blobs.release(accountId, ARCHIVED_ITEM, [{ id, hash: blobId }])
}

export function ownerOf(accountId: Id, id: Id): BlobOwner {
  return { accountId, collection: ARCHIVED_ITEM, id }
}

function archived(accountId: Id, record: EmailRecord, atMs: number, untilMs: number): ArchivedEmail {
  const { blobId, size, receivedAt, mailboxIds, keywords, subject, from } = record
  return {
    '@type': 'Email', accountId, blobId, size, mailboxIds, keywords, status: 'archived',
    archivedAt: formatDate(atMs), archivedUntil: formatDate(Math.min(untilMs, DATE_MS_MAX)), receivedAt: formatDate(receivedAt),
    subject: subject ?? '', from: (from ?? []).map(({ name, email }) => name === null ? email : `${name} <${email}>`).join(', '),
  }
}
