import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeVariant } from '../../../test/support/rows.ts'
import { world } from '../../../test/support/engine.ts'

test('a long backlog leaves sockets and timers their turns', async () => {
  let left = 3_000
  const drained = Promise.withResolvers<void>()
  const variant = probeVariant({ run: async () => {
    if (--left === 0) drained.resolve()
    return { kind: 'done' }
  } })
  const { enqueue, node, store, clock } = await world([variant])
  for (let index = left; index > 0; index--) await enqueue({ word: 'w', key: `k${index}` })
  let turns = 0
  let counting = true
  const count = () => {
    turns++
    if (counting) setImmediate(count)
  }
  const one = node('a')
  await one.start()
  setImmediate(count)
  await drained.promise
  counting = false
  assert.ok(turns > 50, `${turns} turns while 3,000 tasks ran`)
  const stopped = one.stop()
  await clock.advance(5_000)
  await stopped
  await store.close()
})

test('a task that is destroyed while it waits for a slot does not run', async () => {
  const ran: string[] = []
  const open = Promise.withResolvers<void>()
  const variant = probeVariant({ limits: { runMsMax: 60_000, concurrencyPerNode: 1 }, run: async task => {
    ran.push(task.word)
    if (task.word === 'first') await open.promise
    return { kind: 'done' }
  } })
  const { enqueue, node, store, clock } = await world([variant])
  await enqueue({ word: 'first', key: 'a' })
  const second = await enqueue({ word: 'second', key: 'b' })
  const third = await enqueue({ word: 'third', key: 'c' })
  const one = node('a')
  await one.start()
  await clock.advance(100)
  assert.equal(await store.transact(tx => tx.tasks.destroy(second)), 'applied')
  await clock.advance(100)
  open.resolve()
  await clock.advance(2_000)
  assert.deepEqual(ran, ['first', 'third'])
  assert.deepEqual(await store.read(tx => tx.tasks.get([second, third])), [])
  const stopped = one.stop()
  await clock.advance(5_000)
  await stopped
  await store.close()
})
