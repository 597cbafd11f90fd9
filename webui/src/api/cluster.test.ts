import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketsOf, findingOf, isWorking, laneOf, nodeOf } from './cluster.ts'

test('a node is read as it travels', () => {
  const node = nodeOf({
    id: 'node-2', nodeId: 2, hostname: 'mx2', status: 'active', lastRenewal: '2026-01-01T00:00:00Z', role: null, duties: { searchIndexing: true },
    listeners: { smtp: 'smtp 127.0.0.1:25 up' }, pushShard: null, draining: false, ownedBuckets: { search: 32, push: 8 }, runningTasks: 3, clockOffset: -5,
    addresses: { 0: { listener: 'smtp', protocol: 'smtp', address: '127.0.0.1:25', state: 'failed', error: 'in use', since: '2026-01-01T00:00:00Z', connections: 0 } },
    version: '0.1.0', startedAt: '2026-01-01T00:00:00Z', lastError: null,
  })
  assert.deepEqual([node.hostname, node.duties, bucketsOf(node), isWorking(node)], ['mx2', ['searchIndexing'], 40, true])
  assert.deepEqual(node.addresses.map(({ address, state, error }) => [address, state, error]), [['127.0.0.1:25', 'failed', 'in use']])
  assert.equal(isWorking({ ...node, draining: true }), false)
})

test('a node that says little is empty, and works nothing', () => {
  const node = nodeOf({ id: 'node-1', status: 'odd' })
  assert.deepEqual([node.status, node.duties, node.addresses, bucketsOf(node), isWorking(node)], ['inactive', [], [], 0, false])
})

test('a lane has an owner or none for each of its buckets', () => {
  assert.deepEqual(laneOf({ name: 'search', duty: 'searchIndexing', buckets: 3, owners: { 0: 'node-1', 2: 'node-2', 9: 'node-3' } }),
    { name: 'search', duty: 'searchIndexing', owners: ['node-1', null, 'node-2'] })
})

test('a finding of an unknown severity is a warning', () => {
  assert.equal(findingOf({ id: 'x', severity: 'odd', kind: 'clockOffset', subject: 'node-1', text: 't', advice: 'a' }).severity, 'warning')
})
