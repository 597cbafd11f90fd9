/**
 * Import: messages that a client has as content become mail of an account (RFC 8621 §4.8), within the limits of the account and
 * of its tenant. What is already stored is linked, a part of a message is stored as content of its own. All messages of one
 * call are one transaction; one that has no room or whose content has gone is left out, and nothing of it was written.
 */
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import { hasCode, RotaError } from '../../errors.ts'
import { DATE_MS_MAX } from '../../registry/values/date.ts'
import type { Directory, MailRecipient } from '../directory/directory.ts'
import { summaryOf } from '../mailstore/mailstore.ts'
import type { EmailSummary, MailAccount, MailStore } from '../mailstore/mailstore.ts'
import { TenantShares } from '../mailstore/tenant-shares.ts'
import { asDate, headersOf, parseMessage } from '../message/message.ts'
import type { DomainStore, DomainTx } from '../ports.ts'
import { TenantRooms } from './tenant-rooms.ts'

/** Who then still finds others in his way is asked to try again later. */
const RUNS_MAX = 5

/** A message that was read and may be added. */
export interface ReadMessage {
  readonly summary: EmailSummary
  readonly size: number
  /** ms since 1970; null: the message does not say. */
  readonly receivedAt: number | null
  /** Where it is stored, or the content of a part that is not stored alone. */
  readonly content: string | Uint8Array
}
export interface Placement { readonly mailboxIds: readonly Id[]; readonly keywords: readonly string[]; readonly receivedAt: number | null }
export interface Added { readonly id: Id; readonly blobId: string }
/** Throws mail/over-quota, blob/missing: nothing of this message was written then. */
export type AddMessage = (message: ReadMessage, placement: Placement) => Promise<Added>

export interface MailImportDependencies<Tx extends DomainTx> {
  readonly store: DomainStore<Tx>
  readonly mailStore: MailStore<Tx>
  readonly directory: Pick<Directory, 'recipientById'>
  readonly clock: Pick<Clock, 'now'>
}

export class MailImport<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: MailStore<Tx>
  readonly #directory: Pick<Directory, 'recipientById'>
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, mailStore, directory, clock }: MailImportDependencies<Tx>) {
    this.#store = store
    this.#mailStore = mailStore
    this.#directory = directory
    this.#clock = clock
  }

  /** Null: there is no such content in the account, or not for this reader. */
  async read(accountId: Id, readerId: Id, blobId: string): Promise<ReadMessage | null> {
    const bytes = await this.#store.read(tx => this.#mailStore.download(tx, accountId, blobId, readerId))
    if (bytes === null) return null
    return {
      summary: await summaryOf(await parseMessage(bytes)), size: bytes.byteLength, receivedAt: receivedAt(bytes),
      content: this.#mailStore.isPart(blobId) ? bytes : blobId,
    }
  }

  /** Throws mail/account-gone, and store/conflict when others fill the tenant again and again. */
  async update<T>(accountId: Id, work: (tx: Tx, add: AddMessage) => Promise<T>): Promise<T> {
    for (let run = 1; ; run++) {
      const limits = await this.#directory.recipientById(accountId)
      if (limits === null) throw new RotaError('mail/account-gone', `the account ${accountId} is gone`)
      try {
        return await this.#store.transact(tx => this.#updateIn(tx, limits, work))
      } catch (error) {
        if (!hasCode(error, 'store/conflict') || run === RUNS_MAX) throw error
      }
    }
  }

  async #updateIn<T>(tx: Tx, limits: MailRecipient, work: (tx: Tx, add: AddMessage) => Promise<T>): Promise<T> {
    const { accountId, quotaBytes, emailsMax = null, tenant } = limits
    const rooms = await TenantRooms.look(tx, [limits])
    const shares = new TenantShares()
    const result = await this.#mailStore.update(tx, accountId, account => work(tx, async (message, placement) => {
      account.reserve(message.size, { quotaBytes, emailsMax })
      if (!rooms.fits(tenant, message.size)) throw new RotaError('mail/over-quota', `the tenant of ${accountId} has no room left`)
      const added = await this.#add(tx, account, message, placement)
      rooms.take(tenant, message.size)
      return added
    }), shares)
    rooms.refuseOverfull(await shares.settle(tx))
    return result
  }

  async #add({ blobs }: Tx, account: MailAccount, message: ReadMessage, placement: Placement): Promise<Added> {
    const { summary, size, content } = message
    const blobId = typeof content === 'string' ? content : await blobs.put(content)
    const receivedAtMs = placement.receivedAt ?? message.receivedAt ?? this.#clock.now()
    return { id: await account.add({ ...placement, summary, blobId, size, receivedAt: receivedAtMs }), blobId }
  }
}

/** What the server says that received it last: the first of these fields. */
function receivedAt(content: Uint8Array): number | null {
  const trace = headersOf(content).headers.find(({ name }) => name.toLowerCase() === 'received')
  const date = asDate(trace?.value.slice(trace.value.lastIndexOf(';') + 1) ?? '')
  const ms = date === null ? NaN : Date.parse(date)
  return ms >= 0 && ms <= DATE_MS_MAX ? ms : null
}
