/** Everything indexed again: a parent of parents, on one node, in virtual time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom } from '../../src/base/random.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import { RETRY_DEFAULTS } from '../../src/base/retry-plan.ts'
import { EMAIL } from '../../src/services/mailstore/mailstore.ts'
import { Inventory } from '../../src/services/upkeep/inventory.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { DUTIES } from '../../src/tasks/define.ts'
import { spreadOf } from '../../src/tasks/fan-out.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { ANN, BOB, mailWorld } from '../support/mail-world.ts'
import { plainMail } from '../support/mail-samples.ts'

const EMAILS = 2_300

async function reindexing(work: (world: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  const world = await open()
  try {
    await work(world)
  } finally {
    const stopping = world.node.stop(1_000)
    await world.clock.advance(60_000)
    await stopping
    await world.close()
  }
}

/** Two accounts, whose mail is in no index, and a node that works every duty. */
async function open() {
  const mail = await mailWorld()
  const { store, clock } = mail
  const catalogue = new Catalogue(VARIANTS, lanes())
  const ids = idSource(5, clock)
  for (const { accountId } of [ANN, BOB]) await store.transact(tx => tx.objects.insert('Account', accountId, { name: accountId }, [], []))
  for (let nth = 0; nth < EMAILS; nth++) await mail.deliver(plainMail(`message ${nth}`), BOB)
  await mail.deliver(plainMail('one'), ANN)
  await store.transact(async tx => { for (const { id } of await mail.tasks()) await tx.tasks.destroy(id) })
  const node = new EngineNode({
    store, clock, catalogue, random: seededRandom(1), log: silentLog, times: LEASE_TIMES, chores: [], hostname: 'one', version: 'test', alone: true,
    runDeps: { indexing: mail.indexing, inventory: new Inventory(store) }, settings: () => RETRY_DEFAULTS,
    nodeState: () => ({ role: null, duties: DUTIES, pushShard: null, draining: false, info: {} }),
  })
  await node.start()
  return {
    ...mail, node, catalogue, ids,
    enqueue: async (variant: string, payload: object) => {
      const row = catalogue.row({ variant, payload: { ...payload } }, ids, clock.now())
      await store.transact(tx => tx.tasks.insert([row]))
      return row.id
    },
    row: async (id: string) => (await store.read(tx => tx.tasks.get([id])))[0],
    left: () => store.read(tx => tx.tasks.count({})),
    indexed: () => store.read(async tx => {
      const found = await Promise.all([ANN, BOB].map(async ({ accountId }) =>
        Promise.all((await tx.documents.list(accountId, EMAIL, 10_000)).map(id => tx.search.has({ accountId, collection: EMAIL, id })))))
      return found.flat().filter(Boolean).length
    }),
    runs: () => store.read(async tx => (await tx.runs.queryCounts({ variant: 'IndexDocument', outcome: 'done' }, { ascending: true, limit: 100 })).reduce((sum, { runs }) => sum + runs, 0)),
  }
}

test('every message of every account is indexed once, and the parents end', async () => {
  await reindexing(async ({ enqueue, clock, left, indexed, runs }) => {
    await enqueue('StoreMaintenance', { maintenanceType: 'reindexAccounts', shardIndex: null })
    for (let second = 0; second < 60 && await left() > 0; second++) await clock.advance(1_000)
    assert.deepEqual([await left(), await indexed()], [0, EMAILS + 1])
    await clock.advance(60_000)
    assert.equal(await runs(), EMAILS + 1)
  })
})

