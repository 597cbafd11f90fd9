import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Chores } from './chores.ts'

test('chores run at their own intervals while active, and a failing one is tried again', async () => {
  const clock = new VirtualClock()
  const ran: string[] = []
  const chores = new Chores([
    { name: 'often', everyMs: 1_000, run: async () => { ran.push('often') } },
    { name: 'failing', everyMs: 2_500, run: async () => { ran.push('failing'); throw new Error('no') } },
  ], clock, silentLog)
  chores.start()
  await clock.advance(5_000)
  assert.deepEqual(ran, [])
  chores.activate(true)
  await clock.advance(5_000)
  assert.deepEqual([ran.filter(name => name === 'often').length, ran.filter(name => name === 'failing').length], [5, 2])
  chores.activate(false)
  await clock.advance(5_000)
  assert.equal(ran.length, 7)
  await chores.stop()
})
