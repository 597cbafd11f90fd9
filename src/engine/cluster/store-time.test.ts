import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { StoreTime } from './store-time.ts'

test('it is the time of the store that goes on, however wrong the own clock is', async () => {
  const clock = new VirtualClock(1_000_000)
  const time = new StoreTime(clock)
  assert.equal(time.now(), 1_000_000, 'nothing better is known yet')
  time.seen(5_000_000, 0)
  await clock.advance(250)
  assert.equal(time.now(), 5_000_250)
  time.seen(4_000_000, 0)
  assert.equal(time.now(), 4_000_000)
})

test('the offset is what the round trip does not explain', async () => {
  const clock = new VirtualClock(1_000_000)
  const time = new StoreTime(clock)
  assert.equal(time.offsetMs, null)
  const askedMs = clock.monotonicMs()
  await clock.advance(300)
  for (const [storeNow, offsetMs] of [
    [1_000_300, 0], [1_000_000, 0], [1_000_100, 0], [998_000, 2_000], [1_002_300, -2_000],
  ] as const) {
    time.seen(storeNow, askedMs)
    assert.equal(time.offsetMs, offsetMs, String(storeNow))
  }
})
