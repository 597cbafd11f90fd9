import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BucketRef } from '../../src/engine/ports/node.ts'
import { eventually } from '../support/server.ts'
import { aNode, IDLE, newId, newLane } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

const buckets = (lane: string, count: number): BucketRef[] => Array.from({ length: count }, (_, bucket) => ({ lane, bucket }))

/** What an administrator sees of the nodes, and may ask of them. */
export function nodeTableContract(store: () => QueueUnderTest): void {
  const look = () => store().read(tx => tx.nodes.look())
  const ask = (incarnation: string) => store().transact(tx => tx.nodes.requestDrain(incarnation))
  const asked = async (incarnation: string) =>
    (await store().leases.view()).nodes.find(node => node.incarnation === incarnation)?.drainRequested

  describe('NodeTable', () => {
    test('every id that was ever leased stays known', async () => {
      const [live, gone] = [await aNode(store()), await aNode(store())]
      await store().leases.leave(gone.incarnation)
      const known = (await look()).nodes
      assert.deepEqual(known.map(node => node.nodeId), known.map(node => node.nodeId).toSorted((a, b) => a - b))
      const [a, b] = [live, gone].map(({ nodeId }) => known.find(node => node.nodeId === nodeId))
      assert.deepEqual([a?.hostname, a?.live?.incarnation], [live.hostname, live.incarnation])
      assert.deepEqual([b?.hostname, b?.live], [gone.hostname, null])
      assert.ok((b?.renewedAt ?? 0) > 0)
    })

    test('who leaves was heard of then, and not at the last renewal', async () => {
      const { incarnation, nodeId } = await aNode(store())
      const renewedAt = async () => (await look()).nodes.find(node => node.nodeId === nodeId)?.renewedAt ?? assert.fail('not known')
      const joined = await renewedAt()
      await eventually(async () => (await look()).now > joined, 'the clock of the store goes on')
      await store().leases.leave(incarnation)
      assert.ok(await renewedAt() > joined)
    })

    test('a look shows what planning sees, at the same time of the store', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      await store().leases.acquire(incarnation, buckets(lane, 2))
      const [before, seen, view] = [await store().now(), await look(), await store().leases.view()]
      assert.ok(seen.now >= before && seen.now <= view.now)
      assert.deepEqual(seen.leases, view.leases)
      assert.deepEqual(seen.nodes.flatMap(({ live }) => live ?? []), view.nodes)
      assert.deepEqual(seen.leases.filter(lease => lease.lane === lane).map(lease => lease.holder), [incarnation, incarnation])
    })

    test('a drain that was asked for in a sleep outlives the row, for the process that joins again and nobody else', async () => {
      const one = await aNode(store())
      assert.equal(await ask(one.incarnation), true)
      await store().leases.heartbeat(one.incarnation, IDLE, 0)
      await store().leases.reap()
      assert.equal(await store().leases.heartbeat(one.incarnation, IDLE, 60_000), false)
      const join = async (former: string | null) => {
        const incarnation = newId()
        await store().leases.join({ incarnation, hostname: one.hostname, version: '1', state: IDLE, former }, 60_000)
        return incarnation
      }
      const stranger = await join(null)
      assert.equal(await asked(stranger), false)
      await store().leases.leave(stranger)
      const second = await join(one.incarnation)
      assert.equal(await asked(second), true)
      await store().leases.leave(second)
      assert.equal(await asked(await join(newId())), false)
    })

    test('a drain that was asked for outlives heartbeats, and ends with its incarnation', async () => {
      const [one, other] = [await aNode(store()), await aNode(store())]
      assert.equal(await ask(one.incarnation), true)
      assert.equal(await ask(one.incarnation), true)
      await store().leases.heartbeat(one.incarnation, IDLE, 60_000)
      assert.deepEqual([await asked(one.incarnation), await asked(other.incarnation)], [true, false])
      await store().leases.leave(one.incarnation)
      const next = { incarnation: newId(), hostname: one.hostname, version: '1', state: IDLE }
      await store().leases.join(next, 60_000)
      assert.equal(await asked(next.incarnation), false)
    })

    test('a drain is told to the nodes, and only of a node that lives', async () => {
      const [one, late] = [await aNode(store()), await aNode(store(), 0)]
      const heard = Promise.withResolvers<void>()
      const unsubscribe = store().wakeups.subscribe(({ kind }) => { if (kind === 'leases') heard.resolve() })
      await ask(one.incarnation)
      await heard.promise
      unsubscribe()
      for (const nobody of [late.incarnation, newId(), 'no\0body']) assert.equal(await ask(nobody), false)
      assert.equal(await asked(late.incarnation), false)
      await store().leases.reap()
    })

    test('a drain whose transaction fails was not asked for', async () => {
      const { incarnation } = await aNode(store())
      const failed = store().transact(async tx => {
        await tx.nodes.requestDrain(incarnation)
        throw new Error('no')
      })
      await assert.rejects(failed, /^Error: no$/)
      assert.equal(await asked(incarnation), false)
    })
  })
}
