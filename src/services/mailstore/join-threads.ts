/**
 * Joins threads that a late message has shown to be one conversation (RFC 8621 §3), one thread a transaction. Each
 * transaction looks anew, under the lock of the account, at all messages that the keys lead to; so nothing has to be
 * remembered between two of them, deliveries in between are seen, and a repeat finds nothing to do.
 *
 * | found | done |
 * |---|---|
 * | messages in one thread | the end |
 * | messages in several threads | of those that fit into one, the smaller joins the larger (of two alike the younger the older) |
 * | threads that are too full for any other | they stay apart: THREAD_EMAILS_MAX |
 * | a message that stands in the index under a key that is not its own | its index rows are written anew, and it counts for nothing else |
 * | a message that its thread does not list | it is listed: the message is the truth |
 * | a member that is gone, or names another thread | it is not listed any more |
 *
 * A thread that joins another has at most half of THREAD_EMAILS_MAX messages, so a transaction is bounded without being
 * cut, and nobody ever sees half of a thread.
 */
import type { Id } from '../../base/ids.ts'
import type { DomainTx } from '../ports.ts'
import { sizeOf } from './account-threads.ts'
import type { AccountThreads } from './account-threads.ts'
import { EMAIL, threadKeys } from './email.ts'
import type { EmailRecord } from './email.ts'
import { EMPTY_THREAD, joinable, THREAD_EMAILS_MAX } from './thread.ts'
import type { ThreadRecord } from './thread.ts'

/** `joined`: one thread less, and there may be more to join. `apart`: as many threads as are left; 0 or 1: none or the one. */
export type MergeStep = { readonly kind: 'joined' } | { readonly kind: 'ended'; readonly apart: number }

/** Looked at under one key, oldest first: more than fit into one thread. */
const RELATIVES_MAX = THREAD_EMAILS_MAX + 1
const EMAILS_AT_ONCE_MAX = 100

/** What joining needs of an account that is locked. */
export interface LockedAccount {
  readonly documents: DomainTx['documents']
  readonly accountId: Id
  readonly threads: AccountThreads
  /** Writes the document and its index rows, and lists it in its thread. */
  readonly put: (id: Id, record: EmailRecord) => Promise<void>
}

export async function joinThreads(account: LockedAccount, keys: readonly string[]): Promise<MergeStep> {
  const found = await threadsUnder(account, keys)
  const pair = joinable(found.map(({ thread }) => sizeOf(thread)))
  const [into, from] = [found[pair?.[0] ?? -1], found[pair?.[1] ?? -1]]
  if (!into || !from) return { kind: 'ended', apart: found.length }
  for (const { id, record } of await readEmails(account, Object.keys(from.thread.emails))) {
    if (record.threadId === from.id) await account.put(id, { ...record, threadId: into.id })
  }
  account.threads.set(from.id, EMPTY_THREAD)
  return { kind: 'joined' }
}

interface Found { readonly id: Id; readonly thread: ThreadRecord }

/** The threads of all messages under the keys, the most members first, then the oldest. */
async function threadsUnder(account: LockedAccount, keys: readonly string[]): Promise<Found[]> {
  const { documents, accountId, threads } = account
  const under = new Map<Id, string[]>()
  for (const value of new Set(keys)) {
    for (const { id } of await documents.scan(accountId, EMAIL, { name: 'thread', value, ascending: true, limit: RELATIVES_MAX })) {
      under.set(id, [...under.get(id) ?? [], value])
    }
  }
  const threadIds = new Set<Id>()
  for (const { id, record } of await readEmails(account, [...under.keys()])) {
    const own = threadKeys(record)
    const strays = (under.get(id) ?? []).filter(key => !own.includes(key))
    const listed = Object.hasOwn((await threads.get(record.threadId)).emails, id)
    if (strays.length > 0 || !listed) await account.put(id, record)
    if (strays.length < (under.get(id)?.length ?? 0)) threadIds.add(record.threadId)
  }
  const found: Found[] = []
  for (const id of threadIds) found.push({ id, thread: await threads.get(id) })
  return found.toSorted(bySizeThenAge)
}

async function readEmails({ documents, accountId }: LockedAccount, ids: readonly Id[]): Promise<{ id: Id; record: EmailRecord }[]> {
  const emails: { id: Id; record: EmailRecord }[] = []
  for (let start = 0; start < ids.length; start += EMAILS_AT_ONCE_MAX) {
    const read = await documents.get(accountId, EMAIL, ids.slice(start, start + EMAILS_AT_ONCE_MAX))
    emails.push(...read.map(({ id, body }) => ({ id, record: body as EmailRecord })))
  }
  return emails
}

function bySizeThenAge(left: Found, right: Found): number {
  const age = ({ thread }: Found): number => Math.min(...Object.values(thread.emails).map(({ receivedAt }) => receivedAt))
  return sizeOf(right.thread) - sizeOf(left.thread) || age(left) - age(right) || (left.id < right.id ? -1 : 1)
}
