import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Lane } from '../lane.ts'
import type { NodeSharding } from '../ports/node.ts'
import { findings, type ClusterSnapshot, type Finding, type JudgedNode } from './findings.ts'

const SEARCH: Lane = { name: 'search', duty: 'index', buckets: 8, legacyKey: null, sharding: 'none', critical: true }
const TIDY: Lane = { name: 'tidy', duty: 'tidy', buckets: 4, legacyKey: null, sharding: 'none' }
const PUSH: Lane = { name: 'push', duty: 'push', buckets: 64, legacyKey: null, sharding: 'push' }
const LANES = [SEARCH, TIDY, PUSH]

const node = (nodeId: number, said: Partial<JudgedNode> = {}): JudgedNode => ({
  incarnation: `i${nodeId}`, nodeId, hostname: `mx${nodeId}`, role: null, duties: ['index', 'tidy', 'push'], pushShard: null, draining: false,
  version: '1.0.0', clockOffsetMs: 0, spamProblem: null, ...said,
})
const judge = (nodes: readonly JudgedNode[], more: Partial<ClusterSnapshot> = {}): Finding[] =>
  findings({ nodes, lanes: LANES, roles: new Set(['edge']), alone: false, ...more })
const brief = (found: readonly Finding[]) => found.map(({ severity, kind, subject }) => `${severity} ${kind} ${subject}`)
const only = (found: readonly Finding[]): Finding => {
  const [one] = found
  assert.ok(one && found.length === 1, JSON.stringify(brief(found)))
  return one
}
const list = (index: number | null, of: number, lane = 'tidy'): { sharding: NodeSharding } =>
  ({ sharding: { pushShards: null, lanes: { [lane]: index === null ? null : { index, of } } } })
const pusher = (nodeId: number, pushShard: number | null, pushShards: number | null) =>
  node(nodeId, { pushShard, sharding: { pushShards, lanes: {} } })

