/** A store whose search index refuses mail while `broken` says so: IndexDocument tasks then fail, those of traces do not. */
import { EMAIL } from '../../src/services/mailstore/mailstore.ts'
import type { Store, Tx } from '../../src/store/store.ts'

export function withFaultyIndex(store: Store, broken: () => boolean): Store {
  const faulty = (tx: Tx): Tx => ({ ...tx, search: { ...tx.search, put: async documents => {
    if (broken() && documents.some(({ collection }) => collection === EMAIL)) throw new Error('the index is broken')
    return tx.search.put(documents)
  } } })
  return { ...store, transact: work => store.transact(tx => work(faulty(tx))) }
}
