import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeOf } from '../../api/cluster.ts'
import { ownersOf, uncoveredOf } from './owners.ts'

const node = (nodeId: number, status = 'active') => nodeOf({ id: `node-${nodeId}`, nodeId, hostname: `mx${nodeId}`, status })
const lane = (...owners: (string | null)[]) => ({ name: 'search', duty: 'searchIndexing', owners })

test('owners come in the order of their numbers, with what they hold', () => {
  const owners = ownersOf([node(3), node(1), node(2, 'stale'), node(4, 'inactive')], [lane('node-1', 'node-1', 'node-2', null)])
  assert.deepEqual(owners.map(({ tag, buckets, leaving }) => [tag, buckets, leaving]), [['1', 2, false], ['2', 1, true], ['3', 0, false]])
  assert.equal(uncoveredOf([lane('node-1', null, null)]), 2)
})

test('twenty nodes are told apart by colour and pattern, and keep theirs when others leave', () => {
  const twenty = ownersOf(Array.from({ length: 20 }, (_, index) => node(index + 1)), [])
  assert.equal(new Set(twenty.map(({ colour, pattern }) => `${colour}/${pattern}`)).size, 20)
  const [alone] = ownersOf([node(17)], [])
  assert.deepEqual(alone, twenty[16])
})