test('tasks that an older version has queued under the key of their account run beside those of this one', async () => {
  await reindexing(async ({ store, catalogue, ids, clock, left, indexed, runs }) => {
    const { accountId } = BOB
    const documents = await store.read(tx => tx.documents.list(accountId, EMAIL, EMAILS))
    const tasks = documents.map(documentId => catalogue.row({ variant: 'IndexDocument', payload: { accountId, documentId, documentType: 'email' } }, ids, clock.now()))
    const older = tasks.map(task => ({ ...task, orderingKey: accountId, bucket: catalogue.bucketOf('search', accountId) }))
    await store.transact(tx => tx.tasks.insert(older.slice(0, 1_500)))
    // Some of these wait already, and are taken in by what waits.
    await store.transact(tx => tx.tasks.insert(tasks.slice(1_000).map(task => ({ ...task, id: ids.next() }))))
    assert.equal(await left(), EMAILS)
    for (let second = 0; second < 60 && await left() > 0; second++) await clock.advance(1_000)
    assert.deepEqual([await left(), await indexed()], [0, EMAILS])
    await clock.advance(60_000)
    assert.equal(await runs(), EMAILS)
  })
})

test('a parent that is asked for again while it is under way goes on, and hands nothing out twice', async () => {
  await reindexing(async ({ enqueue, clock, left, indexed, runs, row }) => {
    const reindex = { accountId: BOB.accountId, maintenanceType: 'reindex' }
    const id = await enqueue('AccountMaintenance', reindex)
    while ((spreadOf((await row(id))?.payload ?? {})?.made ?? 0) < 1_500) await clock.advance(10)
    await enqueue('AccountMaintenance', reindex)
    assert.ok((await row(id))?.payload['spread'], 'it was taken in')
    for (let second = 0; second < 60 && await left() > 0; second++) await clock.advance(1_000)
    assert.deepEqual([await left(), await indexed()], [0, EMAILS])
    await clock.advance(60_000)
    assert.equal(await runs(), EMAILS)
  })
})

test('a parent with more parts than a transaction takes goes with all of them when it is destroyed', async () => {
  await reindexing(async ({ store, catalogue, ids, enqueue, clock, left, row }) => {
    const { accountId } = BOB
    const id = await enqueue('AccountMaintenance', { accountId, maintenanceType: 'reindex', spread: { cursor: null, made: 3_500, total: 3_500, since: clock.now() } })
    const due = clock.now() + 3_600_000
    const parts = Array.from({ length: 3_500 }, (_, nth) => catalogue.row({ variant: 'IndexDocument', payload: { accountId, documentId: `d${nth}`, documentType: 'email' }, due }, ids, clock.now()))
    await store.transact(tx => tx.tasks.insert(parts.map(part => ({ ...part, parentId: id }))))
    await store.transact(tx => tx.tasks.destroy(id))
    assert.equal(await left(), 2_501, 'one transaction takes a thousand')
    assert.equal((await row(id))?.request?.kind, 'destroy')
    await clock.advance(1_000)
    assert.equal(await left(), 0)
  })
})

test('a parent that is parked hands out no more, and goes on where it was; one that is destroyed takes the rest along', async () => {
  await reindexing(async ({ store, enqueue, clock, left, indexed, row }) => {
    const id = await enqueue('AccountMaintenance', { accountId: BOB.accountId, maintenanceType: 'reindex' })
    while (spreadOf((await row(id))?.payload ?? {}) === null && await left() > 0) await clock.advance(10)
    const parent = await row(id)
    assert(parent)
    const parked = { status: 'Failed', due: DUE_NEVER, attempt: 0, firstFailedAt: null, failedAt: clock.now(), failureReason: 'parked' } as const
    assert.equal(await store.transact(tx => tx.tasks.edit(id, parent.version, { state: parked })), 'applied')
    await clock.advance(60_000)
    const made = spreadOf(parent.payload)?.made
    assert.deepEqual([await left(), await indexed()], [1, made])
    assert.ok(made !== undefined && made < EMAILS)

    const resumed = { ...parked, status: 'Pending', due: clock.now(), failedAt: null, failureReason: null } as const
    await store.transact(tx => tx.tasks.edit(id, parent.version + 1, { state: resumed }))
    while (await indexed() === made && await left() > 0) await clock.advance(10)
    await store.transact(tx => tx.tasks.destroy(id))
    await clock.advance(60_000)
    assert.equal(await left(), 0)
    assert.ok(await indexed() < EMAILS)
  })
})
