import { after, before, describe } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { domainContract } from './domain-contract.ts'
import { searchAgreement } from './search-agreement.ts'

describe('on PostgreSQL', { skip: postgresMissing() }, () => {
  let store: Store
  before(async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  })
  after(async () => {
    await store.close()
    await stopSharedPostgres()
  })

  domainContract(() => store)
  searchAgreement(() => store)
})
