import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerClock } from './server-clock.ts'

test('a viewer whose clock is off sees the time of the server, and small differences are none', () => {
  let now = 1_000_000
  const clock = new ServerClock({ now: () => now })
  assert.equal(clock.now(), 1_000_000)
  clock.heard(400_000)
  now += 10_000
  assert.equal(clock.now(), 410_000)
  clock.heard(1_008_000)
  assert.equal(clock.now(), 1_010_000)
})
