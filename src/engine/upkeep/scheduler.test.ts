import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../../../test/support/engine.ts'
import { probeVariant } from '../../../test/support/rows.ts'
import { idSource } from '../../base/ids.ts'
import { silentLog } from '../../base/log.ts'
import { Scheduler } from './scheduler.ts'

test('who is to hand the lane over makes no more tasks, and the next one makes them', async () => {
  const { clock, store, catalogue } = await world([probeVariant({ run: () => Promise.resolve({ kind: 'done' } as const) })])
  const ids = idSource(1, clock)
  await store.transact(async ({ schedules }) => {
    for (const name of ['one', 'two', 'three']) {
      await schedules.insert({
        id: ids.next(), name, cron: '* * * * *', timeZone: 'UTC', catchUp: 'last', pausedUntil: null, variant: 'Probe',
        payload: { word: name, key: name }, nextSlot: clock.now(),
      })
    }
  })
  const made = (): Promise<number> => store.read(({ tasks }) => tasks.count({}))
  const scheduler = new Scheduler({ store, catalogue, ids, log: silentLog })
  let left = 1
  await scheduler.look(() => left-- > 0)
  assert.equal(await made(), 1)
  await new Scheduler({ store, catalogue, ids, log: silentLog }).look(() => true)
  assert.equal(await made(), 3)
  await store.close()
})
