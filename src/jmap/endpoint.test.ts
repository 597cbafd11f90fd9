import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { idSource } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import { JmapEndpoint, LARGE_BYTES_MIN } from './endpoint.ts'
import { coreEcho } from './methods/core-echo.ts'

const PRINCIPAL = { accountId: '0000000000001', name: 'jane@example.org', permissions: new Set<string>() }

/** In which turns of the event loop each of these many requests of a size, all there at once, is answered. */
async function turnsOf(count: number, bytes: number): Promise<number[]> {
  const endpoint = new JmapEndpoint({
    methods: new Map([['Core/echo', coreEcho]]), log: silentLog, ids: idSource(1, systemClock), capabilities: [],
    clock: systemClock,
  })
  const body = Buffer.from(`{"using":[],"methodCalls":[["Core/echo",{},"a"]]}`.padEnd(bytes))
  let [turn, open] = [0, count]
  const answers = Array.from({ length: count }, async () => {
    const { kind } = await endpoint.answer(body, PRINCIPAL, null)
    assert.equal(kind, 'reply')
    open -= 1
    return turn
  })
  while (open > 0) {
    await systemClock.breathe()
    turn += 1
  }
  return Promise.all(answers)
}

test('large requests that arrive together are read in a turn of the event loop each', async () => {
  assert.equal(new Set(await turnsOf(16, LARGE_BYTES_MIN)).size, 16)
})

test('small requests wait for nobody', async () => {
  assert.deepEqual(new Set(await turnsOf(16, LARGE_BYTES_MIN - 1)), new Set([0]))
})
