/** The mailboxes that every account has (RFC 8621 §2). */
import type { Id } from '../../base/ids.ts'
import type { DomainTx } from '../ports.ts'

export const MAILBOX = 'Mailbox'

export type MailboxRole = 'inbox' | 'drafts' | 'sent' | 'archive' | 'junk' | 'trash'
export type MailboxRecord = {
  readonly name: string
  readonly role: MailboxRole
  readonly sortOrder: number
  /** Of its UIDs (uids.ts); a mailbox of an earlier version has none until the first is given out. */
  readonly uidValidity?: number
}

/** The ids are part of stored data; roles may be added, never renumbered. */
const MAILBOXES: readonly { readonly id: Id; readonly record: MailboxRecord }[] = [
  mailbox(1, 'Inbox', 'inbox'),
  mailbox(2, 'Drafts', 'drafts'),
  mailbox(3, 'Sent', 'sent'),
  mailbox(4, 'Archive', 'archive'),
  mailbox(5, 'Junk', 'junk'),
  mailbox(6, 'Trash', 'trash'),
]
export const INBOX_ID = idOf('inbox')

/** The mailboxes from which mail goes by itself in the end. */
export const DISCARD_IDS: readonly Id[] = [idOf('trash'), idOf('junk')]

export function idOf(role: MailboxRole): Id {
  return MAILBOXES.find(({ record }) => record.role === role)?.id ?? ''
}

/** Creates what is missing; a repeat, here or on another node, changes nothing. */
export async function ensureMailboxes({ documents }: DomainTx, accountId: Id, nowMs: number): Promise<void> {
  if (await documents.modseq(accountId, MAILBOX) > 0) return
  const uidValidity = newUidValidity(nowMs)
  for (const { id, record } of MAILBOXES) await documents.put(accountId, MAILBOX, id, { ...record, uidValidity }, [])
}

/** Greater than all `former` ones, and than those of an account that had the same name before (RFC 9051 §2.3.1.1). */
export function newUidValidity(nowMs: number, former: readonly number[] = []): number {
  return Math.max(Math.floor(nowMs / 1_000), ...former.map(uidValidity => uidValidity + 1))
}

function mailbox(order: number, name: string, role: MailboxRole): { readonly id: Id; readonly record: MailboxRecord } {
  return { id: String(order).padStart(13, '0'), record: { name, role, sortOrder: order } }
}
