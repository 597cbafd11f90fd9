import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from './clock.ts'
import { VirtualClock } from './virtual-clock.ts'

test('timers fire in time order, each at its own time, and a cancelled one does not', async () => {
  const clock = new VirtualClock(1_000)
  const seen: string[] = []
  clock.after(20, () => { seen.push(`b@${clock.now()}`) })
  clock.after(10, () => { seen.push(`a@${clock.now()}`) })
  clock.after(15, () => { seen.push('never') })()
  await clock.advance(30)
  assert.deepEqual(seen, ['a@1010', 'b@1020'])
  assert.deepEqual([clock.now(), clock.monotonicMs()], [1_030, 30])
})

test('a timer that a timer sets fires in the same advance when it falls due', async () => {
  const clock = new VirtualClock()
  let fired = 0
  const again = () => { if (++fired < 5) clock.after(10, again) }
  clock.after(10, again)
  await clock.advance(50)
  assert.equal(fired, 5)
})

test('a pause ends when its signal aborts, and leaves no timer behind', async () => {
  const clock = new VirtualClock()
  const stop = new AbortController()
  let ended = false
  const waiting = pause(clock, 1_000, stop.signal).then(() => { ended = true })
  await clock.advance(10)
  assert.equal(ended, false)
  stop.abort()
  await waiting
  assert.equal(clock.monotonicMs(), 10)
  await pause(clock, 1_000, stop.signal)
})
