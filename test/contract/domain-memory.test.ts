import { after, before } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import { blobTableContract } from './blob-table.ts'
import { documentTableContract } from './document-table.ts'
import type { DomainStore } from './domain-store.ts'
import { domainTransactionContract } from './domain-transaction.ts'
import { keyValueTableContract } from './key-value-table.ts'
import { objectTableContract } from './object-table.ts'
import { searchTableContract } from './search-table.ts'

let store: DomainStore
before(async () => { store = await openMemoryStore({ clock: systemClock }) })
after(() => store.close())

objectTableContract(() => store)
keyValueTableContract(() => store)
documentTableContract(() => store)
blobTableContract(() => store)
searchTableContract(() => store)
domainTransactionContract(() => store)
