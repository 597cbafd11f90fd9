import { after, before } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store } from '../../src/store/store.ts'
import { domainContract } from './domain-contract.ts'

let store: Store
before(async () => { store = await openMemoryStore({ clock: systemClock }) })
after(() => store.close())

domainContract(() => store)
