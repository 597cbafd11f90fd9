/** Removes what an account keeps no longer, as the settings say at that moment. README.md beside this file. */
import type { Id } from '../../base/ids.ts'
import { retentionNow } from '../../registry/objects/data-retention.ts'
import type { KeptFor } from '../../registry/objects/data-retention.ts'
import { DISCARD_IDS, DISCARDED, EMAIL } from '../mailstore/mailstore.ts'
import type { Email, MailAccount, MailStore } from '../mailstore/mailstore.ts'
import type { DocumentScan, DomainStore } from '../ports.ts'
import type { Expiring } from './expiring.ts'
import { EXPIRING, OVER } from './expiring.ts'
import type { UpkeepTx } from './inventory.ts'

/** Of one transaction, for which a delivery to the account waits: some ten statements for each that stays, as many for all that go. */
const EMAILS_AT_ONCE_MAX = 100
const ROWS_AT_ONCE_MAX = 500

/** How many so far, by what people call them; what did not occur is left out. */
export type PurgedSums = Readonly<Record<string, number>>

export interface AccountPurgeDependencies<Tx extends UpkeepTx> {
  /** What is over is decided by its clock: a node whose own is ahead would remove what is to be kept. */
  readonly store: DomainStore<Tx> & { now(): Promise<number> }
  readonly mailStore: MailStore<Tx>
}

export class AccountPurge<Tx extends UpkeepTx = UpkeepTx> {
  readonly #store: AccountPurgeDependencies<Tx>['store']
  readonly #mailStore: MailStore<Tx>

  constructor({ store, mailStore }: AccountPurgeDependencies<Tx>) {
    this.#store = store
    this.#mailStore = mailStore
  }

