import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstIdAt, ID_LENGTH, idSource, isId, timeOf } from './ids.ts'
import { VirtualClock } from './virtual-clock.ts'

test('ids are text of one length that sorts by time, also within a millisecond', async () => {
  const clock = new VirtualClock()
  const source = idSource(5, clock)
  const ids: string[] = []
  for (let step = 0; step < 50; step++) {
    ids.push(source.next(), source.next())
    await clock.advance(step % 7)
  }
  assert.deepEqual(ids.toSorted(), ids)
  assert.ok(ids.every(id => id.length === ID_LENGTH && isId(id)))
})

test('more ids than fit into a millisecond stay unique and in order', () => {
  const source = idSource(1, new VirtualClock())
  const ids = Array.from({ length: 10_000 }, () => source.next())
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(ids.toSorted(), ids)
})

test('a wall clock that steps back makes no id twice', () => {
  let now = Date.UTC(2026, 5, 1)
  const source = idSource(1, { now: () => now, monotonicMs: () => 0, after: () => () => {}, breathe: () => Promise.resolve() })
  const before = Array.from({ length: 10 }, () => source.next())
  now -= 5_000
  const after = Array.from({ length: 10 }, () => source.next())
  assert.equal(new Set([...before, ...after]).size, 20)
  assert.ok((after[0] ?? '') > (before[9] ?? ''))
})

test('two nodes never make the same id', () => {
  const clock = new VirtualClock()
  const one = idSource(1, clock)
  const two = idSource(2, clock)
  const ids = Array.from({ length: 1_000 }, () => [one.next(), two.next()]).flat()
  assert.equal(new Set(ids).size, ids.length)
})

test('what is no id is told apart', () => {
  for (const text of ['', 'singleton', 'new', '0', '8aaaaaaaaaaaa', '0AAAAAAAAAAAA', '../../etc/pass', '0aaaaaaaaaaaaa']) assert.equal(isId(text), false, text)
})

test('an id says when it was made, and every id from a moment on is at or after the first one of it', async () => {
  const clock = new VirtualClock()
  const source = idSource(1_023, clock)
  const before = source.next()
  await clock.advance(1)
  const after = source.next()
  assert.deepEqual([timeOf(before), timeOf(after)], [clock.now() - 1, clock.now()])
  assert.ok(before < firstIdAt(clock.now()) && firstIdAt(clock.now()) <= after)
  for (const ms of [-1, 0, 0.5, clock.now() + 0.5, 1e15, Infinity]) assert.ok(isId(firstIdAt(ms)), String(ms))
  assert.ok(firstIdAt(0) < before && firstIdAt(Infinity) > after)
})
