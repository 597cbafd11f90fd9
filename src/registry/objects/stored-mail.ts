/** What the registry needs to know of stored mail. */
import type { Id } from '../../base/ids.ts'

export interface StoredMail<Tx> {
  /** Bytes that accounts, or all accounts of tenants, store; those that store nothing may be left out. */
  usedBytes(tx: Tx, ids: readonly Id[]): Promise<ReadonlyMap<Id, number>>
  /**
   * What the account stores counts for this tenant from now on, null: for none. Returns what the tenant stores then; nobody
   * else changes that before the transaction ends.
   */
  countFor(tx: Tx, accountId: Id, tenantId: Id | null): Promise<number>
}

/** For who only wants to know what objects there are. */
export const NO_MAIL: StoredMail<unknown> = {
  usedBytes: () => Promise.resolve(new Map()),
  countFor: () => Promise.resolve(0),
}
