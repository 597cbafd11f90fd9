/**
 * Delivery: a message into the inboxes of its recipients, or into Junk when the spam filter takes it for spam.
 *
 * The message is parsed and judged once, before the transaction. One transaction then holds everything: the blob once, and for each
 * account its document, its thread, its used storage and its IndexDocument task. So after a crash, or when the store
 * refuses anything, either all of it is there or nothing is, and the sender may simply try again.
 *
 * | outcome | for whom | the sender |
 * |---|---|---|
 * | delivered | each recipient; two addresses of one account share one copy | is done |
 * | refused, 550 5.1.1 | a recipient whose account was destroyed since he was named; the others are served | gives up on this one |
 * | refused, 452 4.2.2 | a recipient whose mailbox, or whose tenant, has no room now; the others are served | tries again for some days |
 * | refused, 552 5.2.3 | one whose mailbox, or whose tenant, could not take the message if it were empty | gives up on this one |
 * | store/full, store/unavailable and other surprises are thrown | all recipients, nothing kept | tries again later |
 *
 * The room of a tenant is shared by deliveries to all of its accounts, on every node. To make them wait for each other as
 * short as possible, it is looked at first, without a lock, and the message is added to the tenant's sum at the very end;
 * only if the sum has gone beyond the limit meanwhile, the transaction is taken back and runs again. So the limit is never
 * passed, and what it costs is one look and one addition a message, for members of a tenant with a limit alone.
 */
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'
import { hasCode, RotaError } from '../../errors.ts'
import type { Directory, MailRecipient } from '../directory/directory.ts'
import type { MailStore } from '../mailstore/mailstore.ts'
import { idOf, INBOX_ID, summaryOf } from '../mailstore/mailstore.ts'
import type { EmailSummary } from '../mailstore/mailstore.ts'
import { parseMessage } from '../message/message.ts'
import type { Message } from '../message/message.ts'
import { withoutField } from '../message/without-field.ts'
import { TenantShares } from '../mailstore/tenant-shares.ts'
import type { DomainStore, DomainTx } from '../ports.ts'
import { TenantRooms } from './tenant-rooms.ts'

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

/** RFC 3463 §3.3 wants a full mailbox to be a transient failure: its owner can make room. */
const FULL: Refused = {
  kind: 'refused', code: 452, enhanced: '4.2.2', text: 'the mailbox is full, try again later', temporary: true,
}

const TENANT_FULL: Refused = { ...FULL, text: 'the tenant of the mailbox has no room left, try again later' }

const NEVER_FITS: Refused = {
  kind: 'refused', code: 552, enhanced: '5.2.3', text: 'the message is larger than the mailbox may be', temporary: false,
}

const GONE: Refused = {
  kind: 'refused', code: 550, enhanced: '5.1.1', text: 'no such mailbox here', temporary: false,
}

/** Of one message; who then still finds others in his way is asked to try again later. */
const RUNS_MAX = 5

const JUNK_ID = idOf('junk')

interface Parsed { readonly content: Uint8Array; readonly summary: EmailSummary; readonly receivedAt: number; readonly mailboxId: Id }

/** What the spam filter says; `field` stands in front of the stored message. Null: nothing. */
export type JudgeMessage = (message: Message) => { readonly isSpam: boolean; readonly field: string } | null

export interface DeliveryDependencies<Tx extends DomainTx> {
  readonly store: DomainStore<Tx>
  readonly directory: Pick<Directory, 'recipient'>
  readonly mailStore: MailStore<Tx>
  readonly clock: Clock
  /** Left out: nothing is spam. */
  readonly judge?: JudgeMessage
}

