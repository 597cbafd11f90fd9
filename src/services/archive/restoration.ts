/** Brings archived mail back into its account. README.md beside this file. */
import type { Id } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import { ARCHIVED_ITEM, moveExpiry } from '../../registry/objects/archived-item.ts'
import type { ArchivedEmail } from '../../registry/objects/archived-item.ts'
import type { Directory, MailRecipient } from '../directory/directory.ts'
import { INBOX_ID, MAILBOX, summaryOf } from '../mailstore/mailstore.ts'
import type { EmailSummary, MailAccount, MailStore } from '../mailstore/mailstore.ts'
import { TenantShares } from '../mailstore/tenant-shares.ts'
import { parseMessage } from '../message/message.ts'
import type { DomainStore } from '../ports.ts'
import type { ArchiveTx } from './archive.ts'

/** Records of one content that are read at once, and restored in one transaction. */
const ITEMS_AT_ONCE_MAX = 100
const MAILBOXES_MAX = 1_000

export interface RestorationDependencies<Tx extends ArchiveTx> {
  readonly store: DomainStore<Tx>
  readonly mailStore: MailStore<Tx>
  readonly directory: Pick<Directory, 'recipientById'>
}

export class Restoration<Tx extends ArchiveTx = ArchiveTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: MailStore<Tx>
  readonly #directory: Pick<Directory, 'recipientById'>

  constructor({ store, mailStore, directory }: RestorationDependencies<Tx>) {
    this.#store = store
    this.#mailStore = mailStore
    this.#directory = directory
  }

  /**
   * Restores every archived message of the account that has this content and is asked for; returns how many it were.
   * Throws blob/missing, mail/over-quota, mail/account-gone: what is not restored then is asked for still.
   */
  async restoreEmail(accountId: Id, blobId: string): Promise<number> {
    for (let count = 0; ;) {
      const restored = await this.#restoreSome(accountId, blobId)
      count += restored
      if (restored < ITEMS_AT_ONCE_MAX) return count
    }
  }

  async #restoreSome(accountId: Id, blobId: string): Promise<number> {
    const wanted = await this.#store.read(tx => requested(tx, accountId, blobId))
    if (wanted.length === 0) return 0
    const summary = await summaryOf(await parseMessage(await this.#store.read(tx => this.#mailStore.content(tx, blobId))))
    const limits = await this.#directory.recipientById(accountId)
    if (limits === null) throw new RotaError('mail/account-gone', `the account ${accountId} is gone`)
    return this.#store.transact(async tx => {
      const shares = new TenantShares()
      const restored = await this.#mailStore.update(tx, accountId, account =>
        restoreAll(tx, account, accountId, blobId, summary, limits), shares)
      refuseOverfull(await shares.settle(tx), limits)
      return restored
    })
  }
}

interface Item { readonly id: Id; readonly email: ArchivedEmail }

/** At most ITEMS_AT_ONCE_MAX; those of which nothing is asked are passed over, however many they are. */
async function requested({ objects }: ArchiveTx, accountId: Id, blobId: string): Promise<Item[]> {
  const where = [{ field: 'accountId', value: accountId }, { field: 'blobId', value: blobId }]
  const found: Item[] = []
  for (let afterId = ''; ;) {
    const ids = await objects.query(ARCHIVED_ITEM, { where, ascending: true, limit: ITEMS_AT_ONCE_MAX, afterId })
    const items = (await objects.get(ARCHIVED_ITEM, ids)).map(({ id, body }) => ({ id, email: body as ArchivedEmail }))
    found.push(...items.filter(({ email }) => email['@type'] === 'Email' && email.status === 'requestRestore'))
    if (ids.length < ITEMS_AT_ONCE_MAX || found.length >= ITEMS_AT_ONCE_MAX) return found.slice(0, ITEMS_AT_ONCE_MAX)
    afterId = ids.at(-1) ?? ''
  }
}

async function restoreAll(
  tx: ArchiveTx, account: MailAccount, accountId: Id, blobId: string, summary: EmailSummary, limits: MailRecipient,
): Promise<number> {
  // From here on nobody else changes a record: what is asked for now is restored.
  await tx.objects.lock(ARCHIVED_ITEM)
  const items = await requested(tx, accountId, blobId)
  const mailboxes = new Set(await tx.documents.list(accountId, MAILBOX, MAILBOXES_MAX))
  for (const { id, email } of items) {
    const { size, receivedAt, mailboxIds, keywords } = email
    account.reserve(size, { quotaBytes: limits.quotaBytes, emailsMax: limits.emailsMax ?? null })
    const left = Object.keys(mailboxIds).filter(mailboxId => mailboxes.has(mailboxId))
    await account.add({
      summary, blobId, size, receivedAt: Date.parse(receivedAt), keywords: Object.keys(keywords),
      mailboxIds: left.length > 0 ? left : [INBOX_ID],
    })
    await tx.objects.remove(ARCHIVED_ITEM, id)
    await moveExpiry(tx, id, null, email)
    await tx.blobs.unlink(accountId, ARCHIVED_ITEM, [{ id, hash: blobId }])
  }
  return items.length
}

function refuseOverfull(sums: Awaited<ReturnType<TenantShares['settle']>>, { tenant }: MailRecipient): void {
  const octets = tenant === undefined ? undefined : sums.get(tenant.tenantId)?.octets
  if (tenant === undefined || octets === undefined || octets <= tenant.quotaBytes) return
  throw new RotaError('mail/over-quota', `the tenant ${tenant.tenantId} would hold ${octets} of ${tenant.quotaBytes} bytes`)
}