  /**
   * Returns what went. `told` hears that after each transaction, and may throw to stop: a repeat finds what is left. Throws
   * mail/account-gone.
   */
  async account(accountId: Id, told: (sums: PurgedSums) => Promise<void>): Promise<PurgedSums> {
    const nowMs = await this.#store.now()
    let sums: PurgedSums = {}
    const add = async (what: string, count: number): Promise<void> => {
      if (count > 0) sums = { ...sums, [what]: (sums[what] ?? 0) + count }
      await told(sums)
    }
    for (const mailboxId of DISCARD_IDS) {
      await this.#beginToCount(accountId, mailboxId, count => add('counted from now on', count))
      await inParts(EMAILS_AT_ONCE_MAX, () => this.#discard(accountId, mailboxId, nowMs), count => add('messages', count))
    }
    for (const expiring of EXPIRING) {
      await inParts(ROWS_AT_ONCE_MAX, () => this.#expire(accountId, expiring, nowMs), count => add(expiring.label, count))
    }
    for (const collection of await this.#longLogs(accountId)) {
      await inParts(ROWS_AT_ONCE_MAX, () => this.#trim(accountId, collection), count => add('log entries', count))
    }
    return sums
  }

  /**
   * Messages of which nobody knows since when they are there have come just now. What a message says itself counts only with
   * its row: a node of an earlier version, beside this one, takes the row away and leaves the rest as it was.
   */
  async #beginToCount(accountId: Id, mailboxId: Id, told: Told): Promise<void> {
    const isComplete = await this.#store.read(async tx => (await retentionNow(tx)).expungeTrashAfter === null
      || await tx.documents.count(accountId, EMAIL, DISCARDED, mailboxId) === await tx.documents.count(accountId, EMAIL, 'mailbox', mailboxId))
    if (isComplete) return
    for (let after: { readonly sort: number; readonly id: Id } | undefined; ;) {
      const page = { name: 'mailbox', value: mailboxId, ascending: true, limit: EMAILS_AT_ONCE_MAX, ...(after ? { after } : {}) }
      const { hits, count } = await this.#update(accountId, async (tx, account) => {
        const hits = await tx.documents.scan(accountId, EMAIL, page)
        const emails = await this.#mailStore.emails(tx, accountId, hits.map(({ id }) => id))
        const counted = await tx.documents.having(accountId, EMAIL, DISCARDED, mailboxId, hits.map(({ id }) => id))
        const uncounted = emails.filter(({ id }) => !counted.has(id))
        for (const { id, record } of uncounted) {
          const { [mailboxId]: _, ...memberships } = record.memberships ?? {}
          await account.change(id, { ...record, memberships }, {})
        }
        return { hits, count: uncounted.length }
      })
      await told(count)
      if (hits.length < EMAILS_AT_ONCE_MAX) return
      after = hits.at(-1)
    }
  }

  async #discard(accountId: Id, mailboxId: Id, nowMs: number): Promise<number> {
    const expired = (tx: Tx): Promise<Id[]> =>
      this.#expired(tx, accountId, EMAIL, { name: DISCARDED, value: mailboxId, limit: EMAILS_AT_ONCE_MAX }, 'expungeTrashAfter', nowMs)
    // Most accounts have nothing to remove: they are not locked for it.
    if ((await this.#store.read(expired)).length === 0) return 0
    return this.#update(accountId, async (tx, account) => {
      const ids = await expired(tx)
      const emails = await this.#mailStore.emails(tx, accountId, ids)
      const isElsewhere = ({ record }: Email): boolean => Object.keys(record.mailboxIds).some(other => other !== mailboxId)
      await account.remove(emails.filter(email => !isElsewhere(email)), 1)
      for (const { id, record } of emails.filter(isElsewhere)) {
        const { [mailboxId]: _, ...mailboxIds } = record.mailboxIds
        await account.change(id, record, { mailboxIds })
      }
      return ids.length
    })
  }

  async #expire(accountId: Id, { collection, keptFor }: Expiring, nowMs: number): Promise<number> {
    const expired = (tx: Tx): Promise<Id[]> =>
      this.#expired(tx, accountId, collection, { name: OVER, value: '', limit: ROWS_AT_ONCE_MAX }, keptFor, nowMs)
    if ((await this.#store.read(expired)).length === 0) return 0
    return this.#store.transact(async tx => {
      if (!await this.#mailStore.enter(tx, accountId, collection)) return 0
      const ids = await expired(tx)
      await tx.documents.remove(accountId, collection, ids)
      return ids.length
    })
  }

  /** Collections that have ever had more changes than are kept. */
  #longLogs(accountId: Id): Promise<string[]> {
    return this.#store.read(async tx => {
      const { maxChangesHistory } = await retentionNow(tx)
      if (maxChangesHistory === null) return []
      const long: string[] = []
      for (const collection of await tx.documents.collections(accountId)) {
        if (await tx.documents.modseq(accountId, collection) > maxChangesHistory) long.push(collection)
      }
      return long
    })
  }

  #trim(accountId: Id, collection: string): Promise<number> {
    return this.#store.transact(async tx => {
      const { maxChangesHistory } = await retentionNow(tx)
      return maxChangesHistory === null ? 0 : tx.documents.trim(accountId, collection, maxChangesHistory, ROWS_AT_ONCE_MAX)
    })
  }

  async #expired(
    tx: Tx, accountId: Id, collection: string, oldest: Omit<DocumentScan, 'ascending'>, keptFor: KeptFor, nowMs: number,
  ): Promise<Id[]> {
    const keptMs = (await retentionNow(tx))[keptFor]
    if (keptMs === null) return []
    const found = await tx.documents.scan(accountId, collection, { ...oldest, ascending: true })
    return found.filter(({ sort }) => sort < nowMs - keptMs).map(({ id }) => id)
  }

  #update<T>(accountId: Id, work: (tx: Tx, account: MailAccount) => Promise<T>): Promise<T> {
    return this.#store.transact(tx => this.#mailStore.update(tx, accountId, account => work(tx, account)))
  }
}

type Told = (count: number) => Promise<void>

/** Works in transactions until one does less than it could. */
async function inParts(fullCount: number, work: () => Promise<number>, told: Told): Promise<void> {
  for (let count = fullCount; count === fullCount;) {
    count = await work()
    await told(count)
  }
}
