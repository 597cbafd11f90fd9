/**
 * The UIDs of an account's messages (RFC 9051 §2.3.1.1): in each mailbox its own, ascending in the order in which messages
 * enter it, and never given again while the mailbox has the same uidValidity. Each uidValidity has a sequence of its own, so
 * a new one begins at 1 and can repeat nothing. README.md beside this file.
 */
import type { Id } from '../../base/ids.ts'
import type { DocumentTable } from '../ports.ts'
import { EMAIL } from './email.ts'
import { MAILBOX, newUidValidity } from './mailbox.ts'
import type { MailboxRecord } from './mailbox.ts'
import { uidIndexValue } from './membership.ts'
import type { Membership } from './membership.ts'

export type Uid = Pick<Membership, 'uidValidity' | 'uid'>

/** Of one transaction that holds the lock of the account's mail. */
export class Uids {
  readonly #documents: DocumentTable
  readonly #accountId: Id
  readonly #nowMs: number
  readonly #validities = new Map<Id, number>()

  constructor(documents: DocumentTable, accountId: Id, nowMs: number) {
    this.#documents = documents
    this.#accountId = accountId
    this.#nowMs = nowMs
  }

  /** For one message that enters a mailbox. */
  async next(mailboxId: Id): Promise<Uid> {
    const uidValidity = await this.validity(mailboxId)
    return { uidValidity, uid: await this.draw(mailboxId, uidValidity, 1) }
  }

  /** Returns the last of `count` UIDs. */
  draw(mailboxId: Id, uidValidity: number, count: number): Promise<number> {
    return this.#documents.draw(this.#accountId, sequenceOf(mailboxId, uidValidity), count)
  }

  /** That of the mailbox; one of an earlier version gets its first. */
  async validity(mailboxId: Id): Promise<number> {
    const known = this.#validities.get(mailboxId)
    if (known !== undefined) return known
    const [mailbox] = await this.#documents.get(this.#accountId, MAILBOX, [mailboxId])
    const record = mailbox?.body as MailboxRecord | undefined
    const uidValidity = record?.uidValidity ?? newUidValidity(this.#nowMs)
    if (record && record.uidValidity === undefined) {
      await this.#documents.put(this.#accountId, MAILBOX, mailboxId, { ...record, uidValidity }, [])
    }
    this.#validities.set(mailboxId, uidValidity)
    return uidValidity
  }

  /** All UIDs of these mailboxes are void from now on; they get one new uidValidity together. */
  async renew(mailboxIds: readonly Id[]): Promise<void> {
    const mailboxes = (await this.#documents.get(this.#accountId, MAILBOX, mailboxIds))
      .map(({ id, body }) => ({ id, record: body as MailboxRecord }))
    const former = mailboxes.flatMap(({ record }) => record.uidValidity ?? [])
    const uidValidity = newUidValidity(this.#nowMs, former)
    for (const { id, record } of mailboxes) {
      await this.#documents.put(this.#accountId, MAILBOX, id, { ...record, uidValidity }, [])
      this.#validities.set(id, uidValidity)
      if (record.uidValidity !== undefined) await this.#documents.forget(this.#accountId, sequenceOf(id, record.uidValidity), 1)
    }
  }
}

export interface UidState { readonly uidValidity: number; readonly uidNext: number }

/** Null for a mailbox that is not there, or of an earlier version and untouched since. */
export async function uidState(documents: DocumentTable, accountId: Id, mailboxId: Id): Promise<UidState | null> {
  const [mailbox] = await documents.get(accountId, MAILBOX, [mailboxId])
  const uidValidity = (mailbox?.body as MailboxRecord | undefined)?.uidValidity
  if (uidValidity === undefined) return null
  return { uidValidity, uidNext: await documents.modseq(accountId, sequenceOf(mailboxId, uidValidity)) + 1 }
}

/** Messages of a mailbox by their UIDs of this uidValidity, lowest first; `sort` is the UID. */
export function uidsOf(
  documents: DocumentTable, accountId: Id, mailboxId: Id, uidValidity: number, limit: number, after?: { readonly sort: number; readonly id: Id },
): Promise<{ readonly id: Id; readonly sort: number }[]> {
  const value = uidIndexValue(mailboxId, uidValidity)
  return documents.scan(accountId, EMAIL, { name: 'uid', value, ascending: true, limit, ...(after ? { after } : {}) })
}

function sequenceOf(mailboxId: Id, uidValidity: number): string {
  return `Uid/${uidIndexValue(mailboxId, uidValidity)}`
}
