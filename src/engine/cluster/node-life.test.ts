/** How a node starts and stops when both happen at once, and what it keeps from one incarnation to the next. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world, type World } from '../../../test/support/engine.ts'
import { probeVariant } from '../../../test/support/rows.ts'
import { hasCode } from '../../errors.ts'
import type { LeaseStore } from '../ports/node.ts'

const probe = probeVariant({ run: async () => ({ kind: 'done' }) })

async function inWorld(body: (here: World) => Promise<void>): Promise<void> {
  const here = await world([probe])
  try {
    await body(here)
  } finally {
    await here.store.close()
  }
}
function swap(leases: LeaseStore, calls: Partial<LeaseStore>): void { Object.assign(leases, calls) }
async function rows({ store }: World): Promise<number> { return (await store.leases.view()).nodes.length }

test('a second stop ends when the first one does', async () => {
  await inWorld(async here => {
    const { clock, store } = here
    const node = here.node('a')
    await node.start()
    await clock.advance(10)
    const { leave } = store.leases
    const gate = Promise.withResolvers<void>()
    swap(store.leases, { leave: async id => { await gate.promise; await leave.call(store.leases, id) } })
    const first = node.stop()
    let secondEnded = false
    const second = node.stop().then(() => { secondEnded = true })
    await clock.advance(5_000)
    assert.equal(secondEnded, false)
    assert.equal(node.phase, 'draining')
    gate.resolve()
    await Promise.all([first, second])
    assert.equal(node.phase, 'stopped')
    assert.equal(await rows(here), 0)
  })
})

test('a stop during the first join: what was joined is left again, and nothing works', async () => {
  await inWorld(async here => {
    const { clock, store } = here
    const { join } = store.leases
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    swap(store.leases, { join: async (...args) => {
      const reply = await join.apply(store.leases, args)
      asked.resolve()
      await gate.promise
      return reply
    } })
    const node = here.node('a')
    const started = node.start().then(() => null, (error: unknown) => error)
    await asked.promise
    assert.equal(await rows(here), 1)
    const stopped = node.stop()
    gate.resolve()
    await clock.advance(10)
    const error = await started
    assert.ok(error instanceof Error && error.name === 'AbortError', String(error))
    await stopped
    assert.deepEqual([node.phase, node.incarnation, await rows(here)], ['stopped', null, 0])
    await clock.advance(60_000)
    assert.deepEqual([node.phase, node.incarnation, await rows(here)], ['stopped', null, 0])
  })
})

test('a stop while the node waits for a former life of its name ends the start at once', async () => {
  await inWorld(async here => {
    const { clock, store } = here
    const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
    await store.leases.join({ incarnation: here.node('a').ids.next(), hostname: 'a', version: 'test', state }, 60_000)
    const node = here.node('a')
    const started = node.start().then(() => null, (error: unknown) => error)
    await clock.advance(1_200)
    await node.stop()
    const error = await started
    assert.ok(error instanceof Error && error.name === 'AbortError', String(error))
    assert.deepEqual([node.phase, node.incarnation], ['stopped', null])
  })
})

test('a fixed node id is refused while a live node has it, with the name and the start of that one, and free when it is dead', async () => {
  await inWorld(async here => {
    const { clock, store } = here
    const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
    const other = here.node('a').ids.next()
    await store.leases.join({ incarnation: other, hostname: 'first', version: 'test', state, nodeId: 7 }, 5_000)
    const refused = here.node('second', { nodeId: 7 }).start().then(() => null, (error: unknown) => error)
    await clock.advance(200)
    await store.leases.heartbeat(other, state, 5_000)
    await clock.advance(1_000)
    const error = await refused
    assert.ok(hasCode(error, 'node/id-in-use') && /node 7 with the host name first runs since \d{4}-/.test(error.message), String(error))
    const node = here.node('second', { nodeId: 7 })
    const started = node.start()
    await clock.advance(6_000)
    await started
    assert.equal(node.incarnation?.nodeId, 7)
    await node.stop()
  })
})

test('a store that does not answer the first join ends the start, and the node can be stopped', async () => {
  await inWorld(async here => {
    swap(here.store.leases, { join: async () => { throw new Error('no answer') } })
    const node = here.node('a')
    await assert.rejects(node.start(), /no answer/)
    assert.equal(node.phase, 'joining')
    await node.stop()
    assert.equal(node.phase, 'stopped')
  })
})

test('ids do not repeat when a node comes back as a new incarnation while the wall clock stands still', async () => {
  await inWorld(async here => {
    const { clock, store } = here
    const still = clock.now()
    const node = here.node('a')
    await node.start()
    Object.assign(clock, { now: () => still })
    await clock.advance(10)
    const { id: life, nodeId } = node.incarnation ?? assert.fail('no incarnation')
    const before = Array.from({ length: 50 }, () => node.ids.next())
    await store.leases.reapAll(null)
    await clock.advance(5_000)
    assert.notEqual(node.incarnation?.id, life, 'it has joined again')
    assert.equal(node.incarnation?.nodeId, nodeId)
    const after = Array.from({ length: 50 }, () => node.ids.next())
    assert.deepEqual(after.filter(id => before.includes(id)), [])
    const stopped = node.stop()
    await clock.advance(5_000)
    await stopped
  })
})

test('a drain that was asked for reaches the node by the hint at once, and without it by the next look', async () => {
  for (const [heard, waitMs] of [[true, 1], [false, 1_000]] as const) {
    await inWorld(async here => {
      const { clock, store } = here
      const node = here.node('a', heard ? {} : { store: { ...store, wakeups: { publish: () => {}, subscribe: () => () => {} } } })
      await node.start()
      await clock.advance(3_500)
      let asked = false
      void node.drainAsked.then(() => { asked = true })
      const own = node.incarnation?.id ?? assert.fail('it has joined')
      assert.equal(await store.transact(tx => tx.nodes.requestDrain(own)), true)
      await clock.advance(waitMs)
      assert.equal(asked, true)
      await node.stop()
      assert.equal(await rows(here), 0)
    })
  }
})

test('the drain of another node is none of ours', async () => {
  await inWorld(async here => {
    const { clock, store } = here
    const [one, two] = [here.node('a'), here.node('bb')]
    await Promise.all([one.start(), two.start()])
    assert.notEqual(one.incarnation?.id, two.incarnation?.id)
    let asked = false
    void one.drainAsked.then(() => { asked = true })
    await store.transact(tx => tx.nodes.requestDrain(two.incarnation?.id ?? ''))
    await clock.advance(5_000)
    assert.equal(asked, false)
    await Promise.all([one.stop(), two.stop()])
  })
})
