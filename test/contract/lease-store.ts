import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NODE_NUMBER_MAX } from '../../src/base/ids.ts'
import type { BucketRef } from '../../src/engine/ports/node.ts'
import { nodeTableContract } from './node-table.ts'
import { aCursor, aNode, aState, aTask, IDLE, newId, newLane, pin, rowOf, stored } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

const buckets = (lane: string, count: number): BucketRef[] => Array.from({ length: count }, (_, bucket) => ({ lane, bucket }))

/** Nodes and the right to work buckets. */
export function leaseStoreContract(store: () => QueueUnderTest): void {
  membershipContract(store)
  nodeTableContract(store)
  deathContract(store)
  bucketContract(store)
}

function membershipContract(store: () => QueueUnderTest): void {
  const nodeRow = async (incarnation: string) =>
    (await store().leases.view()).nodes.find(node => node.incarnation === incarnation)

  describe('LeaseStore nodes', () => {
    test('join makes a row with everything that was said', async () => {
      const sharding = { pushShards: 4, lanes: { search: { index: 1, of: 3 }, spam: null } }
      const state = { role: 'edge', duties: ['a', 'b'], pushShard: 2, draining: true, sharding, info: { pid: 7 } }
      const [incarnation, hostname] = [newId(), `host-${newId()}`]
      const before = await store().now()
      const joined = await store().leases.join({ incarnation, hostname, version: '1.2', state }, 5_000)
      assert.ok('nodeId' in joined)
      const row = await nodeRow(incarnation)
      assert.ok(row)
      const { startedAt, renewedAt, expiresAt, ...rest } = row
      assert.deepEqual(rest, { incarnation, nodeId: joined.nodeId, hostname, version: '1.2', ...state, drainRequested: false })
      assert.ok(startedAt >= before && startedAt <= await store().now())
      assert.ok(renewedAt >= startedAt && expiresAt >= startedAt + 5_000 && expiresAt <= renewedAt + 5_100)
    })

    test('a host name belongs to one live node', async () => {
      const { incarnation, hostname } = await aNode(store())
      const second = await store().leases.join({ incarnation: newId(), hostname, version: '2', state: IDLE }, 5_000)
      assert.ok('refusedBy' in second)
      assert.equal(second.refusedBy.incarnation, incarnation)
    })

    test('a node id that was asked for belongs to one live node', async () => {
      const nodeId = NODE_NUMBER_MAX - 1
      const join = (hostname: string) => store().leases.join({ incarnation: newId(), hostname, version: '1', state: IDLE, nodeId }, 5_000)
      const [one, other] = [`host-${newId()}`, `host-${newId()}`]
      assert.deepEqual(await join(one), { nodeId })
      const second = await join(other)
      assert.ok('refusedBy' in second && second.refusedBy.hostname === one)
      await store().leases.heartbeat(second.refusedBy.incarnation, IDLE, 0)
      assert.deepEqual(await join(other), { nodeId })
      const row = (await store().read(tx => tx.nodes.look())).nodes.find(known => known.nodeId === nodeId)
      assert.equal(row?.hostname, other)
    })

    test('a new incarnation takes the place of an expired one and gets its id', async () => {
      const old = await aNode(store(), 0)
      const incarnation = newId()
      const joined = await store().leases.join({ incarnation, hostname: old.hostname, version: '2', state: IDLE }, 5_000)
      assert.deepEqual(joined, { nodeId: old.nodeId })
      assert.equal(await nodeRow(old.incarnation), undefined)
      assert.equal(await store().leases.heartbeat(old.incarnation, IDLE, 5_000), false)
    })

    test('ids are the lowest free ones, and never those of live nodes', async () => {
      await store().leases.reapAll(null)
      const nodes = [await aNode(store()), await aNode(store()), await aNode(store())]
      assert.deepEqual(nodes.map(node => node.nodeId), [1, 2, 3])
      const [, second] = nodes
      assert.ok(second)
      await store().leases.leave(second.incarnation)
      assert.equal((await aNode(store())).nodeId, 2)
      const back = await store().leases.join({ incarnation: newId(), hostname: second.hostname, version: '1', state: IDLE }, 5_000)
      assert.deepEqual(back, { nodeId: 4 })
    })

    test('nodes that join at the same time get ids of their own', async () => {
      const nodes = await Promise.all(Array.from({ length: 12 }, () => aNode(store())))
      assert.equal(new Set(nodes.map(node => node.nodeId)).size, nodes.length)
      assert.ok(nodes.every(node => node.nodeId >= 1 && node.nodeId <= NODE_NUMBER_MAX))
    })

    test('of one host name that joins many times at once, one is let in', async () => {
      const hostname = `host-${newId()}`
      const replies = await Promise.all(Array.from({ length: 8 }, () =>
        store().leases.join({ incarnation: newId(), hostname, version: '1', state: IDLE }, 5_000)))
      assert.equal(replies.filter(reply => 'nodeId' in reply).length, 1)
      assert.equal(replies.filter(reply => 'refusedBy' in reply).length, 7)
    })

    test('a heartbeat renews and writes what the node says', async () => {
      const { incarnation } = await aNode(store(), 5_000)
      const before = await nodeRow(incarnation)
      const state = { role: 'r', duties: ['x'], pushShard: null, draining: true, info: { now: 'this' } }
      assert.equal(await store().leases.heartbeat(incarnation, state, 60_000), true)
      const after = await nodeRow(incarnation)
      assert.ok(before && after)
      assert.ok(after.renewedAt >= before.renewedAt && after.expiresAt > before.expiresAt + 50_000)
      assert.deepEqual({ ...after, renewedAt: 0, expiresAt: 0 }, { ...before, ...state, renewedAt: 0, expiresAt: 0 })
    })

    test('a heartbeat renews an expired row that nobody took, with what it holds', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      await store().leases.acquire(incarnation, buckets(lane, 1))
      await store().leases.heartbeat(incarnation, IDLE, 0)
      assert.equal(await store().leases.acquire(incarnation, []), 'lost')
      assert.equal(await store().leases.heartbeat(incarnation, IDLE, 60_000), true)
      assert.deepEqual(await store().leases.reap(), [])
      assert.deepEqual(await store().leases.acquire(incarnation, buckets(lane, 1)),
        [{ lane, bucket: 0, generation: 2, diedAt: null }])
    })

    test('an incarnation that was declared dead is over: no heartbeat brings it back', async () => {
      const { incarnation } = await aNode(store(), 0)
      assert.deepEqual((await store().leases.reap()).map(node => node.incarnation), [incarnation])
      assert.equal(await store().leases.heartbeat(incarnation, IDLE, 60_000), false)
      assert.equal(await store().leases.heartbeat(newId(), IDLE, 60_000), false)
      assert.equal(await nodeRow(incarnation), undefined)
    })
  })
}

