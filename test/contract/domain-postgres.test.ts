import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
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

  test('transactions that share a collection do not wait for each other', async () => {
    const account = idSource(14, systemClock).next()
    await store.transact(tx => tx.documents.put(account, 'email', account, {}, []))
    const inside = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const both = Promise.all(inside.map(({ promise }) => promise))
    const shared = inside.map(({ resolve }) => store.transact(async tx => {
      await tx.documents.share(account, 'email')
      resolve()
      await both
    }))
    assert.equal((await Promise.all(shared)).length, 2)
  })
})