export class Delivery<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #directory: Pick<Directory, 'recipient'>
  readonly #mailStore: MailStore<Tx>
  readonly #clock: Clock
  readonly #judge: JudgeMessage

  constructor({ store, directory, mailStore, clock, judge = () => null }: DeliveryDependencies<Tx>) {
    this.#store = store
    this.#directory = directory
    this.#mailStore = mailStore
    this.#clock = clock
    this.#judge = judge
  }

  /**
   * Null when nobody here has the address. `octets`: what the sender says of the message, 0: nothing. Throws mail/over-quota and
   * mail/never-fits before the message is sent: an SMTP client then tries again for this recipient alone.
   */
  async recipient(address: string, octets: number): Promise<MailRecipient | null> {
    const recipient = await this.#directory.recipient(address)
    if (recipient === null) return null
    const { accountId, quotaBytes, emailsMax = Infinity, tenant } = recipient
    if (neverFits(recipient, octets)) throw new RotaError('mail/never-fits', `${accountId} can never take ${octets} bytes`)
    if (quotaBytes === null && emailsMax === Infinity && tenant === undefined) return recipient
    const used = await this.#store.read(tx => tx.usage.get([accountId, ...tenant ? [tenant.tenantId] : []]))
    const more = Math.max(octets, 1)
    const isFull = (used.get(accountId)?.octets ?? 0) + more > (quotaBytes ?? Infinity)
      || (used.get(accountId)?.emails ?? 0) + 1 > emailsMax
      || (tenant !== undefined && (used.get(tenant.tenantId)?.octets ?? 0) + more > tenant.quotaBytes)
    if (isFull) throw new RotaError('mail/over-quota', `${accountId}, or its tenant, has no room for ${more} bytes`)
    return recipient
  }

  /** One result for each recipient, in their order. */
  async deliver({ recipients, content }: IncomingMessage): Promise<DeliveryResult[]> {
    const read = await parseMessage(content)
    const judgement = this.#judge(read)
    const message: Parsed = {
      summary: await summaryOf(read), receivedAt: this.#clock.now(), mailboxId: judgement?.isSpam ? JUNK_ID : INBOX_ID,
      content: judgement === null ? content : withJudgement(content, judgement.field),
    }
    const byAccount = new Map(recipients.map(recipient => [recipient.accountId, recipient]))
    const results = await this.#deliverAll(byAccount, message)
    return recipients.map(({ accountId }) => results.get(accountId) ?? FULL)
  }

  /** Again, when others have filled a tenant since its room was looked at: then it is looked at anew. */
  async #deliverAll(recipients: ReadonlyMap<Id, MailRecipient>, message: Parsed): Promise<ReadonlyMap<Id, DeliveryResult>> {
    for (let run = 1; ; run++) {
      try {
        return await this.#store.transact(tx => this.#deliverIn(tx, recipients, message))
      } catch (error) {
        if (!hasCode(error, 'store/conflict') || run === RUNS_MAX) throw error
      }
    }
  }

  async #deliverIn(
    tx: Tx, recipients: ReadonlyMap<Id, MailRecipient>, { content, summary, receivedAt, mailboxId }: Parsed,
  ): Promise<ReadonlyMap<Id, DeliveryResult>> {
    const results = new Map<Id, DeliveryResult>()
    const size = content.byteLength
    const rooms = await TenantRooms.look(tx, recipients.values())
    const shares = new TenantShares()
    let blobId: string | undefined
    // In order of account, so that two messages to the same people cannot wait for each other.
    for (const [accountId, recipient] of [...recipients].toSorted(byId)) {
      const { quotaBytes, emailsMax = null, tenant } = recipient
      const deliverOne = async (): Promise<Id> => this.#mailStore.update(tx, accountId, async account => {
        account.reserve(size, { quotaBytes, emailsMax })
        blobId ??= await tx.blobs.put(content)
        return account.add({ summary, blobId, size, receivedAt, mailboxIds: [mailboxId], keywords: [] })
      }, shares)
      const result = neverFits(recipient, size) ? NEVER_FITS : rooms.fits(tenant, size) ? await orRefused(deliverOne) : TENANT_FULL
      if (result.kind === 'delivered') rooms.take(tenant, size)
      results.set(accountId, result)
    }
    rooms.refuseOverfull(await shares.settle(tx))
    return results
  }
}

/** Its name is ours: a field of it that came along says what the sender wants to be believed. */
function withJudgement(content: Uint8Array, field: string): Uint8Array {
  return Buffer.concat([Buffer.from(field), withoutField(content, field.slice(0, field.indexOf(':')))])
}

function byId([left]: readonly [Id, unknown], [right]: readonly [Id, unknown]): number {
  return left < right ? -1 : 1
}

function neverFits({ quotaBytes, tenant }: MailRecipient, octets: number): boolean {
  return octets > Math.min(quotaBytes ?? Infinity, tenant?.quotaBytes ?? Infinity)
}

/** A full mailbox, or one that is gone, is this recipient's affair; nothing was written for it yet. */
async function orRefused(deliverOne: () => Promise<Id>): Promise<DeliveryResult> {
  try {
    return { kind: 'delivered', id: await deliverOne() }
  } catch (error) {
    if (hasCode(error, 'mail/over-quota')) return FULL
    if (hasCode(error, 'mail/account-gone')) return GONE
    throw error
  }
}
