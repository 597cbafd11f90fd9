import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ID_LENGTH, idSource, isId } from './ids.ts'
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
