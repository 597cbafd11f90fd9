import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import pg from 'pg'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { EditReply } from '../../src/engine/ports/task.ts'
import type { Hint } from '../../src/engine/ports/wakeups.ts'
import { hasCode } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import type { Store } from '../../src/store/store.ts'
import { aNode, aState, aTask, newLane, pin, rowOf, stored, storedOne } from '../contract/queue-fixtures.ts'
import { postgresMissing, startPostgres } from '../support/postgres.ts'
import type { PostgresServer } from '../support/postgres.ts'
import { eventually } from '../support/server.ts'

/** As many as the everyday pool has. */
const EVERYDAY_CONNECTIONS = 10

describe('two nodes on one PostgreSQL', { skip: postgresMissing() }, () => {
  let server: PostgresServer
  let url: string
  let store: Store
  let other: Store
  let client: pg.Client

  before(async () => { server = await startPostgres() })
  after(() => server.stop())
  beforeEach(async () => {
    url = await server.freshDatabase()
    store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
    other = await openPostgresStore({ url, clock: systemClock, log: silentLog })
    client = new pg.Client(url)
    client.on('error', () => undefined)
    await client.connect()
  })
  afterEach(async () => {
    await client.end()
    await other.close()
    await store.close()
  })

  /** Resolves with the hint that `wanted` accepts, once it reaches the other node. */
  const heardByOther = (wanted: (hint: Hint) => boolean) => new Promise<Hint>(resolve => {
    const unsubscribe = other.wakeups.subscribe(hint => {
      if (!wanted(hint)) return
      unsubscribe()
      resolve(hint)
    })
  })

  test('a commit on one node wakes the other', async () => {
    const lane = newLane()
    const heard = heardByOther(hint => hint.kind === 'tasks')
    await storedOne(store, aTask(lane))
    assert.deepEqual(await heard, { kind: 'tasks', lanes: [lane] })
    assert.equal(await other.read(tx => tx.tasks.count({ lane })), 1)
  })

  test('hints of many commits are sent together, and none of their names is lost', async () => {
    const lanes = Array.from({ length: 300 }, newLane)
    const missing = new Set(lanes)
    let notifications = 0
    const all = new Promise<void>(resolve => {
      other.wakeups.subscribe(hint => {
        if (hint.kind !== 'tasks') return
        notifications++
        // Too many names for one notification: any lane.
        for (const lane of hint.lanes.length > 0 ? hint.lanes : lanes) missing.delete(lane)
        if (missing.size === 0) resolve()
      })
    })
    await Promise.all(lanes.map(lane => storedOne(store, aTask(lane))))
    await all
    assert.ok(notifications < lanes.length, `${notifications} notifications`)
  })

  test('strangers on the channel are not understood, and do no harm', async () => {
    const heard = heardByOther(() => true)
    for (const text of ['', 'no json', '{}', '[1, null, {"kind": "dance"}]']) {
      await client.query('select pg_notify($1, $2)', ['rota', text])
    }
    await client.query(`select pg_notify('rota', '[{"kind": "tasks", "lanes": ["a", 7]}]')`)
    assert.deepEqual(await heard, { kind: 'tasks', lanes: ['a'] })
  })

  test('a listening connection that breaks is made again, and then everything is hinted', async () => {
    const everything = Promise.all([store, other].map(node => new Promise<void>(resolve => {
      const kinds = new Set<string>()
      const unsubscribe = node.wakeups.subscribe(hint => {
        kinds.add(hint.kind)
        if (kinds.size < 4) return
        unsubscribe()
        resolve()
      })
    })))
    const { rowCount } = await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query = 'select pg_backend_pid() as pid'`)
    assert.equal(rowCount, 2)
    await everything
    const lane = newLane()
    const heard = heardByOther(hint => hint.kind === 'tasks' && hint.lanes.includes(lane))
    await storedOne(store, aTask(lane))
    await heard
  })

  test('an outcome that is being written and the declaration of death exclude each other', async () => {
    const { incarnation } = await aNode(store)
    const row = await storedOne(store, aTask(newLane()))
    await pin(store, incarnation, row)
    await client.query('begin')
    await client.query('select from node where incarnation = $1 for key share', [incarnation])
    assert.equal(await store.leases.heartbeat(incarnation, { role: null, duties: [], pushShard: null, draining: false, info: {} }, 60_000), true)
    assert.deepEqual(await other.leases.reapAll(null), [])
    await client.query('commit')
    assert.deepEqual((await other.leases.reapAll(null)).map(node => node.incarnation), [incarnation])
    assert.equal(await store.queue.finish(incarnation, [{ kind: 'done', id: row.id, version: row.version }]), 'lost')
    assert.equal((await rowOf(store, row.id))?.crashes, 1)
  })

  test('planning does not wait for a connection that everyday work has taken', async () => {
    const { incarnation } = await aNode(store)
    const enough = Promise.withResolvers<void>()
    const ready: Promise<void>[] = []
    const busy = Array.from({ length: EVERYDAY_CONNECTIONS }, () => {
      const begun = Promise.withResolvers<void>()
      ready.push(begun.promise)
      return store.transact(async tx => {
        await tx.tasks.count({})
        begun.resolve()
        await enough.promise
      })
    })
    await Promise.all(ready)
    try {
      const { nodes } = await store.leases.view()
      assert.deepEqual(nodes.map(node => node.incarnation), [incarnation])
    } finally {
      enough.resolve()
      await Promise.all(busy)
    }
  })

  test('transactions that deadlock run again, and both succeed', async () => {
    const [a, b] = await stored(store, aTask(newLane()), aTask(newLane()))
    assert.ok(a && b)
    let runs = 0
    const firstLocks: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()]
    const both = Promise.all(firstLocks.map(lock => lock.promise))
    const swap = (node: Store, order: readonly string[], n: number) => node.transact(async tx => {
      runs++
      for (const [step, id] of order.entries()) {
        let reply: EditReply = 'changed'
        while (reply === 'changed') {
          const [row] = await tx.tasks.get([id])
          reply = await tx.tasks.edit(id, row?.version ?? 0, { payload: { by: n } })
        }
        if (step > 0) continue
        firstLocks[n]?.resolve()
        await both
      }
    })
    await Promise.all([swap(store, [a.id, b.id], 0), swap(other, [b.id, a.id], 1)])
    assert.equal(runs, 3)
    const [x, y] = [await rowOf(store, a.id), await rowOf(store, b.id)]
    assert.deepEqual([x?.version, y?.version], [3, 3])
    assert.deepEqual(x?.payload, y?.payload)
  })

  test('a queue call that cannot get its row in time is refused, and changes nothing', async () => {
    const { incarnation } = await aNode(store)
    const row = await storedOne(store, aTask(newLane()))
    const again = { kind: 'again', id: row.id, version: row.version, state: aState() } as const
    await client.query('begin')
    await client.query('select from task where id = $1 for update', [row.id])
    await assert.rejects(store.queue.finish(incarnation, [again]), error => hasCode(error, 'store/unavailable'))
    await client.query('commit')
    assert.deepEqual(await rowOf(store, row.id), row)
    assert.deepEqual(await store.queue.finish(incarnation, [again]), [true])
  })

  test('a database that crashes loses nothing, and the store works again when it is back', async () => {
    const lane = newLane()
    const { incarnation } = await aNode(store)
    const rows = await stored(store, aTask(lane), aTask(lane))
    const [first, second] = rows
    assert.ok(first && second)
    assert.deepEqual(await store.queue.finish(incarnation, [{ kind: 'done', id: first.id, version: first.version }]), [true])
    const reconnected = heardByOther(hint => hint.kind === 'leases')
    const interrupted = assert.rejects(store.transact(async tx => {
      await tx.tasks.insert([aTask(lane)])
      await server.crashAndRestart()
      await tx.tasks.count({ lane })
    }), error => hasCode(error, 'store/unavailable'))
    await interrupted
    await reconnected
    await store.ping()
    assert.deepEqual(await store.read(tx => tx.tasks.query({ lane }, { order: { property: 'due', ascending: true }, limit: 9 })), [second.id])
    assert.deepEqual(await store.queue.finish(incarnation, [{ kind: 'done', id: second.id, version: second.version }]), [true])
  })

  test('finishing some tasks of a burst into a queue that was empty reads those, and not all that wait', async () => {
    const lane = newLane()
    const burst = Array.from({ length: 5_000 }, () => aTask(lane))
    const worker = await openPostgresStore({ url, clock: systemClock, log: silentLog })
    const { incarnation } = await aNode(worker)
    const insert = (from: number, to: number) => store.transact(tx => tx.tasks.insert(burst.slice(from, to)))
    const finish = (from: number, to: number) =>
      worker.queue.finish(incarnation, burst.slice(from, to).map(({ id }) => ({ kind: 'done', id, version: 1 })))
    await insert(0, 100)
    await finish(0, 100)
    await worker.maintain()
    // The statement is planned while the table is known to be empty, and that plan stays until the next vacuum.
    await insert(100, 101)
    await finish(100, 101)
    await insert(101, burst.length)
    assert.deepEqual(await finish(101, 601), Array.from({ length: 500 }, () => true))
    // A connection tells its counts at its end.
    await worker.close()
    const read = await eventually(async () => {
      const { rows: [found] } = await client.query<{ read: number }>(
        `select idx_tup_read::int as read from pg_stat_user_indexes where indexrelname = 'task_pkey'`)
      return found && found.read >= 600 && found.read
    }, 'the counts are told')
    assert.ok(read < 2_000, `${read} rows looked at`)
  })

  test('upkeep frees what finished tasks left', async () => {
    const lane = newLane()
    const { incarnation } = await aNode(store)
    const rows = await stored(store, ...Array.from({ length: 2_000 }, () => aTask(lane)))
    await store.queue.finish(incarnation, rows.map(row => ({ kind: 'done', id: row.id, version: row.version })))
    await store.maintain()
    const { rows: [before] } = await client.query<{ size: number }>(`select pg_table_size('task')::int as size`)
    await stored(store, ...Array.from({ length: 2_000 }, () => aTask(lane)))
    const { rows: [afterwards] } = await client.query<{ size: number }>(`select pg_table_size('task')::int as size`)
    assert.ok(before && afterwards && afterwards.size < before.size * 1.2, `${before?.size} to ${afterwards?.size}`)
  })
})
