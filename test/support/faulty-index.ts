/** A store whose search index refuses to take anything while `broken` says so: IndexDocument tasks then fail. */
import type { Store, Tx } from '../../src/store/store.ts'

export function withFaultyIndex(store: Store, broken: () => boolean): Store {
  const faulty = (tx: Tx): Tx => ({ ...tx, search: { ...tx.search, put: async documents => {
    if (broken()) throw new Error('the index is broken')
    return tx.search.put(documents)
  } } })
  return { ...store, transact: work => store.transact(tx => work(faulty(tx))) }
}
