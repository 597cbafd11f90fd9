import { after, before } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import { queueContract } from './queue-contract.ts'

let store: Awaited<ReturnType<typeof openMemoryStore>>
before(async () => { store = await openMemoryStore({ clock: systemClock }) })
after(() => store.close())

queueContract(() => store)
