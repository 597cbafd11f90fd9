/** Everything in memory: the reference for the other two, and the store of simulations and unit tests. */
import type { Clock } from '../../base/clock.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { DomainTx } from '../../services/ports.ts'
import { LocalWakeups } from '../local-wakeups.ts'
import { memoryBlobs } from './blobs.ts'
import { MemoryDatabase } from './database.ts'
import type { MemoryContext } from './database.ts'
import { memoryDocuments } from './documents.ts'
import { memoryKeys } from './keys.ts'
import { memoryObjects } from './objects.ts'
import { memorySearch } from './search.ts'

export async function openMemoryStore(options: { readonly clock: Clock }) {
  const wakeups = new LocalWakeups()
  const database = new MemoryDatabase(options.clock, wakeups)
  return {
    kind: 'memory' as const,
    wakeups,
    now: () => Promise.resolve(options.clock.now()),
    transact: <T>(work: (tx: OpenTx) => Promise<T>) => database.transact(context => work(tables(context))),
    read: <T>(work: (tx: OpenTx) => Promise<T>) => database.read(context => work(tables(context))),
    ping: () => Promise.resolve(),
    close: () => database.idle(),
  }
}
type OpenTx = RegistryTx & DomainTx

function tables(context: MemoryContext): OpenTx {
  return {
    objects: memoryObjects(context),
    keys: memoryKeys(context),
    documents: memoryDocuments(context),
    blobs: memoryBlobs(context),
    search: memorySearch(context),
  }
}
