/** Removes all data of a destroyed account, in parts that each may be the last one for now. README.md beside this file. */
import type { Id } from '../../base/ids.ts'
import { accountMayHaveData, forgetAccount } from '../../registry/objects/account-archive.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { removeArchiveOf } from '../archive/archive.ts'
import { SEARCH_LANGUAGES } from '../indexing/indexing.ts'
import { EMAIL } from '../mailstore/mailstore.ts'
import type { EmailRecord } from '../mailstore/mailstore.ts'
import type { DomainStore, DomainTx } from '../ports.ts'
import { lessonsPrefixOf } from '../spam/lessons.ts'
import { removeSamplesOf } from '../spam/samples.ts'
import { uploadsPrefixOf } from '../upload/uploads.ts'

/** Of one transaction: others write in between, and memory does not grow with the account. */
const EMAILS_AT_ONCE_MAX = 200
const ROWS_AT_ONCE_MAX = 1_000

export type RemovalTx = DomainTx & RegistryTx

/** The tasks of an account, as their queue sees them. */
export interface AccountTasks<Tx> {
  /** Removes at most `limit` that wait, and asks those that run to stop; `except` is left alone. */
  clear(tx: Tx, accountId: Id, except: Id, limit: number): Promise<{ readonly removed: number; readonly running: number }>
}

export class AccountRemoval<Tx extends RemovalTx = RemovalTx> {
  readonly #store: DomainStore<Tx>
  readonly #tasks: AccountTasks<Tx>

  constructor({ store, tasks }: { readonly store: DomainStore<Tx>; readonly tasks: AccountTasks<Tx> }) {
    this.#store = store
    this.#tasks = tasks
  }

  /**
   * From here on there is no way back, and nothing new is written for the account. A repeat goes on. Returns how many
   * messages there are to remove; null: the account is there, and nothing may be removed.
   */
  begin(accountId: Id): Promise<number | null> {
    return this.#store.transact(async tx => {
      const isEmpty = (await tx.documents.collections(accountId)).length === 0
      // Waits for the writers that are under way; those that come later find the account gone.
      for (const collection of [EMAIL, SEARCH_LANGUAGES]) await tx.documents.lock(accountId, collection)
      await forgetAccount(tx, accountId)
      // Who slept until another had done all of it would leave the counters behind that its locks are made of.
      if (isEmpty) for (const collection of [EMAIL, SEARCH_LANGUAGES]) await tx.documents.forget(accountId, collection, ROWS_AT_ONCE_MAX)
      return await accountMayHaveData(tx, accountId) ? null : tx.documents.count(accountId, EMAIL, 'all', '')
    })
  }

  /** Removes the account's other tasks; returns how many of them still run. */
  async stopTasks(accountId: Id, ownTask: Id): Promise<number> {
    for (;;) {
      const { removed, running } = await this.#store.transact(tx =>
        this.#tasks.clear(tx, accountId, ownTask, ROWS_AT_ONCE_MAX))
      if (removed === 0) return running
    }
  }

  /** Yields after each transaction how many messages it removed; whoever stops asking may start again at any time. */
  async * remove(accountId: Id): AsyncGenerator<number, void, undefined> {
    for await (const _ of this.#parts(tx => removeArchiveOf(tx, accountId, EMAILS_AT_ONCE_MAX), EMAILS_AT_ONCE_MAX)) yield 0
    for await (const _ of this.#parts(tx => removeSamplesOf(tx, accountId, EMAILS_AT_ONCE_MAX), EMAILS_AT_ONCE_MAX)) yield 0
    yield* this.#parts(tx => this.#removeEmails(tx, accountId), EMAILS_AT_ONCE_MAX)
    for await (const _ of this.#parts(tx => tx.blobs.disown(accountId, EMAILS_AT_ONCE_MAX), EMAILS_AT_ONCE_MAX)) yield 0
    for (const collection of await this.#collections(accountId)) {
      for await (const _ of this.#parts(tx => eraseSome(tx, accountId, collection), ROWS_AT_ONCE_MAX)) yield 0
    }
    await this.#store.transact(tx => tx.usage.remove(accountId))
    yield 0
    for (const prefix of [uploadsPrefixOf(accountId), lessonsPrefixOf(accountId)]) {
      for await (const _ of this.#parts(tx => tx.keys.removePrefix(prefix, ROWS_AT_ONCE_MAX), ROWS_AT_ONCE_MAX)) yield 0
    }
    for await (const _ of this.#parts(tx => tx.search.purge(accountId, ROWS_AT_ONCE_MAX), ROWS_AT_ONCE_MAX)) yield 0
    for (const collection of await this.#collections(accountId)) {
      const forgetSome = (tx: Tx): Promise<number> => tx.documents.forget(accountId, collection, ROWS_AT_ONCE_MAX)
      for await (const _ of this.#parts(forgetSome, ROWS_AT_ONCE_MAX)) yield 0
    }
  }

  /** Works in transactions until one does less than it could. */
  async * #parts(work: (tx: Tx) => Promise<number>, fullCount: number): AsyncGenerator<number, void, undefined> {
    for (let count = fullCount; count === fullCount;) {
      count = await this.#store.transact(work)
      yield count
    }
  }

  async #removeEmails(tx: Tx, accountId: Id): Promise<number> {
    const ids = await tx.documents.list(accountId, EMAIL, EMAILS_AT_ONCE_MAX)
    const links = (await tx.documents.get(accountId, EMAIL, ids))
      .map(({ id, body }) => ({ id, hash: (body as EmailRecord).blobId }))
    await tx.blobs.release(accountId, EMAIL, links)
    await tx.search.remove(ids.map(id => ({ accountId, collection: EMAIL, id })))
    await tx.documents.erase(accountId, EMAIL, ids)
    return ids.length
  }

  #collections(accountId: Id): Promise<string[]> {
    return this.#store.read(tx => tx.documents.collections(accountId))
  }
}

async function eraseSome({ documents }: DomainTx, accountId: Id, collection: string): Promise<number> {
  const ids = await documents.list(accountId, collection, ROWS_AT_ONCE_MAX)
  await documents.erase(accountId, collection, ids)
  return ids.length
}
