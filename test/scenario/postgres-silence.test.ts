import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { hasCode } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import type { Store } from '../../src/store/store.ts'
import { aNode, IDLE } from '../contract/queue-fixtures.ts'
import { postgresMissing, startPostgres } from '../support/postgres.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { silentProxy } from '../support/silent-proxy.ts'
import type { SilentProxy } from '../support/silent-proxy.ts'

/** As many as the queue pool has connections. */
const AT_ONCE = 4

describe('a PostgreSQL that falls silent without a word', { skip: postgresMissing() }, () => {
  let server: PostgresServer
  let proxy: SilentProxy
  let store: Store
  before(async () => {
    server = await startPostgres()
    const url = new URL(await server.freshDatabase())
    proxy = await silentProxy(Number(url.port))
    url.port = String(proxy.port)
    store = await openPostgresStore({ url: url.href, clock: systemClock, log: silentLog })
  })
  after(async () => {
    await proxy.stop()
    await server.stop()
  })

  test('one round of calls is lost, the next has new connections, and closing ends', { timeout: 60_000 }, async () => {
    const { incarnation } = await aNode(store, 600_000)
    // The queue pool gives up first; the everyday pool is made by the same function.
    const round = () => Promise.allSettled(Array.from({ length: AT_ONCE }, () => store.leases.heartbeat(incarnation, IDLE, 600_000)))
    const renewed = Array.from({ length: AT_ONCE }, () => ({ status: 'fulfilled', value: true }))
    assert.deepEqual(await round(), renewed)

    proxy.silence()
    for (const call of await round()) {
      assert.ok(call.status === 'rejected' && hasCode(call.reason, 'store/unavailable'))
    }
    assert.deepEqual(await round(), renewed)

    proxy.silence()
    await store.close()
  })
})
