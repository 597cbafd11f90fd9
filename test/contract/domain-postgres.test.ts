import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
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
  let url: string
  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  })
  after(async () => {
    await store.close()
    await stopSharedPostgres()
  })

  domainContract(() => store)
  searchAgreement(() => store)

  test('a document whose words are as they were is not written to the index again', async () => {
    const account = idSource(15, systemClock).next()
    const index = (word: string) => store.transact(tx => tx.search.put([
      { accountId: account, collection: 'email', id: account, fields: { subject: [word], from: [], to: [], cc: [], body: [] } },
    ]))
    const place = async (): Promise<unknown> => {
      const { rows } = await client.query('select ctid from search_document where account_id = $1', [account])
      return rows
    }
    const client = new pg.Client(url)
    await client.connect()
    try {
      await index('one')
      const written = await place()
      await index('one')
      assert.deepEqual(await place(), written)
      await index('two')
      assert.notDeepEqual(await place(), written)
    } finally {
      await client.end()
    }
  })

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
