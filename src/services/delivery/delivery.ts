/**
 * Delivery: a message into the inboxes of its recipients.
 *
 * The message is parsed once, before the transaction. One transaction then holds everything: the blob once, and for each
 * account its document, its thread, its used storage and its IndexDocument task. So after a crash, or when the store
 * refuses anything, either all of it is there or nothing is, and the sender may simply try again.
 *
 * | outcome | for whom | the sender |
 * |---|---|---|
 * | delivered | each recipient; two addresses of one account share one copy | is done |
 * | refused, 550 5.1.1 | a recipient whose account was destroyed since he was named; the others are served | gives up on this one |
 * | refused, 552 5.2.2 | a recipient whose mailbox is full; the others are served | gives up on this one |
 * | store/full, store/unavailable and other surprises are thrown | all recipients, nothing kept | tries again later |
 */
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import { hasCode } from '../../errors.ts'
import type { Directory, MailRecipient } from '../directory/directory.ts'
import type { MailStore } from '../mailstore/mailstore.ts'
import { INBOX_ID, summaryOf } from '../mailstore/mailstore.ts'
import { parseMessage } from '../message/message.ts'
import type { DomainStore, DomainTx } from '../ports.ts'

export interface IncomingMessage {
  readonly recipients: readonly MailRecipient[]
  /** With Return-Path and Received in front. */
  readonly content: Uint8Array
}

/** `code` and `enhanced` as in RFC 5321 §4.2 and RFC 3463. */
export type DeliveryResult =
  | { readonly kind: 'delivered'; readonly id: Id }
  | Refused
interface Refused {
  readonly kind: 'refused'
  readonly code: number
  readonly enhanced: string
  readonly text: string
  readonly temporary: boolean
}

const OVER_QUOTA: Refused = {
  kind: 'refused', code: 552, enhanced: '5.2.2', text: 'the mailbox is full', temporary: false,
}

const GONE: Refused = {
  kind: 'refused', code: 550, enhanced: '5.1.1', text: 'no such mailbox here', temporary: false,
}

export interface DeliveryDependencies<Tx extends DomainTx> {
  readonly store: DomainStore<Tx>
  readonly directory: Pick<Directory, 'recipient'>
  readonly mailStore: MailStore<Tx>
  readonly clock: Clock
}

export class Delivery<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #directory: Pick<Directory, 'recipient'>
  readonly #mailStore: MailStore<Tx>
  readonly #clock: Clock

  constructor({ store, directory, mailStore, clock }: DeliveryDependencies<Tx>) {
    this.#store = store
    this.#directory = directory
    this.#mailStore = mailStore
    this.#clock = clock
  }

  /** Null when nobody here has the address. */
  recipient(address: string): Promise<MailRecipient | null> {
    return this.#directory.recipient(address)
  }

  /** One result for each recipient, in their order. */
  async deliver({ recipients, content }: IncomingMessage): Promise<DeliveryResult[]> {
    const summary = summaryOf(await parseMessage(content))
    const receivedAt = this.#clock.now()
    const quotas = new Map(recipients.map(({ accountId, quotaBytes }) => [accountId, quotaBytes]))
    const results = await this.#store.transact(async tx => {
      const byAccount = new Map<Id, DeliveryResult>()
      let blobId: string | undefined
      // In order of account, so that two messages to the same people cannot wait for each other.
      for (const accountId of [...quotas.keys()].toSorted()) {
        const deliverOne = async (): Promise<Id> => this.#mailStore.update(tx, accountId, async account => {
          account.reserve(content.byteLength, quotas.get(accountId) ?? null)
          blobId ??= await tx.blobs.put(content)
          const size = content.byteLength
          return account.add({ summary, blobId, size, receivedAt, mailboxIds: [INBOX_ID], keywords: [] })
        })
        byAccount.set(accountId, await orRefused(deliverOne))
      }
      return byAccount
    })
    return recipients.map(({ accountId }) => results.get(accountId) ?? OVER_QUOTA)
  }
}

/** A full mailbox, or one that is gone, is this recipient's affair; nothing was written for it yet. */
async function orRefused(deliverOne: () => Promise<Id>): Promise<DeliveryResult> {
  try {
    return { kind: 'delivered', id: await deliverOne() }
  } catch (error) {
    if (hasCode(error, 'mail/over-quota')) return OVER_QUOTA
    if (hasCode(error, 'mail/account-gone')) return GONE
    throw error
  }
}
