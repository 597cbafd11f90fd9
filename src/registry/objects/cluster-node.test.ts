import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { NodeData } from './cluster-node.ts'

describe('ClusterNode', () => {
  let test: TestRegistry
  beforeEach(async () => {
    test = await openRegistry()
    const now = test.clock.now()
    const live: NodeData['live'] = {
      expiresAt: now + 5_000, role: 'edge', duties: ['searchIndexing'], listeners: { smtp: 'open on 127.0.0.1:2525' }, pushShard: 2,
      draining: false, version: '0.1.0', startedAt: now - 60_000, lastError: null,
    }
    test.nodes = [
      { nodeId: 3, hostname: 'mx3', renewedAt: now - 86_400_000, live: null },
      { nodeId: 1, hostname: 'mx1', renewedAt: now - 1_000, live },
      { nodeId: 2, hostname: 'mx2', renewedAt: now - 20_000, live: { ...live, expiresAt: now - 1 } },
      { nodeId: 4, hostname: 'mx4', renewedAt: now - 3_600_000, live: null },
    ]
  })

  it('says what each node is and does', async () => {
    assert.deepEqual(await test.get('ClusterNode', 'node-1'), {
      id: 'node-1',
      nodeId: 1,
      hostname: 'mx1',
      lastRenewal: '2025-12-31T23:59:59Z',
      status: 'active',
      role: 'edge',
      duties: { searchIndexing: true },
      listeners: { smtp: 'open on 127.0.0.1:2525' },
      pushShard: 2,
      draining: false,
      version: '0.1.0',
      startedAt: '2025-12-31T23:59:00Z',
      lastError: null,
    })
    const gone = await test.get('ClusterNode', 'node-3')
    assert.deepEqual([gone['role'], gone['duties'], gone['listeners'], gone['version'], gone['draining']], [null, {}, {}, null, false])
  })
  it('tells the living from the dead', async () => {
    const reply = await test.call('ClusterNode/get', { ids: null, properties: ['nodeId', 'status'] })
    assert.deepEqual(reply['list'], [
      { id: 'node-1', nodeId: 1, status: 'active' }, { id: 'node-2', nodeId: 2, status: 'stale' },
      { id: 'node-3', nodeId: 3, status: 'inactive' }, { id: 'node-4', nodeId: 4, status: 'stale' },
    ])
  })
  it('is listed by number, in pages', async () => {
    assert.deepEqual(await test.query('ClusterNode'), ['node-1', 'node-2', 'node-3', 'node-4'])
    assert.deepEqual(await test.query('ClusterNode', { sort: [{ property: 'nodeId', isAscending: false }], limit: 2 }), [
      'node-4',
      'node-3',
    ])
    assert.deepEqual(await test.query('ClusterNode', { anchor: 'node-2', anchorOffset: 1, limit: 1 }), ['node-3'])
    assert.deepEqual(await test.query('ClusterNode', { anchor: 'node-9', anchorOffset: 1, limit: 1 }), ['node-1'])
    assert.equal((await test.call('ClusterNode/query', { calculateTotal: true }))['total'], 4)
  })
  it('cannot be written by anybody, and says so for each item', async () => {
    const error = { type: 'forbidden', description: 'Cluster nodes are kept by the server; nobody can create them.' }
    const reply = await test.call('ClusterNode/set', { create: { n: {} }, update: { 'node-1': { hostname: 'x' } }, destroy: ['node-1'] })
    assert.deepEqual(reply, {
      accountId: '0000000000001',
      notCreated: { n: error },
      notUpdated: { 'node-1': { ...error, description: error.description.replace('create', 'update') } },
      notDestroyed: { 'node-1': { ...error, description: error.description.replace('create', 'destroy') } },
    })
    assert.equal(test.registry.permissions().some(({ name }) => /^sysClusterNode(Create|Update|Destroy)$/.test(name)), false)
  })
})
