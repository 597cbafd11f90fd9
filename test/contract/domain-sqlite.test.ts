import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { domainContract } from './domain-contract.ts'
import { searchAgreement } from './search-agreement.ts'

let store: Store
let dataDir: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rota-domain-'))
  store = await openSqliteStore({ dataDir, clock: systemClock })
})
after(async () => {
  await store.close()
  await rm(dataDir, { recursive: true })
})

domainContract(() => store)
searchAgreement(() => store)
