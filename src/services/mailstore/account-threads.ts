/** The threads of one account inside one transaction that has its lock: where a message belongs, and what each thread holds at the end. */
import type { Id, IdSource } from '../../base/ids.ts'
import type { DomainTx } from '../ports.ts'
import { EMAIL, threadKeys } from './email.ts'
import type { Email, EmailRecord, EmailSummary } from './email.ts'
import { EMPTY_THREAD, joinable, THREAD, THREAD_EMAILS_MAX, threadIndex, withMember, withoutMember } from './thread.ts'
import type { ThreadRecord } from './thread.ts'

/** `ties`: the message shows that several threads are one conversation, and there is room to join some of them. */
export interface Place { readonly threadId: Id; readonly ties: boolean }

export class AccountThreads {
  readonly #tx: DomainTx
  readonly #accountId: Id
  readonly #ids: IdSource
  readonly #known = new Map<Id, ThreadRecord>()
  readonly #changed = new Set<Id>()

  constructor(tx: DomainTx, accountId: Id, ids: IdSource) {
    this.#tx = tx
    this.#accountId = accountId
    this.#ids = ids
  }

  /** The thread of the nearest relative whose thread has room, or a new one. */
  async placeOf(summary: EmailSummary): Promise<Place> {
    const threadIds = await this.#threadsOf(threadKeys(summary))
    const sizes = new Map<Id, number>()
    for (const threadId of threadIds) sizes.set(threadId, sizeOf(await this.get(threadId)))
    const threadId = threadIds.find(each => (sizes.get(each) ?? 0) < THREAD_EMAILS_MAX) ?? this.#ids.next()
    sizes.set(threadId, (sizes.get(threadId) ?? 0) + 1)
    return { threadId, ties: joinable([...sizes.values()]) !== null }
  }

  async get(id: Id): Promise<ThreadRecord> {
    const known = this.#known.get(id)
    if (known) return known
    const [stored] = await this.#tx.documents.get(this.#accountId, THREAD, [id])
    const thread = stored ? stored.body as ThreadRecord : EMPTY_THREAD
    this.#known.set(id, thread)
    return thread
  }

  /** The message is a member of the thread that its record names, as it stands there. */
  async keep(id: Id, record: EmailRecord): Promise<void> {
    this.set(record.threadId, withMember(await this.get(record.threadId), id, record))
  }

  /** These messages are members of no thread any more. */
  async drop(emails: readonly Email[]): Promise<void> {
    const unknown = new Set(emails.map(({ record }) => record.threadId).filter(threadId => !this.#known.has(threadId)))
    for (const { id, body } of await this.#tx.documents.get(this.#accountId, THREAD, [...unknown])) this.#known.set(id, body as ThreadRecord)
    for (const { id, record } of emails) this.set(record.threadId, withoutMember(await this.get(record.threadId), id))
  }

  set(id: Id, thread: ThreadRecord): void {
    this.#known.set(id, thread)
    this.#changed.add(id)
  }

  /** Writes what has changed; a thread without messages goes. */
  async flush(): Promise<void> {
    const { documents } = this.#tx
    const empty: Id[] = []
    for (const id of this.#changed) {
      const thread = await this.get(id)
      if (sizeOf(thread) === 0) empty.push(id)
      else await documents.put(this.#accountId, THREAD, id, thread, threadIndex(thread))
    }
    if (empty.length > 0) await documents.remove(this.#accountId, THREAD, empty)
    this.#changed.clear()
  }

  /** Of the oldest message under each key, in the order of the keys. Newer ones are in the same threads, or a task is about to join them. */
  async #threadsOf(keys: readonly string[]): Promise<Id[]> {
    const { documents } = this.#tx
    const first = await documents.first(this.#accountId, EMAIL, 'thread', keys)
    const ids = [...new Set(keys.flatMap(key => first.get(key) ?? []))]
    const emails = ids.length === 0 ? [] : await documents.get(this.#accountId, EMAIL, ids)
    return [...new Set(emails.map(({ body }) => (body as EmailRecord).threadId))]
  }
}

export function sizeOf({ emails }: ThreadRecord): number {
  return Object.keys(emails).length
}
