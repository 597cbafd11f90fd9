import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { idSource } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import { systemRandom } from '../base/random.ts'
import { Catalogue } from '../engine/catalogue.ts'
import { RETRY_DEFAULTS } from '../base/retry-plan.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import type { Store } from '../store/store.ts'
import { VARIANTS } from '../tasks/catalogue.ts'
import { lanes } from '../tasks/lanes.ts'
import { readEnvironment } from './env.ts'
import { Server } from './server.ts'
import { list, update } from '../../test/support/api-call.ts'
import { eventually, startServer } from '../../test/support/server.ts'

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-life-'))
  try {
    await work(join(folder, 'data'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('the first run after a restart has the attempts that TaskManager gives, not those of the defaults', async () => {
  await withFolder(async dataDir => {
    const variables = { ROTA_DATA_DIR: dataDir }
    {
      await using first = await startServer({ variables })
      await update(first, 'TaskManager', 'singleton', { maxAttempts: 10 })
    }
    const id = await leaveTaskOfDeadNodes(dataDir)
    // The watcher comes too late whatever it does: it sees nothing until the task has been run.
    const wrap = (store: Store) => lookingAfter(store, async () => {
      await eventually(async () => {
        const [row] = await store.read(tx => tx.tasks.get([id]))
        return row === undefined || row.status === 'Failed'
      }, 'the task was run')
    })
    await using second = await startServer({ variables, wrap })
    const [row] = await second.store.read(tx => tx.tasks.get([id]))
    assert.equal(row, undefined, `${row?.status}: ${row?.failureReason}`)
  })
})

test('a store that hangs keeps no listener open when the node stops, and closes last', async () => {
  let hangs = false
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const order: string[] = []
  const wrap = (store: Store): Store => ({
    ...lookingAfter(store, async () => {
      if (!hangs) return
      asked.resolve()
      await gate.promise
      order.push('the watcher was answered')
    }),
    close: async () => {
      order.push('the store closed')
      await store.close()
    },
  })
  await using server = await startServer({ wrap })
  const port = server.port('smtp')
  hangs = true
  await asked.promise
  const stopping = server.stop()
  await eventually(() => refused(port), 'the address is free')
  assert.deepEqual(order, [])
  gate.resolve()
  await stopping
  assert.deepEqual(order, ['the watcher was answered', 'the store closed'])
})

test('a stop while the node waits for a former life of its name ends the start', async () => {
  const store = await openMemoryStore({ clock: systemClock })
  const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
  const former = { incarnation: idSource(5, systemClock).next(), hostname: 'test-node', version: 'test', state }
  await store.leases.join(former, 600_000)
  const refusal = Promise.withResolvers<void>()
  const { join: ask } = store.leases
  Object.assign(store.leases, { join: async (...args: Parameters<typeof ask>) => {
    const reply = await ask.apply(store.leases, args)
    refusal.resolve()
    return reply
  } })
  const environment = readEnvironment({ ROTA_DATA_DIR: tmpdir(), STALWART_HOSTNAME: 'test-node' })
  // Only on PostgreSQL a node is not alone.
  const server = new Server({ environment, variables: {}, store: { ...store, kind: 'postgres' }, clock: systemClock, random: systemRandom, log: silentLog })
  const started = server.start().then(() => null, (error: unknown) => error)
  await refusal.promise
  await server.stop()
  const error = await started
  assert.ok(error instanceof Error && error.name === 'AbortError', String(error))
  assert.deepEqual(server.listeners, [])
})

function refused(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => { resolve(true) })
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
  })
}

/** A task that took more nodes with it than the defaults allow. */
async function leaveTaskOfDeadNodes(dataDir: string): Promise<string> {
  const store = await openSqliteStore({ dataDir, clock: systemClock })
  try {
    const ids = idSource(5, systemClock)
    const payload = { accountId: '0000000000001', documentId: '0000000000002', documentType: 'email' }
    const task = new Catalogue(VARIANTS, lanes()).row({ variant: 'IndexDocument', payload }, ids, systemClock.now())
    await store.transact(tx => tx.tasks.insert([task]))
    const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
    for (let crash = 0; crash <= RETRY_DEFAULTS.maxAttempts; crash++) {
      const [row] = await store.read(tx => tx.tasks.get([task.id]))
      assert.ok(row)
      const holder = ids.next()
      await store.leases.join({ incarnation: holder, hostname: 'gone', version: 'test', state }, 60_000)
      await store.queue.pin(holder, [{ id: row.id, version: row.version, startedAt: systemClock.now(), progress: null }])
      await store.leases.reapAll(null)
    }
    return task.id
  } finally {
    await store.close()
  }
}

/** Whoever asks which objects have changed gets the answer when `ready` has. */
function lookingAfter(store: Store, ready: () => Promise<void>): Store {
  return {
    ...store,
    read: async work => {
      let asks = false
      const result = await store.read(tx => work({ ...tx, objects: new Proxy(tx.objects, {
        get: (objects, name) => {
          asks ||= name === 'versions'
          const value: unknown = Reflect.get(objects, name)
          return typeof value === 'function' ? value.bind(objects) : value
        },
      }) }))
      if (asks) await ready()
      return result
    },
  }
}

test('a single node shows that it does everything and lacks nothing', async () => {
  await using node = await startServer()
  const lanesOf = () => list(node, 'ClusterLane')
  await eventually(async () => (await lanesOf()).every(({ unowned }) => unowned === 0), 'it holds every bucket')
  const all = await lanesOf()
  assert.equal(all.length, lanes().length)
  assert.ok(all.every(({ owners, buckets }) => Object.values(owners as object).filter(owner => owner === 'node-1').length === buckets))
  assert.deepEqual(await list(node, 'ClusterFinding'), [])
  const own = await eventually(async () => (await list(node, 'ClusterNode')).find(({ clockOffset }) => clockOffset !== null), 'it has said how its clock goes')
  assert.deepEqual([own['clockOffset'], own['runningTasks'], own['draining']], [0, 0, false])
  assert.deepEqual(own['ownedBuckets'], Object.fromEntries(lanes().map(({ name, buckets }) => [name, buckets])))
  await update(node, 'ClusterNode', 'node-1', { draining: true })
  await node.server.drainAsked
})
