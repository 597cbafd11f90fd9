/**
 * A page that asks again only when it is told that something changed, on whole nodes: it sees what they do, whichever node
 * did it. Nothing here asks a second time without having been told.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { aTask } from '../contract/queue-fixtures.ts'
import { create, list, update } from '../support/api-call.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { ADMIN_PASSWORD, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'
import { SseReader } from '../support/sse.ts'

const AS_ADMIN = { authorization: `Basic ${btoa(`admin:${ADMIN_PASSWORD}`)}` }
/** Long enough that the news of its creation has come by then. */
const DUE_IN_MS = 1_500

/** Opens a reader of the node, and asks `question` again whenever one of the objects changes, until `holds`. */
async function watch<T>(node: TestServer, objects: string, question: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const reader = await SseReader.open(`http://127.0.0.1:${node.port('http')}/api/live/changes?objects=${objects}`, AS_ADMIN)
  try {
    for (;;) {
      await reader.next()
      const answer = await question()
      if (holds(answer)) return answer
    }
  } finally {
    await reader.close()
  }
}
const task = async (node: TestServer, id: string): Promise<JsonObject | undefined> => {
  const [reply] = await node.call([['x:Task/get', { ids: [id] }]])
  return (reply?.['list'] as unknown as JsonObject[] | undefined)?.[0]
}
const status = (row: JsonObject | undefined) => (row?.['status'] as JsonObject | undefined)?.['@type']
const inAWhileMs = () => Math.round(systemClock.now() + DUE_IN_MS)

/** A task that fails at its time, since its work is not built, and one that does its work and goes. */
async function tasksAreSeen(asked: TestServer, other: TestServer): Promise<void> {
  const failing = aTask('report', { variant: 'TlsReport', due: inAWhileMs(), payload: { reportId: '0000000000000' } })
  await other.store.transact(tx => tx.tasks.insert([failing]))
  await watch(asked, 'Task', () => task(asked, failing.id), row => status(row) === 'Failed')
  const [passing = ''] = await create(other, 'Task', { '@type': 'StoreMaintenance', maintenanceType: 'resetRateLimiters', status: { '@type': 'Pending', due: new Date(inAWhileMs()).toISOString() } })
  await watch(asked, 'Task', () => task(asked, passing), row => row === undefined)
  const runs = await watch(asked, 'TaskRun', () => list(asked, 'TaskRun', { taskId: passing }), found => found.length === 1)
  assert.equal(runs[0]?.['outcome'], 'done')
}

describe('live changes on SQLite', () => {
  let node: TestServer
  before(async () => { node = await startServer() })
  after(() => node.stop())

  test('tasks are seen to fail and to end', () => tasksAreSeen(node, node))

  test('objects are seen to be edited, and who did it', async () => {
    const seen = watch(node, 'Domain,AuditEntry', () => list(node, 'Domain'), domains => domains.some(({ name }) => name === 'seen.example'))
    await create(node, 'Domain', { name: 'seen.example' })
    await seen
  })

  test('a stop does not wait for readers', async () => {
    const reader = await SseReader.open(`http://127.0.0.1:${node.port('http')}/api/live/changes`, AS_ADMIN)
    await reader.next()
    const stopped = node.server.stop()
    for (let event = await reader.next(); event.event !== 'bye'; event = await reader.next()) assert.equal(event.event, 'change')
    assert.equal(await reader.end(), 'ended')
    await stopped
  })
})

describe('live changes with two nodes on PostgreSQL', { skip: postgresMissing() }, () => {
  let url: string
  let front: TestServer
  let back: TestServer
  const start = (name: string, role: string | null) => startServer({
    variables: { DATABASE_URL: url, STALWART_HOSTNAME: name, ...(role === null ? {} : { STALWART_ROLE: role }) },
  })

  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    await using seed = await start('seed', null)
    await create(seed, 'ClusterRole', { name: 'front', tasks: { '@type': 'DisableAll' }, listeners: { '@type': 'EnableAll' } })
    await seed.stop()
    front = await start('front-node', 'front')
    back = await start('back-node', null)
  })
  after(async () => {
    await back.stop()
    await front.stop()
    await stopSharedPostgres()
  })

  test('tasks are seen to fail and to end on the other node', () => tasksAreSeen(front, back))

  test('a role that is edited moves buckets, and that is seen', async () => {
    const owners = async () => (await list(front, 'ClusterLane')).flatMap(lane => Object.values(lane['owners'] as JsonObject))
    const [role] = await list(front, 'ClusterRole')
    const before = new Set(await owners())
    assert.equal(before.size, 1)
    const seen = watch(front, 'ClusterLane', owners, found => new Set(found).size === 2)
    await update(back, 'ClusterRole', String(role?.['id']), { tasks: { '@type': 'EnableAll' } })
    await seen
  })

  test('a node that leaves is seen to go', async () => {
    const third = await start('third-node', null)
    const nodes = async () => (await list(front, 'ClusterNode')).filter(node => node['status'] === 'active').length
    await watch(front, 'ClusterNode', nodes, count => count === 3)
    const gone = watch(front, 'ClusterNode', nodes, count => count === 2)
    await third.stop()
    await gone
  })

  test('a reader that comes to another node is told to ask for everything', async () => {
    const reader = await SseReader.open(`http://127.0.0.1:${front.port('http')}/api/live/changes`, AS_ADMIN)
    await reader.until(() => reader.lastId !== '')
    await reader.close()
    const elsewhere = await SseReader.open(`http://127.0.0.1:${back.port('http')}/api/live/changes`, { ...AS_ADMIN, 'last-event-id': reader.lastId })
    assert.equal((await elsewhere.next()).event, 'reset')
    await elsewhere.close()
  })
})
