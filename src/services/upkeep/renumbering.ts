/** Gives every message of an account new UIDs. README.md beside this file. */
import type { Id } from '../../base/ids.ts'
import { EMAIL, MAILBOX } from '../mailstore/mailstore.ts'
import type { MailAccount, MailStore } from '../mailstore/mailstore.ts'
import type { DomainStore, DomainTx } from '../ports.ts'

/** One document an account: how far it is. */
const RENUMBERING = 'ImapRenumbering'
const STATE_ID = '1'.padStart(13, '0')
/** Of one transaction, for which a delivery to the account waits. */
const EMAILS_AT_ONCE_MAX = 100
const MAILBOXES_MAX = 1_000
/** So many tasks later nobody is still asleep who took part. */
const TASKS_MAX = 16

/** `done` and `total` count a message once in each of its mailboxes. */
export type Renumbered = { readonly done: number; readonly total: number }
/**
 * `mailboxIds`: those that are left; of the first, what comes after `after`. `taskId` took part last, `earlier` before it, the
 * newest first; an earlier version has stored none. Ids do not tell which task came first: each node draws them by its own clock.
 */
type State = Renumbered & {
  readonly taskId: Id
  readonly earlier?: readonly Id[]
  readonly isDone: boolean
  readonly mailboxIds: readonly Id[]
  readonly after: { readonly sort: number; readonly id: Id } | null
}

export class Renumbering<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: MailStore<Tx>

  constructor({ store, mailStore }: { readonly store: DomainStore<Tx>; readonly mailStore: MailStore<Tx> }) {
    this.#store = store
    this.#mailStore = mailStore
  }

  /**
   * `told` hears after each transaction how far it is, and may throw to stop: the same task goes on there, or a later one.
   * Returns how many it were. Throws mail/account-gone.
   */
  async account(accountId: Id, taskId: Id, told: (step: Renumbered) => Promise<void>): Promise<number> {
    for (;;) {
      const { done, total, isDone } = await this.#step(accountId, taskId)
      await told({ done, total })
      if (isDone) return done
    }
  }

  #step(accountId: Id, taskId: Id): Promise<State> {
    return this.#store.transact(tx => this.#mailStore.update(tx, accountId, async account => {
      const [stored] = await tx.documents.get(accountId, RENUMBERING, [STATE_ID])
      const state = stored?.body as State | undefined
      const tookPart = state ? [state.taskId, ...state.earlier ?? []] : []
      // Done by this task, or, when this one was asleep, by a later one.
      if (state?.isDone && tookPart.includes(taskId)) return state
      const next = !state || state.isDone ? await begin(tx, accountId, account) : await this.#goOn(tx, accountId, account, state)
      const body = { ...next, taskId, earlier: tookPart.filter(id => id !== taskId).slice(0, TASKS_MAX) }
      await tx.documents.put(accountId, RENUMBERING, STATE_ID, body, [])
      return body
    }))
  }

  async #goOn(tx: Tx, accountId: Id, account: MailAccount, state: State): Promise<Omit<State, 'taskId' | 'earlier'>> {
    const [mailboxId, ...others] = state.mailboxIds
    if (mailboxId === undefined) return { ...state, isDone: true }
    const { after } = state
    const page = { name: 'mailbox', value: mailboxId, ascending: true, limit: EMAILS_AT_ONCE_MAX, ...(after ? { after } : {}) }
    const hits = await tx.documents.scan(accountId, EMAIL, page)
    await account.renumber(mailboxId, await this.#mailStore.emails(tx, accountId, hits.map(({ id }) => id)))
    const done = state.done + hits.length
    const isLast = hits.length < EMAILS_AT_ONCE_MAX
    return isLast ? { ...state, done, mailboxIds: others, after: null, isDone: others.length === 0 } : { ...state, done, after: hits.at(-1) ?? null }
  }
}

async function begin(tx: DomainTx, accountId: Id, account: MailAccount): Promise<Omit<State, 'taskId' | 'earlier'>> {
  const mailboxIds = await tx.documents.list(accountId, MAILBOX, MAILBOXES_MAX)
  await account.voidUids(mailboxIds)
  let total = 0
  for (const mailboxId of mailboxIds) total += await tx.documents.count(accountId, EMAIL, 'mailbox', mailboxId)
  return { done: 0, total, isDone: mailboxIds.length === 0, mailboxIds, after: null }
}
