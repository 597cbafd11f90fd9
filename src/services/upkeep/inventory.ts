/** What there is, a page at a time in the order of ids. */
import type { Id } from '../../base/ids.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { EMAIL } from '../mailstore/mailstore.ts'
import type { DomainStore, DomainTx } from '../ports.ts'

export type UpkeepTx = DomainTx & RegistryTx

export class Inventory<Tx extends UpkeepTx = UpkeepTx> {
  readonly #store: DomainStore<Tx>

  constructor(store: DomainStore<Tx>) {
    this.#store = store
  }

  accounts(after: Id, limit: number): Promise<Id[]> { return this.#objects('Account', after, limit) }
  tenants(after: Id, limit: number): Promise<Id[]> { return this.#objects('Tenant', after, limit) }

  count(object: 'Account' | 'Tenant'): Promise<number> {
    return this.#store.read(tx => tx.objects.count(object, []))
  }

  /** After '' from the first on. */
  emails(accountId: Id, after: Id, limit: number): Promise<Id[]> {
    return this.#store.read(tx => tx.documents.list(accountId, EMAIL, limit, ...(after === '' ? [] : [after])))
  }

  traces(after: Id, limit: number): Promise<Id[]> {
    const from = after === '' ? {} : { afterId: after }
    return this.#store.read(tx => tx.traces.query({}, { ascending: true, limit, ...from }))
  }

  traceCount(): Promise<number> {
    return this.#store.read(tx => tx.traces.count({}))
  }

  emailCount(accountId: Id): Promise<number> {
    return this.#store.read(tx => tx.documents.count(accountId, EMAIL, 'all', ''))
  }

  #objects(object: string, after: Id, limit: number): Promise<Id[]> {
    const from = after === '' ? {} : { afterId: after }
    return this.#store.read(tx => tx.objects.query(object, { where: [], ascending: true, limit, ...from }))
  }
}
