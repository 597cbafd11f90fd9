import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../../../test/support/engine.ts'
import { probeVariant } from '../../../test/support/rows.ts'
import type { Clock } from '../../base/clock.ts'
import { timeOf } from '../../base/ids.ts'

const HOUR_MS = 3_600_000
/** A lane looks once a second. */
const LATE_MS_MAX = 5_000

for (const [how, offMs] of [['ahead', HOUR_MS], ['behind', -HOUR_MS]] as const) {
  test(`a node whose clock is an hour ${how} writes the time of the store`, async () => {
    const { clock, enqueue, node, row, store } = await world([probeVariant({ run: () => Promise.resolve({ kind: 'fail', why: 'so that its row stays' } as const) })])
    const wrong: Clock = {
      now: () => clock.now() + offMs, monotonicMs: () => clock.monotonicMs(), after: (delayMs, fire) => clock.after(delayMs, fire), breathe: () => clock.breathe(),
    }
    const one = node('a', { clock: wrong })
    await one.start()
    await clock.advance(5_000)
    const isNow = (atMs: number | null | undefined, what: string): void => {
      assert.ok(Math.abs(Number(atMs) - clock.now()) <= LATE_MS_MAX, `${what} is ${Number(atMs) - clock.now()} ms off`)
    }
    isNow(one.storeClock.now(), 'the clock for the store')
    isNow(timeOf(one.ids.next()), 'the time of an id')
    await clock.advance(30_000)
    isNow(one.storeClock.now(), 'the clock for the store, half a minute later,')
    const id = await enqueue({ word: 'w', key: 'k' })
    await clock.advance(3_000)
    isNow((await row(id))?.failedAt, 'the time of its failure')
    const [run] = await store.read(({ runs }) => runs.query({}, { ascending: false, limit: 1 }))
    isNow(run?.startedAt, 'the start of its run')
    const stopped = one.stop()
    await clock.advance(5_000)
    await stopped
    await store.close()
  })
}
