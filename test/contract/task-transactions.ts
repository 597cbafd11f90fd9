import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aNode, aTask, firstPage, newId, newLane, pin, rowOf, stored } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

/** Tasks in transactions. */
export function taskTransactionContract(store: () => QueueUnderTest): void {
  describe('tasks in transactions', () => {
    test('what throws leaves nothing behind', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      const [kept, pinned] = await stored(store(), aTask(lane, { dedupeKey: newId() }), aTask(lane))
      assert.ok(kept && pinned)
      await pin(store(), incarnation, pinned)
      const before = await store().read(tx => tx.tasks.get([kept.id, pinned.id]))
      await assert.rejects(store().transact(async tx => {
        await tx.tasks.insert([aTask(lane), aTask(lane, { dedupeKey: kept.dedupeKey, payload: { other: true } })])
        await tx.tasks.destroy(pinned.id)
        await tx.tasks.destroy(kept.id)
        assert.equal(await tx.tasks.count({ lane }), 2)
        throw new Error('no')
      }), /^Error: no$/)
      assert.deepEqual(await store().read(tx => tx.tasks.get([kept.id, pinned.id])), before)
      assert.equal(await store().read(tx => tx.tasks.count({ lane })), 2)
    })

    test('a transaction sees its own writes', async () => {
      const task = aTask(newLane())
      await store().transact(async tx => {
        await tx.tasks.insert([task])
        assert.equal((await tx.tasks.get([task.id])).length, 1)
        await tx.tasks.edit(task.id, 1, { payload: { n: 2 } })
        assert.deepEqual((await tx.tasks.get([task.id]))[0]?.payload, { ...task.payload, n: 2 })
        await tx.tasks.destroy(task.id)
        assert.equal((await tx.tasks.get([task.id])).length, 0)
      })
      assert.equal(await rowOf(store(), task.id), null)
    })

    test('a reader neither waits for a writer nor sees half of its work', async () => {
      const lane = newLane()
      await stored(store(), aTask(lane))
      await store().transact(async tx => {
        await tx.tasks.insert([aTask(lane)])
        assert.equal(await store().read(other => other.tasks.count({ lane })), 1)
      })
      assert.equal(await store().read(tx => tx.tasks.count({ lane })), 2)
    })

    test('a reader goes on seeing the moment at which it began', async () => {
      const lane = newLane()
      await stored(store(), aTask(lane))
      await store().read(async tx => {
        assert.equal(await tx.tasks.count({ lane }), 1)
        await stored(store(), aTask(lane))
        assert.equal(await tx.tasks.count({ lane }), 1)
      })
      assert.equal(await store().read(tx => tx.tasks.count({ lane })), 2)
    })

    test('transactions at the same time do not mix', async () => {
      const lane = newLane()
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => store().transact(async tx => {
        await tx.tasks.insert([aTask(lane, { due: n })])
        await tx.tasks.count({ lane })
        await tx.tasks.insert([aTask(lane, { due: n })])
        if (n % 2) throw new Error('odd')
      })))
      assert.equal(results.filter(result => result.status === 'rejected').length, 10)
      const ids = await store().read(tx => tx.tasks.query({ lane }, firstPage()))
      const rows = await store().read(tx => tx.tasks.get(ids))
      assert.deepEqual(rows.map(row => row.due), [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14, 16, 16, 18, 18])
    })
  })
}
