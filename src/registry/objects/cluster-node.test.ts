import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'

describe('ClusterNode', () => {
  let test: TestRegistry
  beforeEach(async () => {
    test = await openRegistry()
    const now = test.clock.now()
    const smtp = { listener: 'smtp', protocol: 'smtp', address: '127.0.0.1:2525', state: 'up', error: null, since: now - 50_000, connections: 2 } as const
    const live = {
      addresses: [smtp], expiresAt: now + 5_000, role: 'edge', duties: ['searchIndexing'], listeners: { smtp: 'open on 127.0.0.1:2525' }, pushShard: 2,
      draining: false, runningTasks: 3, clockOffsetMs: -20, version: '0.1.0', startedAt: now - 60_000, lastError: null, certificateProblems: { c1: 'privateKey is gone.' },
    }
    test.nodes = [
      { nodeId: 3, hostname: 'mx3', renewedAt: now - 86_400_000, live: null },
      { nodeId: 1, hostname: 'mx1', renewedAt: now - 1_000, live },
      { nodeId: 2, hostname: 'mx2', renewedAt: now - 20_000, live: { ...live, expiresAt: now - 1 } },
      { nodeId: 4, hostname: 'mx4', renewedAt: now - 3_600_000, live: null },
    ]
    test.leases = [{ lane: 'search', bucket: 0, nodeId: 1 }, { lane: 'search', bucket: 7, nodeId: 1 }, { lane: 'spam', bucket: 0, nodeId: 1 }, { lane: 'search', bucket: 1, nodeId: 2 }]
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
      addresses: { 0: {
        listener: 'smtp', protocol: 'smtp', address: '127.0.0.1:2525', state: 'up', error: null, since: '2025-12-31T23:59:10Z', connections: 2,
      } },
      pushShard: 2,
      draining: false,
      ownedBuckets: { search: 2, spam: 1 },
      runningTasks: 3,
      clockOffset: -20,
      version: '0.1.0',
      startedAt: '2025-12-31T23:59:00Z',
      lastError: null,
      certificateProblems: { c1: 'privateKey is gone.' },
    })
    const gone = await test.get('ClusterNode', 'node-3')
    assert.deepEqual([gone['role'], gone['duties'], gone['listeners'], gone['addresses'], gone['version'], gone['draining']], [null, {}, {}, {}, null, false])
    assert.deepEqual([gone['ownedBuckets'], gone['runningTasks'], gone['clockOffset']], [{}, 0, null])
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
  it('cannot be made or destroyed by anybody, and says so for each item', async () => {
    const error = { type: 'forbidden', description: 'Cluster nodes are kept by the server; nobody can create them.' }
    const reply = await test.call('ClusterNode/set', { create: { n: {} }, destroy: ['node-1'] })
    assert.deepEqual(reply, {
      accountId: '0000000000001',
      notCreated: { n: error },
      notDestroyed: { 'node-1': { ...error, description: error.description.replace('create', 'destroy') } },
    })
    assert.equal(test.registry.permissions().some(({ name }) => /^sysClusterNode(Create|Destroy)$/.test(name)), false)
  })
  it('has nothing that people can change but draining', async () => {
    const { id: _id, draining: _draining, ...rest } = await test.get('ClusterNode', 'node-1')
    for (const [name, value] of Object.entries(rest)) {
      await test.update('ClusterNode', 'node-1', { [name]: value })
      const other = typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value}x` : value === null ? 'x' : { x: true }
      const { type, properties } = await test.refusedUpdate('ClusterNode', 'node-1', { [name]: other })
      assert.deepEqual([type, properties], ['invalidPatch', [name]])
    }
  })
  it('is asked to drain once, by whoever may, and it is in the audit log', async () => {
    await test.update('ClusterNode', 'node-1', { draining: true })
    assert.equal((await test.get('ClusterNode', 'node-1'))['draining'], true)
    await test.update('ClusterNode', 'node-1', { draining: true })
    const entries = await test.store.read(async tx => tx.audit.get(await tx.audit.query({ objectName: 'ClusterNode' }, { ascending: true, limit: 10 })))
    assert.deepEqual(entries.map(({ action, objectId, actorName, before, after }) => ({ action, objectId, actorName, before, after })),
      [{ action: 'Update', objectId: 'node-1', actorName: 'tester', before: '{"draining":false}', after: '{"draining":true}' }])
    const nobody = test.context(test.principal(['sysClusterNodeGet', 'sysClusterNodeQuery']))
    await assert.rejects(test.call('ClusterNode/set', { update: { 'node-1': { draining: true } } }, nobody), /lacks the permission sysClusterNodeUpdate/)
    const { roles } = test.objects
    assert.deepEqual(Object.entries(roles).filter(([, names]) => names.has('sysClusterNodeUpdate')).map(([role]) => role), ['Admin', 'Operator'])
  })
  it('cannot take a drain back', async () => {
    await test.update('ClusterNode', 'node-1', { draining: false })
    await test.update('ClusterNode', 'node-1', { draining: true })
    const { type, description, properties } = await test.refusedUpdate('ClusterNode', 'node-1', { draining: false })
    assert.deepEqual([type, properties], ['validationFailed', ['draining']])
    assert.match(String(description), /cannot be taken back; start the node again/)
  })
  it('drains only while it lives', async () => {
    for (const [id, status] of [['node-2', 'stale'], ['node-3', 'inactive'], ['node-4', 'stale']] as const) {
      const { type, description } = await test.refusedUpdate('ClusterNode', id, { draining: true })
      assert.equal(type, 'validationFailed')
      assert.match(String(description), new RegExp(`mx${id.at(-1)}, which is ${status}: it was last heard of at 2025-12-31T`))
    }
    for (const id of ['node-9', 'node-01', 'x']) {
      assert.equal((await test.refusedUpdate('ClusterNode', id, { draining: true }))['type'], 'notFound')
    }
  })
  it('does not pass a drain on to the process that took the place of the one that was seen', async () => {
    const { look } = test
    let looks = 0
    test.look = async () => {
      const seen = await look()
      // Between the look and the write, the node has started again.
      if (looks++ === 0) test.nodes = test.nodes.map(node => node.live ? { ...node, live: { ...node.live, startedAt: node.live.startedAt + 1 } } : node)
      return seen
    }
    const { type, description } = await test.refusedUpdate('ClusterNode', 'node-1', { draining: true })
    assert.equal(type, 'validationFailed')
    assert.match(String(description), /has just ended, or started again/)
    assert.equal((await test.get('ClusterNode', 'node-1'))['draining'], false)
  })
  it('takes an update that changes nothing, of every node', async () => {
    for (const id of await test.query('ClusterNode')) {
      for (const patch of [{}, { draining: false }, { draining: null }]) await test.update('ClusterNode', id, patch)
    }
    assert.equal((await test.get('ClusterNode', 'node-1'))['draining'], false)
  })
})
