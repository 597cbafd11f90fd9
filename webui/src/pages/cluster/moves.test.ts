import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lane } from '../../api/cluster.ts'
import { bucketKey, movesBetween, withMoves } from './moves.ts'

const lane = (name: string, ...owners: (string | null)[]): Lane => ({ name, duty: name, owners })

test('moves are counted by where from and where to, the largest first', () => {
  const before = [lane('search', 'a', 'a', 'b', null), lane('push', 'a', 'b')]
  const after = [lane('search', 'b', 'b', 'b', 'b'), lane('push', 'b', 'b')]
  assert.deepEqual(movesBetween(before, after), [
    { from: 'a', to: 'b', buckets: 3, lanes: ['search', 'push'] }, { from: null, to: 'b', buckets: 1, lanes: ['search'] },
  ])
  assert.deepEqual(movesBetween(after, after), [])
})

test('a lane that is new, or cut anew, has not moved', () => {
  assert.deepEqual(movesBetween([lane('search', 'a')], [lane('search', 'b', 'b'), lane('other', 'b')]), [])
})

test('a bucket is where it is since its last move', () => {
  const [first, second, third] = [[lane('search', 'a', 'a')], [lane('search', 'b', 'a')], [lane('search', 'c', 'a')]]
  const seen = withMoves(withMoves(new Map(), first, second, 5), second, third, 9)
  assert.deepEqual([seen.get(bucketKey('search', 0)), seen.get(bucketKey('search', 1))], [9, undefined])
})
