/**
 * Two nodes of one PostgreSQL, each a process of its own with a role of its own. Roles are edited through the first one,
 * and what the second one does about it is looked at from outside: its log, its health, its sockets, its ClusterNode.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { DUTIES } from '../../src/tasks/define.ts'
import { create, list, part, update } from '../support/api-call.ts'
import { heldBuckets } from '../support/held-buckets.ts'
import { drained, indexTask, nodeOf } from '../support/index-tasks.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LineClient } from '../support/line-client.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { NodeProcess } from '../support/node-process.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { SearchGate } from '../support/search-gate.ts'
import { eventually, startServer } from '../support/server.ts'

const FRONT = 'front'
const BACK = 'back'
const LISTENERS = ['http', 'lmtp', 'smtp']
/** What is promised is 2 s; the rest is for a busy machine. */
const EFFECT_MS_MAX = 2_000 + 5_000
const NO_DUTY = { '@type': 'DisableAll' }
const INDEXING = { '@type': 'EnableSome', taskTypes: { searchIndexing: true } }
const EVERYTHING = { '@type': 'EnableAll' }

describe('roles', { skip: postgresMissing() }, () => {
  let url: string
  let accountId: string
  let front: NodeProcess
  let back: NodeProcess
  /** By name. */
  let listenerIds: Record<string, string>
  let roleIds: Record<string, string>

  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    await using seed = await startServer({ variables: { DATABASE_URL: url } })
    accountId = await createJane(seed)
    const all = await list(seed, 'NetworkListener')
    listenerIds = Object.fromEntries(all.map(({ name, id }) => [String(name), String(id)]))
    const listeners = { '@type': 'EnableSome', listenerIds: { [listenerIds['http'] ?? '']: true } }
    const [id = ''] = await create(seed, 'ClusterRole', { name: FRONT, tasks: NO_DUTY, listeners })
    roleIds = { [FRONT]: id }
    await seed.stop()
    front = await startNode(FRONT)
    back = await startNode(BACK)
  })
  after(async () => {
    await back[Symbol.asyncDispose]()
    await front[Symbol.asyncDispose]()
    await stopSharedPostgres()
  })

  const startNode = (role: string) =>
    NodeProcess.start({ name: `${role}-node`, variables: { DATABASE_URL: url, STALWART_ROLE: role } })
  const edit = (role: string, patch: JsonObject) => update(front, 'ClusterRole', roleIds[role] ?? '', patch)
  const members = (names: readonly string[]) => Object.fromEntries(names.map(name => [listenerIds[name] ?? '', true]))

  /** What the second node says of itself, as the first one tells it. */
  async function told() {
    const node = (await list(front, 'ClusterNode')).find(({ hostname }) => hostname === `${BACK}-node`) ?? {}
    const { role, lastError } = node
    return { role, duties: Object.keys(part(node, 'duties')), listeners: part(node, 'listeners'), lastError }
  }
  /** Resolves when it tells of these duties and of these listeners, all of them up. */
  function tells(duties: readonly string[], listeners: readonly string[]): Promise<unknown> {
    return eventually(async () => {
      const node = await told()
      const up = Object.keys(node.listeners).filter(name => String(node.listeners[name]).endsWith(' up'))
      return same(node.duties, duties) && same(Object.keys(node.listeners), listeners) && same(up, listeners)
    }, `${BACK} has the duties ${duties.join()} and the listeners ${listeners.join()}`)
  }
  /** Who runs a new task: it is held up until somebody is seen to. */
  async function runner(): Promise<unknown> {
    await using gate = await SearchGate.shut(url)
    await create(front, 'Task', indexTask(accountId))
    const name = await eventually(runsOn, 'somebody runs the task')
    await gate.open()
    await drained(front)
    return name
  }
  const coverage = async () => (await front.health()).checks['coverage']?.detail ?? ''
  /** The buckets have been given back, and the other node knows that nobody is there for them. */
  async function nobodyIndexes(): Promise<void> {
    await eventually(async () => (await heldBuckets(url, 'search')) === 0, 'nobody holds a bucket')
    const uncovered = /No live node works search\b/
    await eventually(async () => uncovered.test(await coverage()), 'health says so')
    const texts = async () => (await list(front, 'ClusterFinding')).map(({ text }) => text).join(' ')
    await eventually(async () => (await texts()) === (await coverage()), 'the API says just the same')
  }
  const runsOn = async () => nodeOf((await list(front, 'Task'))[0])

  test('a node whose role does not exist runs nothing, and says so everywhere', async () => {
    const line = await back.says('STALWART_ROLE names no ClusterRole')
    assert.equal(line['role'], BACK)
    const { status, ready, checks } = await back.health()
    assert.deepEqual([status, ready, checks['role']?.ok], [503, false, false])
    assert.match(checks['role']?.detail ?? '', /no ClusterRole is named back: this node runs nothing/)
    assert.deepEqual(back.logged('listener is up').map(each => each['listener']), ['ROTA_HEALTH_BIND'])
    const node = await told()
    assert.deepEqual([node.role, node.duties, node.listeners], [BACK, [], {}])
    assert.match(String(node.lastError), /STALWART_ROLE names no ClusterRole/)
    assert.match(back.stdout, /no HTTP listener: use the API of another node/)
  })

  test('when the role is created, the node begins by itself', async t => {
    const took = stopwatch()
    const [id = ''] = await create(front, 'ClusterRole', { name: BACK, tasks: INDEXING, listeners: EVERYTHING })
    roleIds[BACK] = id
    await Promise.all([...LISTENERS.map(name => back.up(name)), tells(['searchIndexing'], LISTENERS)])
    took(t, 'created role')
    assert.equal((await back.health()).status, 200)
    const client = await LmtpClient.open(back.port('lmtp'))
    await client.deliver(JANE.name, 'First', 'A cormorant.')
    client.close()
    await drained(front)
    assert.deepEqual(await found(front, accountId, 'cormorants'), ['First'])
    await eventually(() => list(back, 'ClusterRole').catch(() => null), 'node.json tells where its API is by now')
  })

  const some = ['lmtp', 'outboundMta', 'searchIndexing']
  const groups: readonly { readonly kind: string; readonly has: (member: string) => boolean }[] = [
    { kind: 'DisableAll', has: () => false },
    { kind: 'EnableSome', has: member => some.includes(member) },
    { kind: 'DisableSome', has: member => !some.includes(member) },
    { kind: 'EnableAll', has: () => true },
  ]
  for (const group of groups) {
    test(`${group.kind} for tasks: the duties are those that it means, at once`, async t => {
      const taskTypes = group.kind.endsWith('Some') ? { taskTypes: { outboundMta: true, searchIndexing: true } } : {}
      const took = stopwatch()
      await edit(BACK, { tasks: { '@type': group.kind, ...taskTypes } })
      await tells(DUTIES.filter(group.has), LISTENERS)
      if (!group.has('searchIndexing')) await nobodyIndexes()
      took(t, group.kind)
      await create(front, 'Task', indexTask(accountId))
      if (group.has('searchIndexing')) await drained(front)
      else {
        assert.equal((await list(front, 'Task')).length, 1, 'nobody may run it')
        await edit(BACK, { tasks: INDEXING })
        await drained(front)
      }
    })
  }

  for (const group of groups) {
    test(`${group.kind} for listeners: those are open, the others closed, at once`, async t => {
      const before = new Map(LISTENERS.map(name => [name, back.port(name)]))
      const named = group.kind.endsWith('Some') ? { listenerIds: members(['lmtp']) } : {}
      const took = stopwatch()
      await edit(BACK, { tasks: INDEXING, listeners: { '@type': group.kind, ...named } })
      await tells(['searchIndexing'], LISTENERS.filter(group.has))
      took(t, group.kind)
      assert.equal((await back.health()).status, 200, 'health answers with whatever listeners there are')
      for (const name of LISTENERS) {
        if (group.has(name)) (await LineClient.open(back.port(name))).destroy()
        else await assert.rejects(LineClient.open(before.get(name) ?? 0), { code: 'ECONNREFUSED' })
      }
    })
  }

  test('a duty moves from one node to the other and back, tasks with it', async t => {
    assert.equal(await runner(), `${BACK}-node`)
    const took = stopwatch()
    await edit(BACK, { tasks: NO_DUTY })
    await nobodyIndexes()
    await edit(FRONT, { tasks: INDEXING })
    assert.equal(await runner(), `${FRONT}-node`)
    await edit(FRONT, { tasks: NO_DUTY })
    await nobodyIndexes()
    await edit(BACK, { tasks: INDEXING })
    assert.equal(await runner(), `${BACK}-node`)
    took(t, 'there and back, with two tasks that were held up for a second each', 2 * EFFECT_MS_MAX)
  })

  test('a task that runs when its duty moves away ends where it is', async () => {
    await using gate = await SearchGate.shut(url)
    await create(front, 'Task', indexTask(accountId))
    await eventually(runsOn, 'it runs')
    await edit(BACK, { tasks: NO_DUTY })
    await edit(FRONT, { tasks: INDEXING })
    await tells([], LISTENERS)
    assert.equal(await runsOn(), `${BACK}-node`)
    await gate.open()
    await drained(front)
    await edit(FRONT, { tasks: NO_DUTY })
    await edit(BACK, { tasks: INDEXING })
  })

  test('a connection in use finishes when its listener goes', async () => {
    const port = back.port('lmtp')
    const client = await LmtpClient.open(port)
    await client.begin(JANE.name, 'Half way', 'A grebe dives')
    await edit(BACK, { listeners: { '@type': 'DisableSome', listenerIds: members(['lmtp']) } })
    await eventually(async () => String((await told()).listeners['lmtp']).endsWith(' draining'), 'the listener drains')
    await assert.rejects(LineClient.open(port), { code: 'ECONNREFUSED' })
    client.lines.write('and comes up again.\r\n')
    assert.match(await client.end(), /^250 /)
    assert.match(await client.lines.rest(), /^421 /, 'then it is told goodbye')
    await tells(['searchIndexing'], ['http', 'smtp'])
    await drained(front)
    assert.deepEqual(await found(front, accountId, 'grebes'), ['Half way'])
    await edit(BACK, { listeners: EVERYTHING })
    await tells(['searchIndexing'], LISTENERS)
  })

  test('a listener that cannot be served is reported by its name, and the rest works', async () => {
    const imap = { name: 'imap', protocol: 'imap', bind: { '127.0.0.1:0': true } }
    const [id = ''] = await create(front, 'NetworkListener', imap)
    const text = await eventually(async () => (await told()).listeners['imap'], 'it is reported')
    assert.match(String(text), /^imap 127\.0\.0\.1:0 unsupported \(this version of Rota has no imap server\)$/)
    const { status, checks } = await back.health()
    assert.equal(status, 503)
    assert.match(checks['listeners']?.detail ?? '', /^imap: .*no imap server/)
    assert.equal(back.logged('listener not served').length, 1)
    const client = await LmtpClient.open(back.port('lmtp'))
    await client.deliver(JANE.name, 'All the same', 'A coot.')
    client.close()
    await front.call([['x:NetworkListener/set', { destroy: [id] }]])
    await tells(['searchIndexing'], LISTENERS)
    assert.equal((await back.health()).status, 200)
  })

  test('a port in use is named, the rest works, and when it is free the listener comes up', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const address = `127.0.0.1:${(squatter.address() as AddressInfo).port}`
    const extra = { name: 'extra', protocol: 'lmtp', bind: { [address]: true } }
    const [id = ''] = await create(front, 'NetworkListener', extra)
    const problem = `listener 'extra' cannot bind ${address}: the port is in use by another program`
    assert.equal((await back.says('listener is not up'))['error'], problem)
    const text = `lmtp ${address} failed (${problem})`
    await eventually(async () => (await told()).listeners['extra'] === text, 'ClusterNode names it')
    const { status, checks } = await back.health()
    assert.equal(status, 503)
    const detail = checks['listeners']?.detail ?? ''
    assert.ok(detail.includes(problem), detail)
    for (const name of LISTENERS) (await LineClient.open(back.port(name))).destroy()
    squatter.close()
    await once(squatter, 'close')
    await LmtpClient.open(await back.up('extra')).then(client => { client.close() })
    await tells(['searchIndexing'], [...LISTENERS, 'extra'])
    assert.equal((await back.health()).status, 200)
    await front.call([['x:NetworkListener/set', { destroy: [id] }]])
  })

  test('a role that is removed takes everything with it', async t => {
    await tells(['searchIndexing'], LISTENERS)
    const took = stopwatch()
    await front.call([['x:ClusterRole/set', { destroy: [roleIds[BACK] ?? ''] }]])
    await tells([], [])
    took(t, 'removed role')
    assert.match((await back.health()).checks['role']?.detail ?? '', /runs nothing/)
  })
})

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join()
}

/** Says how long it took, which must not be too long. */
function stopwatch(): (t: { diagnostic(text: string): void }, what: string, maxMs?: number) => void {
  const startedMs = systemClock.monotonicMs()
  return (t, what, maxMs = EFFECT_MS_MAX) => {
    const ms = Math.round(systemClock.monotonicMs() - startedMs)
    t.diagnostic(`${what}: ${ms} ms`)
    assert.ok(ms < maxMs, `${what}: ${ms} ms`)
  }
}
