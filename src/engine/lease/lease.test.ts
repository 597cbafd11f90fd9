import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Assignment } from '../assign/assign.ts'
import { Lease, type LeaseTimes } from './lease.ts'

const times: LeaseTimes = { ttlMs: 10_000, marginMs: 2_000, heartbeatMs: 3_000 }
const wants = (...owners: (string | null)[]): Assignment => new Map([['search', owners]])
const free = (bucket: number, generation = 1) => ({ lane: 'search', bucket, holder: null, generation })
const heldBy = (bucket: number, holder: string, generation = 1) => ({ lane: 'search', bucket, holder, generation })
const phases = (lease: Lease) => lease.held.map(bucket => `${bucket.bucket}:${bucket.phase}`)

test('trust is counted from the start of the heartbeat, not from its reply', () => {
  const lease = new Lease('me', times)
  assert.equal(lease.trusted(0), false)
  lease.heartbeatAnswered(1_000, true)
  assert.equal(lease.trusted(8_999), true)
  assert.equal(lease.trusted(9_000), false)
})

test('a late reply to an older heartbeat does not shorten trust', () => {
  const lease = new Lease('me', times)
  lease.heartbeatAnswered(5_000, true)
  lease.heartbeatAnswered(2_000, true)
  assert.equal(lease.trustedUntilMs, 13_000)
})

test('a heartbeat that finds no row ends the incarnation for good', () => {
  const lease = new Lease('me', times)
  lease.heartbeatAnswered(0, true)
  lease.granted([{ lane: 'search', bucket: 0, generation: 1, diedAt: null }])
  lease.heartbeatAnswered(3_000, false)
  lease.heartbeatAnswered(4_000, true)
  lease.granted([{ lane: 'search', bucket: 1, generation: 1, diedAt: null }])
  assert.deepEqual([lease.over, lease.trusted(4_001), lease.held.length], [true, false, 0])
})

test('it acquires what it should have and nobody holds, and waits for what others still hold', () => {
  const lease = new Lease('me', times)
  const acquire = lease.plan(wants('me', 'me', 'you', 'me'), [free(0), heldBy(1, 'you'), free(2)], 50)
  assert.deepEqual(acquire.map(ref => ref.bucket), [0, 3])
})

test('a bucket that should go elsewhere closes, and is active again when it comes back before release', () => {
  const lease = new Lease('me', times)
  lease.granted([{ lane: 'search', bucket: 0, generation: 4, diedAt: null }])
  lease.plan(wants('you'), [heldBy(0, 'me', 4)], 60)
  assert.deepEqual(phases(lease), ['0:closing'])
  lease.plan(wants('me'), [heldBy(0, 'me', 4)], 70)
  assert.deepEqual(phases(lease), ['0:active'])
})

test('a bucket whose release was sent comes back only under a new generation', () => {
  const lease = new Lease('me', times)
  lease.granted([{ lane: 'search', bucket: 0, generation: 4, diedAt: null }])
  lease.plan(wants('you'), [heldBy(0, 'me', 4)], 60)
  lease.leaving(lease.held)
  assert.deepEqual(lease.plan(wants('me'), [heldBy(0, 'me', 4)], 70).map(ref => ref.bucket), [0], 'the reply was lost: asked for anew')
  assert.deepEqual(phases(lease), ['0:leaving'])
  lease.closeAll()
  assert.deepEqual(phases(lease), ['0:leaving'])
  lease.granted([{ lane: 'search', bucket: 0, generation: 5, diedAt: null }])
  assert.deepEqual(phases(lease), ['0:active'])
})

test('a bucket without any candidate closes too', () => {
  const lease = new Lease('me', times)
  lease.granted([{ lane: 'search', bucket: 0, generation: 1, diedAt: null }])
  lease.plan(wants(null), [heldBy(0, 'me')], 60)
  assert.deepEqual(phases(lease), ['0:closing'])
})

test('an acquisition whose reply was lost is found in the view, as suspect', () => {
  const lease = new Lease('me', times)
  lease.plan(wants('me'), [heldBy(0, 'me', 7)], 60)
  assert.deepEqual(lease.held, [{ lane: 'search', bucket: 0, generation: 7, phase: 'active', suspectBefore: 60 }])
})

test('the death of a holder makes the tasks of a bucket suspect that were due before', () => {
  const lease = new Lease('me', times)
  lease.granted([{ lane: 'search', bucket: 0, generation: 1, diedAt: 99 }, { lane: 'search', bucket: 1, generation: 1, diedAt: null }])
  assert.deepEqual(lease.held.map(bucket => bucket.suspectBefore), [99, null])
})

test('a release of an older generation does not drop the bucket', () => {
  const lease = new Lease('me', times)
  lease.granted([{ lane: 'search', bucket: 0, generation: 5, diedAt: null }])
  lease.released([{ lane: 'search', bucket: 0, generation: 4 }])
  assert.equal(lease.held.length, 1)
  lease.closeAll()
  lease.released([{ lane: 'search', bucket: 0, generation: 5 }])
  assert.equal(lease.held.length, 0)
})

test('a bucket that somebody else holds meanwhile is not ours, whatever we remember', () => {
  const lease = new Lease('me', times)
  lease.granted([{ lane: 'search', bucket: 0, generation: 4, diedAt: null }])
  assert.deepEqual(lease.plan(wants('me'), [heldBy(0, 'you', 5)], 60), [])
  assert.deepEqual(lease.held, [])
  assert.deepEqual(lease.plan(wants('me'), [free(0, 6)], 70), [{ lane: 'search', bucket: 0 }])
})
