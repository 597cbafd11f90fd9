import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openRegistry, part } from '../../../test/support/registry.ts'
import { CLUSTER_TASK_TYPE } from '../../tasks/define.ts'

it('ClusterLane shows each lane, and who holds which bucket of it by the leases', async () => {
  const test = await openRegistry()
  test.leases = [{ lane: 'store', bucket: 0, nodeId: 1 }, { lane: 'store', bucket: 15, nodeId: 2 }, { lane: 'store', bucket: 16, nodeId: 2 }, { lane: 'gone', bucket: 0, nodeId: 1 }]
  assert.deepEqual(await test.get('ClusterLane', 'store'), {
    id: 'store', name: 'store', duty: 'storeMaintenance', buckets: 16, owners: { 0: 'node-1', 15: 'node-2' }, unowned: 14,
  })
  const { owners, unowned } = await test.get('ClusterLane', 'spam')
  assert.deepEqual([owners, unowned], [{}, 1])
  const lanes = [...test.catalogue.lanes.values()]
  const names = lanes.map(({ name }) => name).toSorted()
  assert.deepEqual(await test.query('ClusterLane'), names)
  assert.deepEqual(await test.query('ClusterLane', { sort: [{ property: 'name', isAscending: false }], limit: 2 }), names.toReversed().slice(0, 2))
  const reply = await test.call('ClusterLane/get', { ids: ['gone', 'acme'], properties: ['buckets', 'duty'] })
  assert.deepEqual([reply['list'], reply['notFound']], [[{ id: 'acme', buckets: 16, duty: 'taskQueueProcessing' }], ['gone']])
  const duties = new Set<string>(CLUSTER_TASK_TYPE.members.map(({ name }) => name))
  assert.ok(lanes.every(({ duty }) => duties.has(duty)))
})

it('nobody writes ClusterLane and ClusterFinding; operators and auditors read them', async () => {
  const test = await openRegistry()
  for (const object of ['ClusterLane', 'ClusterFinding']) {
    const reply = await test.call(`${object}/set`, { create: { n: {} }, update: { acme: { name: 'x' } }, destroy: ['acme'] })
    const refused = [['notCreated', 'n'], ['notUpdated', 'acme'], ['notDestroyed', 'acme']] as const
    for (const [where, id] of refused) assert.equal(part(reply, where, id)['type'], 'forbidden', `${object} ${where}`)
    const may = (verb: string) => Object.entries(test.objects.roles).filter(([, names]) => names.has(`sys${object}${verb}`)).map(([role]) => role)
    for (const verb of ['Get', 'Query']) assert.deepEqual(may(verb), ['Admin', 'Operator', 'ReadOnly'])
    for (const verb of ['Create', 'Update', 'Destroy']) assert.deepEqual(may(verb), [])
  }
})
