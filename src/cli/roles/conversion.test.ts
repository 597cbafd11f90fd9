import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRolesFile } from '../../legacy/roles-file.ts'
import { convertRoles } from './conversion.ts'

const convert = (lists: string) => convertRoles(parseRolesFile(`[cluster.roles]\n${lists}`))
const said = (lists: string, what: RegExp) => convert(lists).remarks.some(remark => what.test(remark))

test('nodes that do the same share a role, and nodes that no list names have one', () => {
  const { roles, nodes } = convert('fts-indexing = "2,1"\npurge.stores = "1,2,3"\nmetrics.push = "3"')
  const general = ['accountMaintenance', 'taskQueueProcessing', 'metricsCalculate', 'pushNotifications']
  const others = [...general, 'spamClassifierTraining', 'outboundMta', 'taskScheduler']
  assert.deepEqual(roles.map(({ name, taskTypes }) => [name, new Set(taskTypes)]), [
    ['nodes-1-2', new Set([...others, 'storeMaintenance', 'searchIndexing'])],
    ['node-3', new Set([...others, 'storeMaintenance', 'metricsPush'])],
    ['other-nodes', new Set(others)],
  ])
  assert.deepEqual(nodes.map(({ node, role }) => [node, role]), [[1, 'nodes-1-2'], [2, 'nodes-1-2'], [3, 'node-3'], [null, 'other-nodes']])
})

test('a node that does everything needs no role', () => {
  assert.deepEqual(convert('spam-training = "1"').nodes, [
    { node: 1, role: null, pushShard: null }, { node: null, role: 'other-nodes', pushShard: null },
  ])
  const nothing = convertRoles(parseRolesFile('[cluster]\nnode-id = 4'))
  assert.deepEqual([nothing.roles, nothing.nodes], [[], [{ node: null, role: null, pushShard: null }]])
  assert.match(nothing.remarks.join(), /no role is needed/)
})

test('push shards become variables, the only shards that do', () => {
  const { nodes, pushShards } = convert('push-notifications = ["4", "2,3"]')
  assert.deepEqual([pushShards, nodes.map(({ node, pushShard }) => [node, pushShard])], [2, [[2, 2], [3, 2], [4, 1], [null, null]]])
  assert.equal(convert('push-notifications = ["4,2"]').pushShards, null)
  const many = Array.from({ length: 65 }, (_, index) => `"${index + 1}"`).join()
  assert.equal(convert(`push-notifications = [${many}]`).pushShards, null)
  assert.ok(said(`push-notifications = [${many}]`, /65 shards; 64 are the most/))
})

test('the lists of the general queue become one duty, which is said', () => {
  const lists = 'acme.renew = "5"\ncalendar-alerts = "4"'
  assert.deepEqual(convert(lists).nodes.map(({ node, role }) => [node, role]), [[4, null], [5, null], [null, 'other-nodes']])
  assert.ok(said(lists, /acme.renew \(5\), calendar-alerts \(4\): .* taskQueueProcessing/))
  assert.ok(!said('fts-indexing = "1"', /taskQueueProcessing/))
})

test('shards that have no equal are said', () => {
  assert.ok(said('fts-indexing = ["1,2", "3"]', /fts-indexing has 2 shards \(1,2 \| 3\)/))
  assert.ok(!said('fts-indexing = "1,2"', /fts-indexing/))
})

test('the name of a role stays short, whatever it is for', () => {
  const ids = Array.from({ length: 300 }, (_, index) => index + 1)
  assert.deepEqual(convert(`fts-indexing = "${ids.slice(0, 200).join()}"\nspam-training = "${ids.join()}"`).roles.map(({ name }) => name),
    ['nodes-201-to-300', 'other-nodes'])
})
