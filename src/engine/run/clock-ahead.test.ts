import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeVariant } from '../../../test/support/rows.ts'
import { world } from '../../../test/support/engine.ts'

const HOUR_MS = 3_600_000

test('a node whose clock is ahead of the store waits until its task is due', async () => {
  let ran = 0
  const { clock, enqueue, node, store } = await world([probeVariant({ run: async () => {
    ran++
    return { kind: 'done' }
  } })])
  const due = clock.now() + 30_000
  await enqueue({ word: 'w', key: 'k' }, { due })
  let fetches = 0
  const counted = { ...store, queue: { ...store.queue, fetch: (...call: Parameters<typeof store.queue.fetch>) => {
    fetches++
    return store.queue.fetch(...call)
  } } }
  const ahead = {
    now: () => clock.now() + HOUR_MS,
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs: number, fire: () => void) => clock.after(delayMs, fire),
    breathe: () => clock.breathe(),
  }
  const one = node('a', { store: counted, clock: ahead })
  await one.start()
  await clock.advance(29_000)
  assert.equal(ran, 0)
  assert.ok(fetches > 0 && fetches < 50, `${fetches} fetches in 29 s`)
  await clock.advance(1_100)
  assert.equal(ran, 1)
  const stopped = one.stop()
  await clock.advance(5_000)
  await stopped
  await store.close()
})
