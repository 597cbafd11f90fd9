/** One account's mail, locked for one transaction: every change of its documents goes through here (README.md). */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import type { DomainTx, Usage, WantedTask } from '../ports.ts'
import { AccountThreads } from './account-threads.ts'
import { EMAIL, emailIndex, threadKeys, threadName } from './email.ts'
import type { Email, EmailRecord, EmailSummary } from './email.ts'
import { joinThreads } from './join-threads.ts'
import type { MergeStep } from './join-threads.ts'
import type { Membership, Memberships } from './membership.ts'
import type { TenantShares } from './tenant-shares.ts'
import { Uids } from './uids.ts'
import { verdictOf } from './verdict.ts'

/** What an account may store; null: no limit. */
export interface MailLimits { readonly quotaBytes: number | null; readonly emailsMax: number | null }

export interface NewEmail {
  readonly summary: EmailSummary
  readonly blobId: string
  readonly size: number
  /** ms since 1970. */
  readonly receivedAt: number
  readonly mailboxIds: readonly Id[]
  readonly keywords: readonly string[]
}
/** Called with the messages that are destroyed, at the end of the same transaction. */
export type KeepEmails = (records: readonly EmailRecord[]) => Promise<void>
/** Called for each message of which its owner says whether it is spam, in the same transaction. */
export type LearnEmail = (record: EmailRecord, isSpam: boolean) => Promise<void>
export type EmailChange = Partial<Pick<EmailRecord, 'mailboxIds' | 'keywords'>>

type Band = NonNullable<WantedTask['band']>

export interface MailAccountParts {
  readonly tx: DomainTx
  readonly accountId: Id
  readonly ids: IdSource
  readonly clock: Pick<Clock, 'now'>
  readonly keep: KeepEmails
  readonly learn: LearnEmail
  readonly usage: Pick<Usage, 'octets' | 'emails'>
}

export class MailAccount {
  readonly #tx: DomainTx
  readonly #accountId: Id
  readonly #ids: IdSource
  readonly #nowMs: number
  readonly #uids: Uids
  readonly #keep: KeepEmails
  readonly #learn: LearnEmail
  readonly #threads: AccountThreads
  readonly #tasks: WantedTask[] = []
  readonly #usage: Pick<Usage, 'octets' | 'emails'>
  readonly #destroyed: Email[] = []
  /** What changed since then. */
  #more = { octets: 0, emails: 0 }

  constructor({ tx, accountId, ids, clock, keep, learn, usage }: MailAccountParts) {
    this.#tx = tx
    this.#accountId = accountId
    this.#ids = ids
    this.#nowMs = clock.now()
    this.#uids = new Uids(tx.documents, accountId, this.#nowMs)
    this.#keep = keep
    this.#learn = learn
    this.#usage = usage
    this.#threads = new AccountThreads(tx, accountId, ids)
  }

  /** Throws mail/over-quota when one more message of `octets` would not fit. */
  reserve(octets: number, { quotaBytes, emailsMax }: MailLimits): void {
    const used = this.#usage.octets + this.#more.octets
    const emails = this.#usage.emails + this.#more.emails
    if (quotaBytes !== null && used + octets > quotaBytes) {
      throw new RotaError('mail/over-quota', `the mailbox of ${this.#accountId} holds ${used} of ${quotaBytes} bytes`)
    }
    if (emailsMax !== null && emails + 1 > emailsMax) {
      throw new RotaError('mail/over-quota', `the mailbox of ${this.#accountId} holds ${emails} of ${emailsMax} messages`)
    }
  }

  async add({ summary, blobId, size, receivedAt, mailboxIds, keywords }: NewEmail): Promise<Id> {
    const id = this.#ids.next()
    // First, because it is refused when the content has gone: then nothing was written.
    await this.#tx.blobs.link(blobId, { accountId: this.#accountId, collection: EMAIL, id })
    const { threadId, ties } = await this.#threads.placeOf(summary)
    const memberships = await this.#enter(mailboxIds)
    const record = { ...summary, blobId, size, receivedAt, threadId, mailboxIds: setOf(mailboxIds), memberships, keywords: setOf(keywords) }
    await this.#put(id, record)
    this.#use(size, 1)
    this.#want('IndexDocument', id, 0)
    if (ties) this.#wantMerge(summary)
    return id
  }

  async change(id: Id, record: EmailRecord, change: EmailChange): Promise<void> {
    const mailboxIds = change.mailboxIds ?? record.mailboxIds
    const memberships = await this.#enter(Object.keys(mailboxIds), record.memberships)
    await this.#put(id, { ...record, ...change, memberships })
  }

