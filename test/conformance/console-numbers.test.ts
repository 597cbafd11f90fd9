/** What the pages of the console ask besides lists and objects, over HTTP, of a whole node. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { create, list } from '../support/api-call.ts'
import { createJane, JANE } from '../support/jane.ts'
import { eventually, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

let node: TestServer
before(async () => { node = await startServer() })
after(() => node.stop())

const one = async (name: string, args: JsonObject = {}) => (await node.call([[name, args]]))[0] ?? {}
const rows = (reply: JsonObject) => reply['list'] as unknown as JsonObject[]
const LATER = { '@type': 'Pending', due: '2040-01-01T00:00:00Z' }

test('the load of the lanes, and what a task of one says of itself', async () => {
  const accountId = await createJane(node)
  const [id = ''] = await create(node, 'Task', { '@type': 'AccountMaintenance', maintenanceType: 'purge', accountId, status: LATER })
  const loads = await eventually(async () => {
    const loads = rows(await one('x:ClusterLane/load'))
    return loads.find(lane => lane['id'] === 'account')?.['waiting'] === 1 && loads
  }, 'the count of a second ago has ended')
  assert.deepEqual(loads.find(lane => lane['id'] === 'account'), { id: 'account', waiting: 1, running: 0, failed: 0, oldestDue: null })
  const lanes = (await list(node, 'ClusterLane')).map(lane => lane['id'])
  assert.ok(loads.length > 10 && loads.every(lane => lanes.includes(String(lane['id']))))
  const [task] = rows(await one('x:Task/get', { ids: [id] }))
  assert.deepEqual([task?.['waitingFor'], task?.['running'], task?.['parts'], task?.['parentId']], [{ '@type': 'NotDue', until: LATER.due }, null, null, null])
})

test('the rates of runs, by hour and by five minutes, and the runs of a task by its id', async () => {
  const [id = ''] = await create(node, 'Task', { '@type': 'StoreMaintenance', maintenanceType: 'resetRateLimiters' })
  const done = async (span: string) => rows(await one('x:TaskRunCount/rates', { span })).reduce((sum, step) => sum + Number(step['done']), 0)
  await eventually(async () => await done('hour') > 0 && await done('day') > 0, 'the run is counted')
  assert.deepEqual((await list(node, 'TaskRun', { taskId: id })).map(({ taskId, outcome }) => [taskId, outcome]), [[id, 'done']])
  assert.deepEqual(rows(await one('x:Task/get', { ids: [id] })), [])
})

test('whom it is not for learns nothing of it', async () => {
  for (const name of ['x:ClusterLane/load', 'x:TaskRunCount/rates', 'x:ClusterRole/preview']) {
    const [reply] = await node.call([[name, { destroy: ['any'] }]], JANE)
    assert.equal((reply?.['error'] as JsonObject | undefined)?.['type'], 'forbidden', name)
  }
})
