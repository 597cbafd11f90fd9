import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../base/virtual-clock.ts'
import type { NodeState } from '../engine/ports/node.ts'
import { openMemoryStore } from '../store/memory/store.ts'
import type { Tx } from '../store/store.ts'
import { lanes } from '../tasks/lanes.ts'
import { clusterPort } from './cluster-port.ts'
import { nodeInfo } from './node-info.ts'

const BUSY: NodeState = {
  role: 'edge', duties: ['storeMaintenance'], pushShard: null, draining: false,
  info: nodeInfo({ listeners: [], binds: new Map(), runningTasks: 4, clockOffsetMs: -1_500, lastError: null, certificates: { c1: 'privateKey is gone.' }, spamProblem: null }),
}

async function cluster(roles: readonly string[] = ['edge']) {
  const clock = new VirtualClock()
  const store = await openMemoryStore({ clock })
  const port = clusterPort<Tx>({ lanes: lanes(), alone: false, roles: async () => new Set(roles) })
  const join = (hostname: string, state = BUSY) => store.leases.join({ incarnation: `${hostname}-${clock.now()}`, hostname, version: '1', state }, 10_000)
  const acquire = (incarnation: string, lane: string, ...buckets: number[]) => store.leases.acquire(incarnation, buckets.map(bucket => ({ lane, bucket })))
  return { clock, store, port, join, acquire, look: () => store.read(port.look) }
}

test('nodes come with what they said of themselves, leases with the node that holds them', async () => {
  const { clock, join, acquire, look } = await cluster()
  await join('one')
  await join('two')
  await acquire(`one-${clock.now()}`, 'store', 0, 1)
  await acquire(`two-${clock.now()}`, 'store', 2)
  const { nodes, leases, now } = await look()
  assert.equal(now, clock.now())
  assert.deepEqual(nodes.map(({ nodeId, hostname, live }) => [nodeId, hostname, live?.runningTasks, live?.clockOffsetMs, live?.draining]),
    [[1, 'one', 4, -1_500, false], [2, 'two', 4, -1_500, false]])
  assert.deepEqual(nodes[0]?.live?.certificateProblems, { c1: 'privateKey is gone.' })
  assert.deepEqual(leases, [{ lane: 'store', bucket: 0, nodeId: 1 }, { lane: 'store', bucket: 1, nodeId: 1 }, { lane: 'store', bucket: 2, nodeId: 2 }])
})

test('addresses of listeners come with state, reason and connections', async () => {
  const { join, look } = await cluster()
  const up = { address: '127.0.0.1', port: 25, state: 'up', error: null, since: 5, connections: 3 } as const
  const failed = { address: '::1', port: 25, state: 'failed', error: 'in use', since: 6, connections: 0 } as const
  const listener = { id: '0000000000001', name: 'smtp', protocol: 'smtp', tls: false, addresses: [up, failed] } as const
  await join('one', { ...BUSY, info: nodeInfo({ listeners: [listener], binds: new Map(), runningTasks: 0, clockOffsetMs: null, lastError: null, certificates: {}, spamProblem: null }) })
  const { nodes: [node] } = await look()
  assert.deepEqual(node?.live?.addresses, [
    { listener: 'smtp', protocol: 'smtp', address: '127.0.0.1:25', state: 'up', error: null, since: 5, connections: 3 },
    { listener: 'smtp', protocol: 'smtp', address: '[::1]:25', state: 'failed', error: 'in use', since: 6, connections: 0 },
  ])
})

test('what a node of another version says is left out where it cannot be read', async () => {
  const { join, look } = await cluster()
  await join('one', { ...BUSY, info: { runningTasks: 'many', clockOffsetMs: null, addresses: [{ state: 'odd' }, 7] } })
  const { nodes: [node] } = await look()
  assert.deepEqual([node?.live?.runningTasks, node?.live?.clockOffsetMs, node?.live?.lastError, node?.live?.addresses], [0, null, null, []])
})

test('a drain is shown as soon as it was asked for, and asked of no later process', async () => {
  const { clock, store, port, join, look } = await cluster()
  const ask = (nodeId: number, startedAt: number) => store.transact(tx => port.requestDrain(tx, nodeId, startedAt))
  const startedAt = clock.now()
  await join('one')
  assert.deepEqual([await ask(1, startedAt - 1), await ask(2, startedAt)], [false, false])
  assert.equal((await look()).nodes[0]?.live?.draining, false)
  assert.equal(await ask(1, startedAt), true)
  assert.equal((await look()).nodes[0]?.live?.draining, true)
  await clock.advance(20_000)
  await join('one')
  assert.deepEqual([(await look()).nodes[0]?.live?.draining, await ask(1, startedAt)], [false, false])
})

test('findings are of the live nodes and the roles that there are', async () => {
  const { store, port, join, clock } = await cluster(['other'])
  await join('one')
  const kinds = async () => new Set((await store.read(port.findings)).map(({ kind, subject }) => `${kind} ${subject}`))
  const found = await kinds()
  for (const each of ['unknownRole node-1', 'clockOffset node-1', 'criticalLaneWithOneNode store', 'laneWithoutNode search']) assert.ok(found.has(each), each)
  assert.ok(!found.has('laneWithoutNode store'))
  await clock.advance(20_000)
  await store.leases.reap()
  const later = await kinds()
  assert.deepEqual([later.has('unknownRole node-1'), later.has('laneWithoutNode store')], [false, true])
})
