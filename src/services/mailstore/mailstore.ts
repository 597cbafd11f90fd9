/** The mail store's entrance: reads of an account's mail, and the one way to change it. Read README.md beside this file. */
import type { Clock } from '../../base/clock.ts'
import type { Id, IdSource } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import { parseMessage } from '../message/message.ts'
import type { Message } from '../message/message.ts'
import type { DomainTx, Enqueue, Usage } from '../ports.ts'
import { MailAccount } from './account.ts'
import type { KeepEmails, LearnEmail } from './account.ts'
import { EMAIL, partContent } from './email.ts'
import type { Email, EmailRecord } from './email.ts'
import { ensureMailboxes, MAILBOX } from './mailbox.ts'
import type { MailboxRecord } from './mailbox.ts'
import { TenantShares } from './tenant-shares.ts'
import { membersOf, THREAD } from './thread.ts'
import type { ThreadRecord } from './thread.ts'

export { EMAIL, summaryOf } from './email.ts'
export type { Addresses, Email, EmailRecord, EmailSummary, Part } from './email.ts'
export { DISCARD_IDS, idOf, INBOX_ID, MAILBOX } from './mailbox.ts'
export { DISCARDED } from './membership.ts'
export { THREAD } from './thread.ts'
export { uidsOf, uidState } from './uids.ts'
export type { EmailChange, KeepEmails, LearnEmail, MailAccount, NewEmail } from './account.ts'

export interface Mailbox {
  readonly id: Id
  readonly record: MailboxRecord
  readonly totalEmails: number
  readonly unreadEmails: number
  readonly totalThreads: number
  readonly unreadThreads: number
}
export interface Thread { readonly id: Id; readonly emailIds: readonly Id[] }

/** SHA-256 in base64url; what follows it in a blob id names a part of that message. */
const HASH_CHARS = 43
const MAILBOXES_MAX = 1_000
const NOTHING = { octets: 0, emails: 0 }

export interface MailStoreDependencies<Tx extends DomainTx> {
  readonly enqueue: Enqueue<Tx>
  /** False for an account that is gone, or going (services/removal/README.md). */
  readonly mayHaveData: (tx: Tx, accountId: Id) => Promise<boolean>
  /** Of one transaction and account; left out: what is destroyed is gone. */
  readonly keeper?: (tx: Tx, accountId: Id) => KeepEmails
  /** The same for what owners say of their mail; left out: nothing is learnt from it. */
  readonly learner?: (tx: Tx, accountId: Id) => LearnEmail
  readonly ids: IdSource
  readonly clock: Pick<Clock, 'now'>
}

export class MailStore<Tx extends DomainTx = DomainTx> {
  readonly #enqueue: Enqueue<Tx>
  readonly #mayHaveData: MailStoreDependencies<Tx>['mayHaveData']
  readonly #keeper: (tx: Tx, accountId: Id) => KeepEmails
  readonly #learner: (tx: Tx, accountId: Id) => LearnEmail
  readonly #ids: IdSource
  readonly #clock: Pick<Clock, 'now'>

  constructor(dependencies: MailStoreDependencies<Tx>) {
    this.#enqueue = dependencies.enqueue
    this.#mayHaveData = dependencies.mayHaveData
    this.#keeper = dependencies.keeper ?? (() => () => Promise.resolve())
    this.#learner = dependencies.learner ?? (() => () => Promise.resolve())
    this.#ids = dependencies.ids
    this.#clock = dependencies.clock
  }

