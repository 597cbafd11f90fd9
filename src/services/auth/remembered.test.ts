import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Remembered } from './remembered.ts'

test('entries end by age, by removal, and the oldest by number', async () => {
  const clock = new VirtualClock()
  const remembered = new Remembered<number>(clock, 1_000, 3)
  remembered.set('a', 1)
  remembered.set('b', 2)
  await clock.advance(999)
  remembered.set('a', 3)
  remembered.set('c', 4)
  assert.deepEqual(['a', 'b', 'c'].map(key => remembered.get(key)), [3, 2, 4])
  remembered.set('d', 5)
  assert.equal(remembered.get('b'), undefined, 'b was set first')
  assert.deepEqual(['a', 'c', 'd'].map(key => remembered.get(key)), [3, 4, 5])
  remembered.delete('d')
  assert.equal(remembered.get('d'), undefined)
  await clock.advance(1_000)
  assert.deepEqual(['a', 'c'].map(key => remembered.get(key)), [undefined, undefined])
})
