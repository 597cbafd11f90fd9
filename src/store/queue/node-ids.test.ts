import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NODE_NUMBER_MAX } from '../../base/ids.ts'
import { hasCode } from '../../errors.ts'
import { chooseNodeId } from './node-ids.ts'

const known = [{ nodeId: 1, hostname: 'a' }, { nodeId: 2, hostname: 'b' }, { nodeId: 5, hostname: 'b' }]

test('a host name gets its lowest free id back', () => {
  assert.equal(chooseNodeId('b', known, new Set()), 2)
  assert.equal(chooseNodeId('b', known, new Set([2])), 5)
})

test('a new host name gets the lowest id that no live node has, from 1 on', () => {
  assert.equal(chooseNodeId('new', [], new Set()), 1)
  assert.equal(chooseNodeId('new', known, new Set([1, 2, 4])), 3)
  assert.equal(chooseNodeId('b', known, new Set([2, 5])), 1)
})

test('when every id is taken the node is told so', () => {
  const live = new Set(Array.from({ length: NODE_NUMBER_MAX }, (_, index) => index + 1))
  assert.throws(() => chooseNodeId('new', [], live), error => hasCode(error, 'node/no-id-free'))
})
