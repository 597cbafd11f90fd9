/** Everything in memory: the reference for the other two, and the store of simulations and unit tests. */
import type { Clock } from '../../base/clock.ts'
import type { Tx } from '../store.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { MemoryDatabase } from './database.ts'
import type { MemoryContext } from './database.ts'

export async function openMemoryStore(options: { readonly clock: Clock }) {
  const wakeups = new LocalWakeups()
  const database = new MemoryDatabase(options.clock, wakeups)
  return {
    kind: 'memory' as const,
    wakeups,
    now: () => Promise.resolve(options.clock.now()),
    transact: <T>(work: (tx: QueueTx) => Promise<T>) => database.transact(context => work(tables(context))),
    read: <T>(work: (tx: QueueTx) => Promise<T>) => database.read(context => work(tables(context))),
    ping: () => Promise.resolve(),
    close: () => database.idle(),
  }
}
type QueueTx = Pick<Tx, never>

function tables(_context: MemoryContext): QueueTx {
  return {}
}