  /** The same by the owner: what he says of the message by that is kept to learn from (verdict.ts). */
  async changeAsOwner(id: Id, record: EmailRecord, change: EmailChange): Promise<void> {
    await this.change(id, record, change)
    const isSpam = verdictOf(record, { ...record, ...change })
    if (isSpam !== null) await this.#learn(record, isSpam)
  }

  /** `band`: of the tasks that take them out of the index. */
  async remove(emails: readonly Email[], band: Band = 0): Promise<void> {
    if (emails.length === 0) return
    await this.#tx.documents.remove(this.#accountId, EMAIL, emails.map(({ id }) => id))
    await this.#threads.drop(emails)
    this.#destroyed.push(...emails)
    for (const { id, record } of emails) {
      this.#use(-record.size, -1)
      this.#want('UnindexDocument', id, band)
    }
  }

  /** All UIDs of these mailboxes are void from now on; every message is to be numbered anew. */
  voidUids(mailboxIds: readonly Id[]): Promise<void> {
    return this.#uids.renew(mailboxIds)
  }

  /** Gives those of the messages whose UID in this mailbox is void, or missing, new ones in their order. */
  async renumber(mailboxId: Id, emails: readonly Email[]): Promise<void> {
    const uidValidity = await this.#uids.validity(mailboxId)
    const without = emails.filter(({ record }) => record.memberships?.[mailboxId]?.uidValidity !== uidValidity)
    if (without.length === 0) return
    let uid = await this.#uids.draw(mailboxId, uidValidity, without.length) - without.length
    for (const { id, record } of without) {
      const savedAt = record.memberships?.[mailboxId]?.savedAt ?? this.#nowMs
      const memberships = { ...record.memberships, [mailboxId]: { savedAt, uidValidity, uid: ++uid } }
      await this.#store(id, { ...record, memberships })
    }
  }

  /** One step of MergeThreads, for the messages under these keys (join-threads.ts). */
  joinThreads(keys: readonly string[]): Promise<MergeStep> {
    const { documents } = this.#tx
    return joinThreads({ documents, accountId: this.#accountId, threads: this.#threads, put: (id, record) => this.#put(id, record) }, keys)
  }

  /** Writes what was only collected so far, but for the tenant's share; returns the tasks to queue. */
  async flush(shares: TenantShares): Promise<readonly WantedTask[]> {
    await this.#threads.flush()
    if (this.#more.octets !== 0 || this.#more.emails !== 0) {
      const { tenantId } = await this.#tx.usage.add(this.#accountId, this.#more)
      if (tenantId !== null) shares.add(tenantId, this.#more)
    }
    return this.#tasks
  }

  /**
   * Last, because accounts take turns at the archive: whoever has it makes the others wait, and with them their mail. Only sums of
   * tenants come later: who restores has the archive first, too.
   */
  async letGo(): Promise<void> {
    if (this.#destroyed.length === 0) return
    await this.#keep(this.#destroyed.map(({ record }) => record))
    await this.#tx.blobs.unlink(this.#accountId, EMAIL, this.#destroyed.map(({ id, record }) => ({ id, hash: record.blobId })))
  }

  /** What the message keeps where it is already, and what it gets where it comes in. */
  async #enter(mailboxIds: readonly Id[], former: Memberships = {}): Promise<Memberships> {
    const memberships: Record<Id, Membership> = {}
    for (const mailboxId of mailboxIds) {
      memberships[mailboxId] = former[mailboxId] ?? { savedAt: this.#nowMs, ...await this.#uids.next(mailboxId) }
    }
    return memberships
  }

  async #store(id: Id, record: EmailRecord): Promise<void> {
    await this.#tx.documents.put(this.#accountId, EMAIL, id, record, emailIndex(record))
  }

  async #put(id: Id, record: EmailRecord): Promise<void> {
    await this.#store(id, record)
    await this.#threads.keep(id, record)
  }

  #use(octets: number, emails: number): void {
    this.#more = { octets: this.#more.octets + octets, emails: this.#more.emails + emails }
  }

  #wantMerge(summary: EmailSummary): void {
    const messageIds = setOf(threadKeys(summary))
    this.#tasks.push({ variant: 'MergeThreads', band: 0, payload: { accountId: this.#accountId, threadName: threadName(summary), messageIds } })
  }

  #want(variant: string, documentId: Id, band: Band): void {
    this.#tasks.push({ variant, band, payload: { accountId: this.#accountId, documentId, documentType: 'email' } })
  }
}

function setOf(members: readonly string[]): Record<string, true> {
  return Object.fromEntries(members.map(member => [member, true as const]))
}
