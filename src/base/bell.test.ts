import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bell } from './bell.ts'
import { VirtualClock } from './virtual-clock.ts'

function setup() {
  const clock = new VirtualClock()
  const bell = new Bell()
  const stop = new AbortController()
  const wait = (ms: number) => bell.wait(clock, ms, stop.signal).then(() => clock.monotonicMs())
  return { clock, bell, stop, wait }
}

test('a wait ends with its time', async () => {
  const { clock, wait } = setup()
  const ended = wait(100)
  await clock.advance(500)
  assert.equal(await ended, 100)
})

test('a ring ends it at once, and leaves no timer behind', async () => {
  const { clock, bell, wait } = setup()
  const ended = wait(100)
  await clock.advance(10)
  bell.ring()
  assert.equal(await ended, 10)
  const next = wait(100)
  await clock.advance(500)
  assert.equal(await next, 110)
})

test('a ring while nobody waits is kept, once', async () => {
  const { clock, bell, wait } = setup()
  bell.ring()
  bell.ring()
  assert.equal(await wait(100), 0)
  const next = wait(100)
  await clock.advance(500)
  assert.equal(await next, 100)
})

test('stopping ends this wait and every later one', async () => {
  const { clock, stop, wait } = setup()
  const ended = wait(100)
  await clock.advance(10)
  stop.abort()
  assert.equal(await ended, 10)
  assert.equal(await wait(100), 10)
})