  /**
   * Locks the account's mail, lets `work` change it, and queues what follows from the changes. Throws mail/account-gone.
   * Who changes several accounts does so in order of their ids, collects their `shares`, and settles these at the end.
   */
  async update<T>(
    tx: Tx, accountId: Id, work: (account: MailAccount) => Promise<T>, shares?: TenantShares,
  ): Promise<T> {
    if (!await this.enter(tx, accountId, EMAIL)) throw new RotaError('mail/account-gone', `the account ${accountId} is gone`)
    await ensureMailboxes(tx, accountId, this.#clock.now())
    const [keep, learn, usage] = [this.#keeper(tx, accountId), this.#learner(tx, accountId), await this.usage(tx, accountId)]
    const account = new MailAccount({ tx, accountId, ids: this.#ids, clock: this.#clock, keep, learn, usage })
    const result = await work(account)
    const changed = shares ?? new TenantShares()
    const tasks = await account.flush(changed)
    if (tasks.length > 0) await this.#enqueue(tx, tasks)
    await account.letGo()
    if (shares === undefined) await changed.settle(tx)
    return result
  }

  /**
   * Locks a collection until the transaction ends, or shares it with others that do not write it. False: the account is
   * gone, and nothing may be written for it.
   */
  async enter(tx: Tx, accountId: Id, collection: string, how: 'lock' | 'share' = 'lock'): Promise<boolean> {
    // Looked at before too, because a lock leaves a counter behind where there was none.
    if (!await this.#mayHaveData(tx, accountId)) return false
    await tx.documents[how](accountId, collection)
    return this.#mayHaveData(tx, accountId)
  }

  /** In the order of `ids`; unknown ids are left out. */
  async emails({ documents }: DomainTx, accountId: Id, ids: readonly Id[]): Promise<Email[]> {
    const stored = await documents.get(accountId, EMAIL, ids)
    return stored.map(({ id, body }) => ({ id, record: body as EmailRecord }))
  }

  /** All of an account, with their counts; none while nothing was ever written. */
  async mailboxes({ documents }: DomainTx, accountId: Id): Promise<Mailbox[]> {
    const ids = await documents.list(accountId, MAILBOX, MAILBOXES_MAX)
    const mailboxes: Mailbox[] = []
    for (const { id, body } of await documents.get(accountId, MAILBOX, ids)) {
      mailboxes.push({
        id,
        record: body as MailboxRecord,
        totalEmails: await documents.count(accountId, EMAIL, 'mailbox', id),
        unreadEmails: await documents.count(accountId, EMAIL, 'unread', id),
        totalThreads: await documents.count(accountId, THREAD, 'mailbox', id),
        unreadThreads: await documents.count(accountId, THREAD, 'unread', id),
      })
    }
    return mailboxes
  }

  async threads({ documents }: DomainTx, accountId: Id, ids: readonly Id[]): Promise<Thread[]> {
    const stored = await documents.get(accountId, THREAD, ids)
    return stored.map(({ id, body }) => ({ id, emailIds: membersOf(body as ThreadRecord) }))
  }

  async usage({ usage }: DomainTx, accountId: Id): Promise<Pick<Usage, 'octets' | 'emails'>> {
    const { octets, emails } = (await usage.get([accountId])).get(accountId) ?? NOTHING
    return { octets, emails }
  }

  /** Of accounts and tenants. */
  async usedBytes({ usage }: DomainTx, ids: readonly Id[]): Promise<ReadonlyMap<Id, number>> {
    return new Map(Array.from(await usage.get(ids), ([id, { octets }]) => [id, octets]))
  }

  /**
   * Moves what an account stores from the sum of its tenant to that of another; null: none. Returns what that one stores
   * then. A delivery to the account is either added before that, or afterwards to the new tenant.
   */
  async countFor(tx: DomainTx, accountId: Id, tenantId: Id | null): Promise<number> {
    const { octets, emails, tenantId: formerId } = await tx.usage.add(accountId, NOTHING)
    const shares = new TenantShares()
    if (formerId !== null) shares.add(formerId, { octets: -octets, emails: -emails })
    if (tenantId !== null) shares.add(tenantId, { octets, emails })
    await tx.usage.assign(accountId, tenantId)
    const sums = await shares.settle(tx)
    return tenantId === null ? 0 : sums.get(tenantId)?.octets ?? 0
  }

  /** Throws blob/missing. */
  async content({ blobs }: DomainTx, blobId: string): Promise<Uint8Array> {
    const content = await blobs.get(blobId)
    if (content === null) throw contentMissing(blobId)
    return content
  }

  async message(tx: DomainTx, record: EmailRecord): Promise<Message> {
    return parseMessage(await this.content(tx, record.blobId))
  }

  /** Whether a blob id names a part of a message, not content that is stored as it is. */
  isPart(blobId: string): boolean {
    return blobId.length > HASH_CHARS
  }

  /** What a blob id of this account stands for, to this reader: whole content, or a part of a message. Null: not there, or not his. */
  async download(tx: DomainTx, accountId: Id, blobId: string, readerId?: Id): Promise<Uint8Array | null> {
    const hash = blobId.slice(0, HASH_CHARS)
    if (!await tx.blobs.readable(hash, accountId, readerId)) return null
    const content = await this.content(tx, hash)
    if (blobId.length === HASH_CHARS) return content
    return blobId[HASH_CHARS] === '_' ? partContent(await parseMessage(content), blobId.slice(HASH_CHARS + 1)) : null
  }
}

/** The blob id of a part: readable by whoever may read the message. */
export function partBlobId(blobId: string, partId: string): string {
  return `${blobId}_${partId}`
}

export function contentMissing(blobId: string): RotaError {
  return new RotaError('blob/missing', `the content ${blobId} of a message is missing`)
}