function deathContract(store: () => QueueUnderTest): void {
  describe('LeaseStore death and departure', () => {
    test('reap leaves the living alone', async () => {
      const { incarnation } = await aNode(store())
      assert.deepEqual(await store().leases.reap(), [])
      assert.equal(await store().leases.heartbeat(incarnation, IDLE, 60_000), true)
    })

    test('reap spares one, though it has expired', async () => {
      const [spared, other] = [await aNode(store(), 0), await aNode(store(), 0)]
      assert.deepEqual((await store().leases.reap(spared.incarnation)).map(node => node.incarnation), [other.incarnation])
      assert.deepEqual((await store().leases.reap()).map(node => node.incarnation), [spared.incarnation])
    })

    test('the death of a node charges what it had pinned and frees its leases with the moment', async () => {
      const lane = newLane()
      const node = await aNode(store())
      await store().leases.acquire(node.incarnation, buckets(lane, 2))
      const rows = await stored(store(), aTask(lane), aTask(lane, { state: aState({ attempt: 3, firstFailedAt: 111 }) }), aTask(lane))
      const [fresh, retried, unpinned] = rows
      assert.ok(fresh && retried && unpinned)
      await pin(store(), node.incarnation, fresh, { done: 1 })
      await pin(store(), node.incarnation, retried)
      const before = await store().now()
      const dead = await store().leases.reapAll(null)
      assert.ok(dead.some(other => other.incarnation === node.incarnation && other.hostname === node.hostname))

      const charged = await rowOf(store(), fresh.id)
      assert.ok(charged?.firstFailedAt && charged.firstFailedAt >= before)
      assert.match(charged.failureReason ?? '', new RegExp(node.hostname))
      assert.deepEqual(charged, {
        ...fresh, status: 'Retry', attempt: 1, crashes: 1, version: 2,
        firstFailedAt: charged.firstFailedAt, failureReason: charged.failureReason,
      })
      const again = await rowOf(store(), retried.id)
      assert.deepEqual([again?.attempt, again?.crashes, again?.firstFailedAt, again?.holder], [4, 1, 111, null])
      assert.deepEqual(await rowOf(store(), unpinned.id), unpinned)
      assert.deepEqual((await store().queue.fetch(lane, [aCursor()], 10)).rows.length, 3)

      const heir = await aNode(store())
      const granted = await store().leases.acquire(heir.incarnation, buckets(lane, 2))
      assert(granted !== 'lost')
      const diedAt = granted[0]?.diedAt ?? 0
      assert.ok(diedAt > 0 && diedAt <= await store().now())
      assert.deepEqual(granted, buckets(lane, 2).map(bucket => ({ ...bucket, generation: 2, diedAt })))
    })

    test('requests on what a dead node had pinned are carried out', async () => {
      const { incarnation } = await aNode(store())
      const [a, b] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b)
      for (const row of [a, b]) await pin(store(), incarnation, row)
      await store().transact(async tx => {
        await tx.tasks.destroy(a.id)
        await tx.tasks.edit(b.id, b.version, { payload: { n: 2 } })
      })
      await store().leases.reapAll(null)
      assert.equal(await rowOf(store(), a.id), null)
      const edited = await rowOf(store(), b.id)
      assert.deepEqual([edited?.payload, edited?.attempt, edited?.crashes, edited?.request, edited?.holder], [{ ...b.payload, n: 2 }, 1, 0, null, null])
    })

    test('releaseDead frees what the dead hold, says how much of whom, and does nothing to the living', async () => {
      const lane = newLane()
      const [living, late, idle] = [await aNode(store()), await aNode(store()), await aNode(store(), 0)]
      await store().leases.acquire(living.incarnation, buckets(lane, 1))
      await store().leases.acquire(late.incarnation, buckets(lane, 3))
      const rows = await stored(store(), aTask(lane), aTask(lane), aTask(lane))
      const [own, first, second] = rows
      assert.ok(own && first && second)
      await pin(store(), living.incarnation, own)
      for (const row of [first, second]) await pin(store(), late.incarnation, row)
      const pinned = await rowOf(store(), own.id)
      assert.deepEqual(await store().leases.releaseDead(idle.incarnation), { holders: [], leases: 0, tasks: 0 })

      await store().leases.heartbeat(late.incarnation, IDLE, 0)
      assert.deepEqual(await store().leases.releaseDead(late.incarnation), { holders: [], leases: 0, tasks: 0 })
      const holder = { incarnation: late.incarnation, hostname: late.hostname }
      assert.deepEqual(await store().leases.releaseDead(), { holders: [holder], leases: 2, tasks: 2 })
      assert.deepEqual(await store().leases.releaseDead(), { holders: [], leases: 0, tasks: 0 })

      // The living one goes on; of the dead one nothing is accepted any more, so its tasks run once.
      assert.deepEqual(await rowOf(store(), own.id), pinned)
      assert.deepEqual((await store().leases.view()).leases.filter(lease => lease.lane === lane).map(lease => lease.holder),
        [living.incarnation, null, null])
      assert.deepEqual(await store().queue.finish(living.incarnation, [{ kind: 'done', id: own.id, version: own.version }]), [true])
      assert.equal(await store().queue.finish(late.incarnation, [{ kind: 'done', id: first.id, version: first.version }]), 'lost')
      const freed = await rowOf(store(), first.id)
      assert.deepEqual([freed?.holder, freed?.status, freed?.crashes], [null, 'Retry', 1])
    })

    test('reapAll spares one', async () => {
      const [spared, other] = [await aNode(store()), await aNode(store())]
      const dead = await store().leases.reapAll(spared.incarnation)
      assert.ok(dead.some(node => node.incarnation === other.incarnation))
      assert.deepEqual((await store().leases.view()).nodes.map(node => node.incarnation), [spared.incarnation])
    })

    test('of many who look at the same time, one declares it', async () => {
      const { incarnation } = await aNode(store(), 0)
      const row = (await stored(store(), aTask(newLane())))[0]
      assert.ok(row)
      const dead = await Promise.all(Array.from({ length: 6 }, () => store().leases.reap()))
      assert.deepEqual(dead.flat().map(node => node.incarnation), [incarnation])
    })

    test('who leaves in order charges nobody', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      await store().leases.acquire(incarnation, buckets(lane, 1))
      const [kept, destroyed] = await stored(store(), aTask(lane), aTask(lane))
      assert.ok(kept && destroyed)
      for (const row of [kept, destroyed]) await pin(store(), incarnation, row)
      await store().transact(tx => tx.tasks.destroy(destroyed.id))
      await store().leases.leave(incarnation)
      await store().leases.leave(incarnation)
      assert.deepEqual(await rowOf(store(), kept.id), kept)
      assert.equal(await rowOf(store(), destroyed.id), null)
      const heir = await aNode(store())
      assert.deepEqual(await store().leases.acquire(heir.incarnation, buckets(lane, 1)),
        [{ lane, bucket: 0, generation: 2, diedAt: null }])
    })
  })
}

