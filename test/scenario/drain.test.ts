/** A node that an administrator drains through the API of another one, each a process of its own on one PostgreSQL. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { create, list, part, update } from '../support/api-call.ts'
import { drained, indexTask, nodeOf } from '../support/index-tasks.ts'
import { createJane } from '../support/jane.ts'
import { NodeProcess } from '../support/node-process.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { SearchGate } from '../support/search-gate.ts'
import { eventually, startServer } from '../support/server.ts'

const SEARCH_BUCKETS = 64
const NOTHING = { '@type': 'DisableAll' }
const EVERYTHING = { '@type': 'EnableAll' }
const INDEXING = { '@type': 'EnableSome', taskTypes: { searchIndexing: true } }

describe('a drain through the API', { skip: postgresMissing() }, () => {
  let url: string
  let accountId: string
  let frontRole: string
  /** Has the listeners, and duties only where a test gives it some. */
  let front: NodeProcess
  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    await using seed = await startServer({ variables: { DATABASE_URL: url } })
    accountId = await createJane(seed)
    const roles = [{ name: 'front', tasks: NOTHING, listeners: EVERYTHING }, { name: 'worker', tasks: INDEXING, listeners: EVERYTHING }]
    frontRole = (await create(seed, 'ClusterRole', ...roles))[0] ?? ''
    await seed.stop()
    front = await startNode('front', 'front')
  })
  after(async () => {
    await front[Symbol.asyncDispose]()
    await stopSharedPostgres()
  })

  const startNode = (name: string, role: string) => NodeProcess.start({ name, variables: { DATABASE_URL: url, STALWART_ROLE: role } })
  async function nodeNamed(name: string): Promise<JsonObject> {
    const node = (await list(front, 'ClusterNode')).find(({ hostname }) => hostname === name)
    assert.ok(node, `no node ${name}`)
    return node
  }
  const untilNode = (name: string, holds: (node: JsonObject) => boolean, what: string) =>
    eventually(async () => holds(await nodeNamed(name)), what)
  const drain = async (name: string) => update(front, 'ClusterNode', String((await nodeNamed(name))['id']), { draining: true })
  /** A node with a run of its own, which ends when the gate opens. */
  async function busy(name: string): Promise<NodeProcess> {
    const worker = await startNode(name, 'worker')
    await create(front, 'Task', indexTask(accountId))
    await eventually(async () => nodeOf((await list(front, 'Task'))[0]) === name, `${name} runs it`)
    await untilNode(name, node => node['runningTasks'] === 1 && part(node, 'ownedBuckets')['search'] === SEARCH_BUCKETS, 'it says so')
    return worker
  }

  test('a node that has nothing to do ends at once, with 0', async t => {
    await using worker = await startNode('idle', 'worker')
    const startedMs = systemClock.monotonicMs()
    await drain('idle')
    await worker.says('draining, as an administrator asked')
    const heard = systemClock.monotonicMs() - startedMs
    assert.deepEqual(await worker.ended(), { code: 0, signal: null })
    t.diagnostic(`heard of it after ${Math.round(heard)} ms, gone after ${Math.round(systemClock.monotonicMs() - startedMs)} ms`)
    await untilNode('idle', node => node['status'] === 'stale' && node['draining'] === false, 'it is gone')
    assert.deepEqual((await nodeNamed('idle'))['ownedBuckets'], {})
  })

  test('listeners close, buckets go to others, and what runs ends where it is', async () => {
    await using gate = await SearchGate.shut(url)
    await using worker = await busy('busy')
    const smtp = worker.port('smtp')
    assert.equal(await opens(smtp), true)
    await drain('busy')
    await untilNode('busy', node => node['draining'] === true, 'everybody sees it')
    await update(front, 'ClusterRole', frontRole, { tasks: INDEXING })
    await untilNode('front', node => part(node, 'ownedBuckets')['search'] === SEARCH_BUCKETS, 'the other one has the buckets')
    await untilNode('busy', ({ ownedBuckets, runningTasks }) => runningTasks === 1 && Object.keys(ownedBuckets as object).length === 0,
      'it has none, and its task still runs')
    await eventually(async () => !(await opens(smtp)), 'nobody can connect any more')
    assert.equal(nodeOf((await list(front, 'Task'))[0]), 'busy')
    await gate.open()
    assert.deepEqual(await worker.ended(), { code: 0, signal: null })
    await create(front, 'Task', indexTask(accountId, 1))
    await drained(front)
    await update(front, 'ClusterRole', frontRole, { tasks: NOTHING })
  })

  test('the SIGTERM of a supervisor does not cut it short; a second one does', async () => {
    await using gate = await SearchGate.shut(url)
    await using worker = await busy('supervised')
    await drain('supervised')
    await worker.says('draining, as an administrator asked')
    worker.signal('SIGTERM')
    await untilNode('supervised', ({ ownedBuckets }) => Object.keys(ownedBuckets as object).length === 0, 'it has handed over')
    assert.equal(nodeOf((await list(front, 'Task'))[0]), 'supervised')
    worker.signal('SIGTERM')
    assert.deepEqual(await worker.ended(), { code: 0, signal: null })
    assert.equal(nodeOf((await list(front, 'Task'))[0]), undefined, 'its task was given back')
    await gate.open()
    await using next = await startNode('next', 'worker')
    await drained(front)
    assert.deepEqual(await next.stop(), { code: 0, signal: null })
  })

  test('a node that is gone is not asked, and each request is in the audit log', async () => {
    // Each of them got the id of the one before, which was free.
    const { id } = await nodeNamed('next')
    const [reply] = await front.call([['x:ClusterNode/set', { update: { [String(id)]: { draining: true } } }]])
    const { type, description } = part(part(reply, 'notUpdated'), String(id))
    assert.equal(type, 'validationFailed')
    assert.match(String(description), /next, which is stale/)
    const entries = await list(front, 'AuditEntry', { objectName: 'ClusterNode' })
    assert.deepEqual(entries.map(({ objectId, action, actorName, before, after }) => [objectId, action, actorName, before, after]),
      Array.from({ length: 3 }, () => [id, 'Update', 'admin', '{"draining":false}', '{"draining":true}']))
  })

  test('the last node ends too, and says so to whoever asked', async () => {
    await drain('front')
    assert.deepEqual(await front.ended(), { code: 0, signal: null })
  })
})

async function opens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
