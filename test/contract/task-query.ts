import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Band, NewTask, StreamRef, TaskFilter, TaskOrder } from '../../src/engine/ports/task.ts'
import { aNode, aState, aTask, failedState, firstPage, newId, newLane, pin, stored } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

/** Lists of tasks and what stands before one. */
export function taskQueryContract(store: () => QueueUnderTest): void {
  describe('TaskTable query and count', () => {
    test('pages go through equal values in both orders and directions, by key and by position', async () => {
      const lane = newLane()
      const dues = [5, 5, 1, 5, 9, 5, 1, 5]
      const rows = await stored(store(), ...dues.map(due => aTask(lane, { due })))
      for (const property of ['due', 'createdAt'] as const) {
        const sorted = rows.toSorted((a, b) => a[property] - b[property] || (a.id < b.id ? -1 : 1)).map(row => row.id)
        for (const ascending of [true, false]) {
          const order = { property, ascending }
          const expected = ascending ? sorted : sorted.toReversed()
          assert.deepEqual(await byKey(store(), { lane }, order), expected)
          assert.deepEqual(await byPosition(store(), { lane }, order), expected)
        }
      }
    })

    test('every condition must hold', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      const [accountId, domainId] = [newId(), newId()]
      const a = aTask(lane, { variant: 'A', due: 10, accountId })
      const b = aTask(lane, { variant: 'B', due: 20, domainId })
      const c = aTask(lane, { variant: 'C', state: aState({ due: 30 }) })
      const d = aTask(lane, { variant: 'D', state: failedState() })
      const rows = await stored(store(), a, b, c, d)
      if (rows[0]) await pin(store(), incarnation, rows[0])
      const cases: [TaskFilter, NewTask[]][] = [
        [{}, [a, b, c, d]],
        [{ variants: ['A', 'C', 'X'] }, [a, c]],
        [{ variants: [] }, []],
        [{ status: ['Pending'] }, [a, b]],
        [{ status: ['Retry'] }, [c]],
        [{ status: ['Failed'] }, [d]],
        [{ status: ['Failed', 'Retry'] }, [c, d]],
        [{ status: [] }, []],
        [{ dueMin: 20 }, [b, c]],
        [{ dueAbove: 20 }, [c]],
        [{ dueMax: 20 }, [a, b]],
        [{ dueBelow: 20 }, [a]],
        [{ dueMin: 0 }, [a, b, c]],
        [{ dueMin: 10, dueBelow: 30 }, [a, b]],
        [{ accountId }, [a]],
        [{ domainId }, [b]],
        [{ accountId, domainId }, []],
        [{ running: true }, [a]],
        [{ running: false }, [b, c, d]],
        [{ running: false, status: ['Pending'] }, [b]],
      ]
      for (const [filter, expected] of cases) {
        const found = await store().read(tx => tx.tasks.query({ ...filter, lane }, firstPage()))
        assert.deepEqual(found, expected.map(task => task.id), JSON.stringify(filter))
        assert.equal(await store().read(tx => tx.tasks.count({ ...filter, lane })), expected.length)
      }
    })

    test('tells what stands first in each stream, and what is pinned under a key', async () => {
      const [lane, other] = [newLane(), newLane()]
      const { incarnation } = await aNode(store())
      const now = await store().now()
      const key = newId()
      const a = aTask(lane, { due: 10, orderingKey: key })
      const b = aTask(lane, { due: 20 })
      const c = aTask(lane, { due: 30, band: 1 })
      const hour = aTask(lane, { due: now + 3_600_000, bucket: 1 })
      const failed = aTask(lane, { bucket: 1, state: failedState() })
      const pinned = aTask(lane, { due: 40, orderingKey: key })
      const elsewhere = aTask(other, { due: 5 })
      const rows = await stored(store(), a, b, c, hour, failed, pinned, elsewhere)
      const held = rows[5] ?? assert.fail()
      await pin(store(), incarnation, held)
      const ahead = async (streams: readonly StreamRef[], keys: readonly string[], limit: number) => {
        const found = await store().read(tx => tx.tasks.ahead(streams, keys, limit))
        assert.ok(found.now >= now && found.now <= await store().now())
        return new Set(found.tasks.map(task => task.id))
      }
      const stream = (bucket: number, band: Band, of = lane): StreamRef => ({ lane: of, bucket, band })
      assert.deepEqual(await ahead([stream(0, 0)], [], 10), new Set([a.id, b.id, held.id]))
      assert.deepEqual(await ahead([stream(0, 0)], [], 1), new Set([a.id]))
      assert.deepEqual(await ahead([stream(0, 0), stream(0, 1), stream(1, 0)], [], 2), new Set([a.id, b.id, c.id]))
      assert.deepEqual(await ahead([stream(0, 0, other)], [key, '\0'], 5), new Set([elsewhere.id, held.id]))
      assert.deepEqual(await ahead([stream(7, 0)], [newId()], 5), new Set())
      const { tasks } = await store().read(tx => tx.tasks.ahead([stream(0, 1)], [key], 5))
      const { bucket, band, due } = c
      const told = tasks.map(task => ({
        id: task.id, lane: task.lane, bucket: task.bucket, band: task.band, due: task.due, orderingKey: task.orderingKey, holder: task.holder,
      }))
      assert.deepEqual(told, [
        { id: c.id, lane, bucket, band, due, orderingKey: c.orderingKey, holder: null },
        { id: held.id, lane, bucket: 0, band: 0, due: 40, orderingKey: key, holder: incarnation },
      ])
    })

    test('failed tasks come after all others in due order', async () => {
      const lane = newLane()
      const [failed, far, near] = await stored(store(), aTask(lane, { state: failedState() }),
        aTask(lane, { due: Date.UTC(9999, 0, 1) }), aTask(lane, { due: 1 }))
      assert.deepEqual(await store().read(tx => tx.tasks.query({ lane }, firstPage())), [near?.id, far?.id, failed?.id])
    })
  })
}

async function byKey(store: QueueUnderTest, filter: TaskFilter, order: TaskOrder): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const [last] = await store.read(tx => tx.tasks.get(found.slice(-1)))
    const after = last ? { after: { value: last[order.property], id: last.id } } : {}
    const page = await store.read(tx => tx.tasks.query(filter, { order, limit: 3, ...after }))
    found.push(...page)
    if (page.length < 3) return found
  }
}

async function byPosition(store: QueueUnderTest, filter: TaskFilter, order: TaskOrder): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const page = await store.read(tx => tx.tasks.query(filter, { order, limit: 3, position: found.length }))
    found.push(...page)
    if (page.length < 3) return found
  }
}
