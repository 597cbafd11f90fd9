import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeVariant } from '../../../test/support/rows.ts'
import { world } from '../../../test/support/engine.ts'
import { CURSOR_START, type StreamCursor } from '../ports/queue.ts'

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

test('a task that comes beside a backlog starts at once, and for its hint nothing of the backlog is read again', async () => {
  const ran: string[] = []
  const open = Promise.withResolvers<void>()
  const drained = Promise.withResolvers<void>()
  const variant = probeVariant({ limits: { runMsMax: 60_000, concurrencyPerNode: 2 }, run: async task => {
    ran.push(task.word)
    if (ran.length === 1_001) drained.resolve()
    if (task.word === 'bulk') await open.promise
    return { kind: 'done' }
  } })
  const { enqueue, node, store, clock } = await world([variant])
  for (let index = 0; index < 1_000; index++) await enqueue({ word: 'bulk', key: `k${index}` }, { band: 1 })
  let asked: StreamCursor[] = []
  const fetch: typeof store.queue.fetch = (lane, cursors, limit) => {
    asked.push(...cursors)
    return store.queue.fetch(lane, cursors, limit)
  }
  const one = node('a', { store: { ...store, queue: { ...store.queue, fetch } } })
  await one.start()
  await clock.advance(100)
  const again = () => asked.filter(cursor => cursor.band === 1 && cursor.afterDue === CURSOR_START.afterDue).length
  assert.ok(again() > 0)
  asked = []
  await enqueue({ word: 'interactive', key: 'new' }, { band: 0 })
  await clock.advance(50)
  assert.deepEqual(ran, ['bulk', 'interactive'])
  assert.ok(asked.length > 0)
  assert.equal(again(), 0)
  await clock.advance(1_000)
  assert.ok(again() > 0, 'the poll sees what has changed')
  open.resolve()
  await drained.promise
  const stopped = one.stop()
  await clock.advance(5_000)
  await stopped
  await store.close()
})

test('a task that asked to run again soon does so then, not at the next poll', async () => {
  const startedMs: number[] = []
  const variant = probeVariant({ run: async () => {
    startedMs.push(clock.monotonicMs())
    return startedMs.length < 4 ? { kind: 'snooze', forMs: 200, why: 'soon' } : { kind: 'done' }
  } })
  const { enqueue, node, store, clock } = await world([variant])
  await enqueue({ word: 'w', key: 'k' })
  const one = node('a')
  await one.start()
  for (let ms = 0; ms < 1_000; ms += 10) await clock.advance(10)
  const pauses = startedMs.slice(1).map((ms, index) => ms - (startedMs[index] ?? 0))
  assert.equal(pauses.length, 3)
  for (const ms of pauses) assert.ok(ms >= 200 && ms <= 250, `${ms} ms`)
  const stopped = one.stop()
  await clock.advance(5_000)
  await stopped
  await store.close()
})
