/** Worlds that were never seen before: other seeds in each run, told when one of them breaks a promise. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../src/base/random.ts'
import { worldsHold } from './worlds-hold.ts'

test('300 new worlds keep every promise', async context => {
  const from = 1_000_000 + Math.floor(systemRandom.next() * 1_000_000_000)
  context.diagnostic(`seeds from ${from}`)
  assert.equal(await worldsHold(from, 300), null)
})
