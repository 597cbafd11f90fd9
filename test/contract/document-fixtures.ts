/** What the suites of documents do with a store again and again, all of it in one collection unless it says otherwise. */
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { DocumentIndex, DocumentScan, StoredDocument } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'

export const ids = idSource(13, systemClock)
export const COLLECTION = 'email'

export interface DocumentCalls {
  put(account: Id, id: Id, index?: readonly DocumentIndex[], body?: JsonObject, collection?: string): Promise<number>
  get(account: Id, ...wanted: Id[]): Promise<StoredDocument[]>
  remove(account: Id, ...gone: Id[]): Promise<Id[]>
  count(account: Id, name: string, value: string): Promise<number>
  /** Ascending, and of the box `in`, unless `part` says otherwise. */
  hits(account: Id, part?: Partial<DocumentScan>): Promise<{ id: Id; sort: number }[]>
  /** The ids of the hits. */
  scan(account: Id, part?: Partial<DocumentScan>): Promise<Id[]>
}

export function documentCalls(store: () => Store): DocumentCalls {
  const hits: DocumentCalls['hits'] = (account, part = {}) => {
    const scan = { name: 'box', value: 'in', ascending: true, limit: 100, ...part }
    return store().read(tx => tx.documents.scan(account, COLLECTION, scan))
  }
  return {
    hits,
    scan: async (account, part) => (await hits(account, part)).map(({ id }) => id),
    put: (account, id, index = [], body = {}, collection = COLLECTION) => store().transact(tx => tx.documents.put(account, collection, id, body, index)),
    get: (account, ...wanted) => store().read(tx => tx.documents.get(account, COLLECTION, wanted)),
    remove: async (account, ...gone) => [...await store().transact(tx => tx.documents.remove(account, COLLECTION, gone))],
    count: (account, name, value) => store().read(tx => tx.documents.count(account, COLLECTION, name, value)),
  }
}

/** 1, 2, … count. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => nth + 1)
}
