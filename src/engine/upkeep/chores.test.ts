import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { CHORE_END_MS_MAX, Chores } from './chores.ts'

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

test('a stop tells the chore that runs, and waits for it only for a short time', async () => {
  const clock = new VirtualClock()
  const entered: AbortSignal[] = []
  const chores = new Chores([
    { name: 'endless', everyMs: 1_000, run: async signal => { entered.push(signal); return new Promise<never>(() => {}) } },
  ], clock, silentLog)
  chores.start()
  chores.activate(true)
  await clock.advance(1_000)
  let stopped = false
  const stopping = chores.stop().then(() => { stopped = true })
  assert.deepEqual(entered.map(signal => signal.aborted), [true])
  await clock.advance(CHORE_END_MS_MAX - 1)
  assert.equal(stopped, false)
  await clock.advance(1)
  assert.equal(stopped, true)
  await stopping
})
