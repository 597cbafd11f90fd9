/** A node that is told to stop before it works. On PostgreSQL, where a former life of its name is waited for. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { NodeProcess } from '../support/node-process.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

/** Longer than the test may take. */
const FORMER_LIFE_MS = 600_000

after(() => stopSharedPostgres())

test('SIGTERM while a former life of its name is waited for: the node ends with 0', { skip: postgresMissing(), timeout: 60_000 }, async () => {
  const url = await (await sharedPostgres()).freshDatabase()
  const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  try {
    const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
    const incarnation = idSource(5, systemClock).next()
    await store.leases.join({ incarnation, hostname: 'test-node', version: 'test', state }, FORMER_LIFE_MS)
    await using node = await NodeProcess.launch({ variables: { DATABASE_URL: url } })
    await node.says('waiting to see whether it lives')
    assert.deepEqual(await node.stop(), { code: 0, signal: null })
    assert.equal(node.stderr, '')
    assert.deepEqual((await store.leases.view()).nodes.map(row => row.incarnation), [incarnation], 'it has not joined')
  } finally {
    await store.close()
  }
})
