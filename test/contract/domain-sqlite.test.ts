import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
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

test('a document whose words are as they were is not written to the index again', async () => {
  const index = (word: string) => store.transact(tx => tx.search.put([
    { accountId: 'a', collection: 'email', id: 'a', fields: { subject: [word], from: [], to: [], cc: [], body: [] } },
  ]))
  const database = new DatabaseSync(join(dataDir, 'rota.db'), { readOnly: true })
  /** Another one after each transaction of others that wrote something. */
  const commit = () => database.prepare('pragma data_version').get()?.['data_version']
  try {
    await index('one')
    const written = commit()
    await index('one')
    assert.equal(commit(), written)
    await index('two')
    assert.notEqual(commit(), written)
  } finally {
    database.close()
  }
})

domainContract(() => store)
searchAgreement(() => store)
