/** A conversation: its messages and, for each, what the counts of a mailbox need to know. */
import type { Id } from '../../base/ids.ts'
import type { DocumentIndex } from '../ports.ts'
import { isUnread } from './email.ts'
import type { EmailRecord } from './email.ts'

export const THREAD = 'Thread'
/** A fuller thread takes no more: the conversation goes on in another, and the two stay apart. */
export const THREAD_EMAILS_MAX = 500

export type ThreadMember = { readonly receivedAt: number; readonly unread: boolean; readonly mailboxIds: readonly Id[] }
export type ThreadRecord = { readonly emails: Readonly<Record<Id, ThreadMember>> }

export const EMPTY_THREAD: ThreadRecord = { emails: {} }

export function withMember({ emails }: ThreadRecord, id: Id, record: EmailRecord): ThreadRecord {
  const member = { receivedAt: record.receivedAt, unread: isUnread(record), mailboxIds: Object.keys(record.mailboxIds) }
  return { emails: { ...emails, [id]: member } }
}

export function withoutMember({ emails }: ThreadRecord, id: Id): ThreadRecord {
  return { emails: Object.fromEntries(Object.entries(emails).filter(([other]) => other !== id)) }
}

/** Of threads of these sizes the first two that fit into one, the larger first; null: none. The sizes need no order. */
export function joinable(sizes: readonly number[]): readonly [number, number] | null {
  for (const [one, size] of sizes.entries()) {
    const other = sizes.findIndex((each, index) => index > one && each + size <= THREAD_EMAILS_MAX)
    if (other >= 0) return [one, other]
  }
  return null
}

/** Oldest first (RFC 8621 §3). */
export function membersOf({ emails }: ThreadRecord): Id[] {
  return Object.entries(emails)
    .toSorted(([leftId, left], [rightId, right]) => left.receivedAt - right.receivedAt || (leftId < rightId ? -1 : 1))
    .map(([id]) => id)
}

/** A thread is in every mailbox of its messages, and unread in all of them while one message is (RFC 8621 §2). */
export function threadIndex({ emails }: ThreadRecord): DocumentIndex[] {
  const members = Object.values(emails)
  const sort = Math.max(...members.map(member => member.receivedAt))
  const mailboxIds = [...new Set(members.flatMap(member => member.mailboxIds))]
  const unread = members.some(member => member.unread)
  const names = unread ? ['mailbox', 'unread'] : ['mailbox']
  return names.flatMap(name => mailboxIds.map(value => ({ name, value, sort })))
}
