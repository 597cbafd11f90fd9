/** Worlds that nobody has seen before: others in every run, which prints its seeds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../src/base/random.ts'
import { worldsHold } from './worlds-hold.ts'

test('1,000 new worlds keep every promise', async context => {
  const from = 1_000_000 + Math.floor(systemRandom.next() * 1e9)
  context.diagnostic(`seeds from ${from}`)
  assert.equal(await worldsHold(from, 1_000), null)
})
