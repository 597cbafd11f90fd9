import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterNode, Lane } from '../../api/cluster.ts'
import { nodeOf } from '../../api/cluster.ts'
import { drainEffects, servesHere } from './drain-effects.ts'

const lanes: readonly Lane[] = [
  { name: 'search', duty: 'searchIndexing', owners: ['node-1', 'node-2'] }, { name: 'spam', duty: 'spamTraining', owners: ['node-1'] },
]
function node(nodeId: number, duties: readonly string[], more: object = {}): ClusterNode {
  const held = { search: 1 }
  return nodeOf({ id: `node-${nodeId}`, nodeId, hostname: `mx${nodeId}`, status: 'active', duties: Object.fromEntries(duties.map(duty => [duty, true])), ownedBuckets: held, ...more })
}

test('who drains gives to those with the duty, and says what nobody else may work', () => {
  const mx1 = node(1, ['searchIndexing', 'spamTraining'], { runningTasks: 2 })
  const effects = drainEffects(mx1, [mx1, node(2, ['searchIndexing']), node(3, ['other']), node(4, ['spamTraining'], { draining: true })], lanes)
  assert.deepEqual([effects.takers, effects.uncovered, effects.runningTasks, effects.last], [['mx2'], ['spam'], 2, false])
})

test('the last node leaves everything', () => {
  const alone = node(1, ['searchIndexing', 'spamTraining'])
  const effects = drainEffects(alone, [alone, node(2, ['searchIndexing'], { status: 'stale' })], lanes)
  assert.deepEqual([effects.takers, effects.uncovered, effects.last], [[], ['search', 'spam'], true])
})

test('the console knows its node by the port, as long as only one has it', () => {
  const http = (port: number, state = 'up') => ({ addresses: { 0: { listener: 'http', protocol: 'http', address: `0.0.0.0:${port}`, state } } })
  const [one, two] = [node(1, [], http(8080)), node(2, [], http(8081))]
  const here = { protocol: 'http:', port: '8080' }
  assert.deepEqual([servesHere(one, [one, two], here), servesHere(two, [one, two], here)], [true, false])
  const plain = node(4, [], http(80))
  assert.deepEqual(['http:', 'https:'].map(protocol => servesHere(plain, [plain], { protocol, port: '' })), [true, false])
  assert.equal(servesHere(one, [one, node(3, [], http(8080))], here), false)
  assert.equal(servesHere(node(1, [], http(8080, 'failed')), [], here), false)
})
