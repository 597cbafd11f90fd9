/** Two nodes of one PostgreSQL, each a process of its own: who runs what when one has no duties, stops or dies. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { create, list, update } from '../support/api-call.ts'
import { drained, indexTask, nodeOf } from '../support/index-tasks.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { NodeProcess } from '../support/node-process.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { SearchGate } from '../support/search-gate.ts'
import { eventually, startServer } from '../support/server.ts'

const BACKLOG = 120
const PICKUPS = 15
/** Without a wake-up, a task that is made just after a poll waits this long for the next one. */
const POLL_MS = 1_000
const TAKE_OVER_MS_MAX = LEASE_TIMES.ttlMs + 2_000
/** What a busy machine may add to a measured time. */
const BUSY_MS = 5_000

interface End {
  readonly how: string
  readonly end: (node: NodeProcess) => void
  /** When the other node has its work. */
  readonly afterwards: (node: NodeProcess) => Promise<unknown>
}

describe('two nodes of one PostgreSQL', { skip: postgresMissing() }, () => {
  let url: string
  let accountId: string
  let quietId: string
  /** It has the listeners, and no duties until the last tests. */
  let quiet: NodeProcess
  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    await using seed = await startServer({ variables: { DATABASE_URL: url } })
    accountId = await createJane(seed)
    await update(seed, 'TaskManager', 'singleton', { strategy: { '@type': 'FixedDelay', delay: 1 } })
    const indexing = { '@type': 'EnableSome', taskTypes: { searchIndexing: true } }
    const roles = [
      { name: 'quiet', tasks: { '@type': 'DisableAll' }, listeners: { '@type': 'EnableAll' } },
      { name: 'indexer', tasks: indexing, listeners: { '@type': 'DisableAll' } },
    ]
    quietId = (await create(seed, 'ClusterRole', ...roles))[0] ?? ''
    await seed.stop()
    quiet = await startNode('quiet', 'quiet')
  })
  after(async () => {
    await quiet[Symbol.asyncDispose]()
    await stopSharedPostgres()
  })

  const startNode = (name: string, role: string) =>
    NodeProcess.start({ name, variables: { DATABASE_URL: url, STALWART_ROLE: role } })
  const runsOn = (name: string) =>
    eventually(async () => (await list(quiet, 'Task')).some(task => nodeOf(task) === name), `${name} runs something`)

  test('a task that is made on a node without duties starts on the other one at once', async t => {
    await create(quiet, 'Task', indexTask(accountId))
    assert.equal((await list(quiet, 'Task')).length, 1, 'nobody runs it')
    await using indexer = await startNode('first', 'indexer')
    await drained(quiet)
    const latencies: number[] = []
    for (let pickup = 0; pickup < PICKUPS; pickup++) {
      const startedMs = systemClock.monotonicMs()
      await create(quiet, 'Task', indexTask(accountId, pickup))
      await drained(quiet)
      latencies.push(systemClock.monotonicMs() - startedMs)
    }
    latencies.sort((one, other) => one - other)
    const median = latencies[PICKUPS >> 1] ?? Infinity
    t.diagnostic(`made over the API, run by the other node, seen to be gone: median ${Math.round(median)} ms`)
    assert.ok(median < POLL_MS / 2, `${median} ms: found by the poll, not by the wake-up`)
    assert.deepEqual(await indexer.stop(), { code: 0, signal: null })
  })

  test('SIGTERM lets a task that runs end, and ends with 0', async () => {
    await using indexer = await startNode('second', 'indexer')
    await using gate = await SearchGate.shut(url)
    await create(quiet, 'Task', indexTask(accountId))
    await runsOn('second')
    indexer.signal('SIGTERM')
    await indexer.says('stopping')
    await gate.open()
    assert.deepEqual(await indexer.ended(), { code: 0, signal: null })
    assert.deepEqual(await list(quiet, 'Task'), [], 'it was finished, not dropped')
  })

  test('a second SIGTERM gives back what runs, uncharged, and another node runs it', async t => {
    await using indexer = await startNode('third', 'indexer')
    await using gate = await SearchGate.shut(url)
    await create(quiet, 'Task', indexTask(accountId))
    await runsOn('third')
    indexer.signal('SIGTERM')
    await indexer.says('stopping')
    const startedMs = systemClock.monotonicMs()
    indexer.signal('SIGTERM')
    assert.deepEqual(await indexer.ended(), { code: 0, signal: null })
    const ms = Math.round(systemClock.monotonicMs() - startedMs)
    t.diagnostic(`stopped in ${ms} ms`)
    assert.ok(ms < BUSY_MS, `${ms} ms`)
    const [task] = await list(quiet, 'Task')
    assert.equal(nodeOf(task), undefined)
    assert.ok(isJsonObject(task?.['status']) && task['status']['@type'] === 'Pending', JSON.stringify(task))
    await gate.open()
    await using next = await startNode('fourth', 'indexer')
    await drained(quiet)
    assert.deepEqual(await next.stop(), { code: 0, signal: null })
  })

  const ends: readonly End[] = [
    { how: 'killed', end: node => { node.signal('SIGKILL') }, afterwards: node => node.ended() },
    {
      how: 'paused', end: node => { node.signal('SIGSTOP') }, afterwards: async node => {
        node.signal('SIGCONT')
        await node.says('joining again')
        await eventually(async () => (await node.health()).ready, 'it is back')
        assert.deepEqual(await node.stop(), { code: 0, signal: null })
      },
    },
  ]
  for (const { how, end, afterwards } of ends) {
    test(`the node that holds everything is ${how} with a backlog: the other goes on, every task ends`, async t => {
      await update(quiet, 'ClusterRole', quietId, { tasks: { '@type': 'DisableAll' } })
      await using indexer = await startNode(how, 'indexer')
      await using gate = await SearchGate.shut(url)
      const client = await LmtpClient.open(quiet.port('lmtp'))
      await client.deliver(JANE.name, `Before it was ${how}`, 'An egret.')
      client.close()
      const backlog = Array.from({ length: BACKLOG }, (_, index) => indexTask(accountId, index))
      await create(quiet, 'Task', ...backlog)
      await runsOn(how)
      const startedMs = systemClock.monotonicMs()
      const since = () => Math.round(systemClock.monotonicMs() - startedMs)
      end(indexer)
      await Promise.all([gate.open(), update(quiet, 'ClusterRole', quietId, { tasks: { '@type': 'EnableAll' } })])
      const all = BACKLOG + 1
      await eventually(async () => (await taskCount(quiet)) < all, 'the other one has run a task')
      const takenOver = since()
      await drained(quiet)
      const done = since()
      t.diagnostic(`first task by the other node after ${takenOver} ms, all ${all} after ${done} ms`)
      assert.ok(takenOver < TAKE_OVER_MS_MAX + BUSY_MS, `${takenOver} ms`)
      assert.ok(done < TAKE_OVER_MS_MAX + 2 * BUSY_MS, `${done} ms: something of the first one was waited for`)
      assert.ok((await found(quiet, accountId, 'egrets')).includes(`Before it was ${how}`))
      await afterwards(indexer)
      assert.deepEqual(await list(quiet, 'Task'), [])
    })
  }

  test('a second node of the same name is refused with 1, and told which name to change', async () => {
    await using twin = await NodeProcess.launch({ name: 'quiet', variables: { DATABASE_URL: url } })
    assert.deepEqual(await twin.ended(), { code: 1, signal: null })
    assert.match(twin.stderr, /the host name quiet runs since .*; set STALWART_HOSTNAME to another name/)
    assert.equal((await quiet.health()).status, 200)
  })

  test('a crash of the database is survived: mail is taken and indexed as soon as it is back', async t => {
    await (await sharedPostgres()).crashAndRestart()
    const startedMs = systemClock.monotonicMs()
    await eventually(async () => (await quiet.health()).ready, 'the node is ready again')
    const client = await LmtpClient.open(quiet.port('lmtp'))
    await client.deliver(JANE.name, 'After the crash', 'A kingfisher.')
    client.close()
    await drained(quiet)
    t.diagnostic(`ready, delivered and indexed ${Math.round(systemClock.monotonicMs() - startedMs)} ms after the restart`)
    assert.deepEqual(await found(quiet, accountId, 'kingfishers'), ['After the crash'])
  })

  test('without its database a node says so, and SIGTERM still ends it', async t => {
    await stopSharedPostgres()
    const { status, checks } = await quiet.health()
    assert.deepEqual([status, checks['store']?.ok], [503, false])
    const startedMs = systemClock.monotonicMs()
    assert.deepEqual(await quiet.stop(), { code: 0, signal: null })
    t.diagnostic(`stopped in ${Math.round(systemClock.monotonicMs() - startedMs)} ms`)
  })
})

async function taskCount(node: NodeProcess): Promise<number> {
  const [reply] = await node.call([['x:Task/query', { calculateTotal: true, limit: 1 }]])
  return Number(reply?.['total'])
}