describe('findings', () => {
  it('of a cluster that is well there are none', () => {
    assert.deepEqual(judge([node(1), node(2, { role: 'edge', clockOffsetMs: -1_000 }), node(3, { clockOffsetMs: null })]), [])
    assert.deepEqual(judge([pusher(1, 1, 2), pusher(2, 2, 2), node(3)]), [])
    assert.deepEqual(judge([node(1, list(0, 2)), node(2, list(1, 2)), node(3, list(null, 2))]), [])
  })

  it('name a lane that no live node works, one that drains included', () => {
    const finding = only(judge([node(1, { duties: ['index', 'push'] }), node(2, { duties: ['index', 'push'] }), node(3, { draining: true })]))
    assert.deepEqual(brief([finding]), ['error laneWithoutNode tidy'])
    assert.match(finding.text, /^No live node works tidy \(4 buckets\)/)
    assert.match(finding.advice, /duty tidy/)
  })

  it('name a critical lane with one node, and no other lane', () => {
    const finding = only(judge([node(1), node(2, { duties: ['push'] })]))
    assert.deepEqual(brief([finding]), ['warning criticalLaneWithOneNode search'])
    assert.match(finding.text, /^Only mx1 may work search:/)
    assert.deepEqual(brief(judge([node(1), node(2, { draining: true })])), ['warning criticalLaneWithOneNode search'])
  })
  it('name a critical lane of which a shard has one node', () => {
    const finding = only(judge([node(1, list(0, 2, 'search')), node(2, list(1, 2, 'search'))]))
    assert.match(finding.text, /^Parts of search have one node only \(mx1, mx2\)/)
    assert.match(finding.advice, /second node for each of its shards/)
    assert.deepEqual(judge([0, 1, 0, 1].map((index, place) => node(place + 1, list(index, 2, 'search')))), [])
  })
  it('do not ask for a second node where no other can join', () => {
    assert.deepEqual(judge([node(1)], { alone: true }), [])
    assert.deepEqual(brief(judge([node(1, { duties: [] })], { alone: true })).length, 3)
  })

  it('name each shard of older lists that has no node: its work waits', () => {
    const nodes = [node(1, list(0, 4)), node(2, list(2, 4)), node(3, list(null, 4)), node(4, { ...list(1, 4), draining: true })]
    assert.deepEqual(brief(judge(nodes)), ['error shardWithoutNode tidy-2', 'error shardWithoutNode tidy-4'])
    assert.match(judge(nodes)[0]?.text ?? '', /^Shard 2 of 4 of tidy/)
  })
  it('name buckets that nodes which disagree leave out', () => {
    const found = judge([node(1, list(0, 2)), node(2, list(0, 4))])
    assert.deepEqual(brief(found), ['error shardWithoutNode tidy-2', 'error shardWithoutNode tidy-4', 'warning settingsDiffer tidy'])
  })
  it('name each push shard that has no node of its own: others do its work', () => {
    const found = judge([pusher(1, 1, 3), pusher(2, 1, 3), node(3, { pushShard: 2, draining: true, sharding: { pushShards: 3, lanes: {} } }), node(4)])
    assert.deepEqual(brief(found), ['warning shardWithoutNode push-2', 'warning shardWithoutNode push-3'])
    assert.match(found[0]?.advice ?? '', /STALWART_PUSH_SHARD=2/)
  })
  it('name push shards without a total once, not 62 times', () => {
    const finding = only(judge([pusher(1, 1, null), pusher(2, 2, null)]))
    assert.deepEqual(brief([finding]), ['warning shardWithoutNode push'])
    assert.match(finding.text, /there are 64 shards, and 62 have no node/)
    assert.match(finding.advice, /ROTA_PUSH_SHARDS/)
  })

  it('name shards of unequal size', () => {
    const lists = only(judge([node(1, list(0, 2)), node(2, list(1, 2)), node(3, list(1, 2))]))
    assert.deepEqual(brief([lists]), ['warning unequalShards tidy'])
    assert.match(lists.text, /: 1, 2\./)
    assert.deepEqual(brief(judge([pusher(1, 1, 2), pusher(2, 2, 2), pusher(3, 2, 2)])), ['warning unequalShards push'])
  })

  it('name spam training that older lists give to several nodes', () => {
    const spam: Lane = { name: 'spam', duty: 'tidy', buckets: 1, legacyKey: 'spam-training', sharding: 'none' }
    const listed = (trainers: number) => judge([1, 2, 3].map(id => node(id, list(id <= trainers ? 0 : null, 1, 'spam'))), { lanes: [...LANES, spam] })
    assert.deepEqual(listed(1), [])
    const finding = only(listed(2))
    assert.deepEqual(brief([finding]), ['warning spamTrainingSpread spam'])
    assert.match(finding.text, /: mx1, mx2\./)
  })

  it('name a node whose role does not exist', () => {
    const finding = only(judge([node(1), node(2), node(3, { role: 'Edge', duties: [] })]))
    assert.deepEqual(brief([finding]), ['error unknownRole node-3'])
    assert.match(finding.text, /^mx3 was started with the role Edge,/)
  })

  it('name a clock that is more than a second off, and in which direction', () => {
    const found = judge([node(1, { clockOffsetMs: 1_001 }), node(2, { clockOffsetMs: -90_500 }), node(3, { clockOffsetMs: 1_000 })])
    assert.deepEqual(brief(found), ['warning clockOffset node-1', 'warning clockOffset node-2'])
    assert.match(found[0]?.text ?? '', /mx1 is 1\.001 s ahead of/)
    assert.match(found[1]?.text ?? '', /mx2 is 90\.5 s behind/)
  })

  it('name nodes whose spam filter does not work, with the reason', () => {
    const finding = only(judge([node(1), node(2, { spamProblem: 'it has the format 2, and this version reads 1' })]))
    assert.deepEqual(brief([finding]), ['warning spamFilterFails node-2'])
    assert.match(finding.text, /^The spam filter of mx2 .*: it has the format 2/)
  })

  it('name versions that differ, with the nodes of each', () => {
    const finding = only(judge([node(1), node(2, { version: '1.1.0' }), node(3)]))
    assert.deepEqual(brief([finding]), ['warning versionsDiffer cluster'])
    assert.match(finding.text, /1\.0\.0 on mx1, mx3; 1\.1\.0 on mx2/)
  })

  it('name settings that differ, and judge no sizes by them', () => {
    const found = judge([pusher(1, 1, 4), pusher(2, 2, 2)])
    assert.deepEqual(brief(found), ['warning settingsDiffer push-shards'])
    assert.match(found[0]?.advice ?? '', /ROTA_PUSH_SHARDS/)
    const lists = judge([node(1, list(0, 1)), node(2, list(1, 2)), node(3, list(0, 2))])
    assert.deepEqual(brief(lists), ['warning settingsDiffer tidy'])
    assert.match(lists[0]?.advice ?? '', /ROTA_CONFIG/)
  })

  it('come with errors first, and each kind and subject once', () => {
    const found = judge([pusher(1, 1, 3), node(2, { role: 'x', duties: [], version: '2', clockOffsetMs: 5_000 }), node(3, list(0, 2)), node(4, { duties: [], ...list(0, 2) })])
    const severities = found.map(({ severity }) => severity)
    assert.deepEqual(severities, severities.toSorted())
    assert.ok(severities.includes('error') && severities.includes('warning'))
    const keys = found.map(({ kind, subject }) => `${kind}-${subject}`)
    assert.equal(new Set(keys).size, keys.length)
    assert.ok(keys.every(key => /^[A-Za-z0-9_-]{1,255}$/.test(key)), 'they are ids (RFC 8620 §1.2)')
  })

  it('are short in a large cluster', () => {
    const nodes = Array.from({ length: 40 }, (_, index) => node(index + 1, { version: index < 20 ? '1' : '2' }))
    assert.match(only(judge(nodes)).text, /and 10 more; 2 on/)
  })
})
