/**
 * A change that is only tried: `/set` does with it all that it does with any, up to the end of the transaction, which is then
 * taken back. So what is refused here would be refused there, for the same reason, and nothing of it is ever seen elsewhere.
 */
import type { Transactions } from './environment.ts'

export interface Trial<Tx, Seen> {
  /** For the environment of the verb. Of one change: what it finds before and what it leaves is looked at. */
  readonly store: Transactions<Tx>
  /** Null: it wrote nothing, because it was refused or changes nothing. */
  seen(): { readonly before: Seen; readonly after: Seen } | null
}

export function trialOf<Tx, Seen>(store: Transactions<Tx>, look: (tx: Tx) => Promise<Seen>): Trial<Tx, Seen> {
  let seen: { readonly before: Seen; readonly after: Seen } | null = null
  return {
    seen: () => seen,
    store: {
      read: work => store.read(work),
      async transact<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
        const taken = new TakenBack<T>()
        try {
          await store.transact(async tx => {
            const before = await look(tx)
            taken.result = { value: await work(tx) }
            seen = { before, after: await look(tx) }
            throw taken
          })
        } catch (error) {
          if (error !== taken) throw error
        }
        if (taken.result === null) throw taken
        return taken.result.value
      },
    },
  }
}

class TakenBack<T> extends Error {
  override readonly name = 'TakenBack'
  result: { readonly value: T } | null = null
}
