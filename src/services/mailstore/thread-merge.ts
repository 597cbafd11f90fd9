/** What MergeThreads does, one transaction at a time: join-threads.ts says what is done in each. */
import type { Id } from '../../base/ids.ts'
import type { DomainStore, DomainTx } from '../ports.ts'
import type { MergeStep } from './join-threads.ts'
import type { MailStore } from './mailstore.ts'

export class ThreadMerge<Tx extends DomainTx = DomainTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: MailStore<Tx>

  constructor({ store, mailStore }: { readonly store: DomainStore<Tx>; readonly mailStore: MailStore<Tx> }) {
    this.#store = store
    this.#mailStore = mailStore
  }

  /** One transaction. Throws mail/account-gone. */
  step(accountId: Id, keys: readonly string[]): Promise<MergeStep> {
    return this.#store.transact(tx => this.#mailStore.update(tx, accountId, account => account.joinThreads(keys)))
  }
}
