import { after, before, describe } from 'node:test'
import pg from 'pg'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { queueContract } from './queue-contract.ts'
import { unreadableRowsContract } from './unreadable-rows.ts'

describe('on PostgreSQL', { skip: postgresMissing() }, () => {
  let store: Awaited<ReturnType<typeof openPostgresStore>>
  let url: string
  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
  })
  after(async () => {
    await store.close()
    await stopSharedPostgres()
  })

  queueContract(() => store)
  unreadableRowsContract(() => store, async (id, column, value) => {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`update task set ${column} = $1 where id = $2`, [value, id])
    await client.end()
  })
})