function bucketContract(store: () => QueueUnderTest): void {
  const leasesOf = async (lane: string) => (await store().leases.view()).leases.filter(lease => lease.lane === lane)

  describe('LeaseStore buckets', () => {
    test('what nobody holds is granted, with a growing generation', async () => {
      const lane = newLane()
      const [a, b] = [await aNode(store()), await aNode(store())]
      assert.deepEqual(await store().leases.acquire(a.incarnation, buckets(lane, 2)),
        buckets(lane, 2).map(bucket => ({ ...bucket, generation: 1, diedAt: null })))
      assert.deepEqual(await store().leases.acquire(b.incarnation, buckets(lane, 3)),
        [{ lane, bucket: 2, generation: 1, diedAt: null }])
      await store().leases.release(a.incarnation, [{ lane, bucket: 1, generation: 1 }])
      assert.deepEqual(await store().leases.acquire(b.incarnation, buckets(lane, 2)),
        [{ lane, bucket: 1, generation: 2, diedAt: null }])
      assert.deepEqual(await leasesOf(lane), [
        { lane, bucket: 0, holder: a.incarnation, generation: 1 }, { lane, bucket: 1, holder: b.incarnation, generation: 2 },
        { lane, bucket: 2, holder: b.incarnation, generation: 1 },
      ])
    })

    test('who asks again for what it holds is granted again: the first reply may be lost', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      await store().leases.acquire(incarnation, buckets(lane, 1))
      assert.deepEqual(await store().leases.acquire(incarnation, buckets(lane, 1)),
        [{ lane, bucket: 0, generation: 2, diedAt: null }])
    })

    test('a release is bound to holder and generation', async () => {
      const lane = newLane()
      const [a, b] = [await aNode(store()), await aNode(store())]
      await store().leases.acquire(a.incarnation, buckets(lane, 2))
      await store().leases.acquire(a.incarnation, buckets(lane, 1))
      const before = await leasesOf(lane)
      await store().leases.release(b.incarnation, [{ lane, bucket: 1, generation: 1 }])
      await store().leases.release(a.incarnation, [{ lane, bucket: 0, generation: 1 }])
      await store().leases.release(a.incarnation, [])
      assert.deepEqual(await leasesOf(lane), before)
    })

    test('an incarnation that is over is granted nothing', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store(), 0)
      assert.equal(await store().leases.acquire(incarnation, buckets(lane, 1)), 'lost')
      assert.equal(await store().leases.acquire(newId(), buckets(lane, 1)), 'lost')
      assert.deepEqual(await leasesOf(lane), [])
      await store().leases.reap()
    })

    test('of many who want the same buckets, each bucket goes to one', async () => {
      const lane = newLane()
      const nodes = await Promise.all(Array.from({ length: 6 }, () => aNode(store())))
      const wanted = buckets(lane, 40)
      const replies = await Promise.all(nodes.map(({ incarnation }, n) =>
        store().leases.acquire(incarnation, n % 2 ? wanted : wanted.toReversed())))
      const granted = replies.flatMap(reply => reply === 'lost' ? [] : reply)
      assert.equal(granted.length, wanted.length)
      assert.equal(new Set(granted.map(lease => lease.bucket)).size, wanted.length)
      assert.ok(granted.every(lease => lease.generation === 1))
    })

    test('a bucket tells of the last death of a holder, also after it was given back in order', async () => {
      const lane = newLane()
      const take = async () => {
        const { incarnation } = await aNode(store())
        const granted = await store().leases.acquire(incarnation, buckets(lane, 1))
        assert.ok(granted !== 'lost' && granted[0])
        return { incarnation, lease: granted[0] }
      }
      assert.equal((await take()).lease.diedAt, null)
      await store().leases.reapAll(null)
      const second = await take()
      const first = second.lease.diedAt
      assert.ok(first !== null)
      await store().leases.release(second.incarnation, [second.lease])
      const third = await take()
      assert.equal(third.lease.diedAt, first)
      await store().leases.leave(third.incarnation)
      assert.equal((await take()).lease.diedAt, first)
      await store().leases.reapAll(null)
      assert.ok(((await take()).lease.diedAt ?? 0) >= first)
    })
  })
}
