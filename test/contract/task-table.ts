import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import type { Finish } from '../../src/engine/ports/queue.ts'
import type { TaskRequest, TaskState } from '../../src/engine/ports/task.ts'
import { hasCode } from '../../src/errors.ts'
import { aCursor, aNode, aState, aTask, failedState, firstPage, newId, newLane, pin, rowOf, stored, storedOne } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'
import { taskQueryContract } from './task-query.ts'
import { taskTransactionContract } from './task-transactions.ts'

/** Enqueueing and administering tasks. */
export function taskTableContract(store: () => QueueUnderTest): void {
  insertContract(store)
  dedupeContract(store)
  editContract(store)
  taskQueryContract(store)
  taskTransactionContract(store)
}

function insertContract(store: () => QueueUnderTest): void {
  describe('TaskTable insert and get', () => {
    test('a row has every field of its task, and what the store adds', async () => {
      const before = await store().now()
      const task = aTask(newLane(), {
        bucket: 3, band: 1, due: 12_345, orderingKey: 'k', dedupeKey: `d/${newId()}`, accountId: newId(), domainId: newId(),
        payload: { list: [1, null, 'ü'], deep: { yes: true } },
      })
      const row = await storedOne(store(), task)
      const { createdAt, ...rest } = row
      assert.deepEqual(rest, {
        ...task, status: 'Pending', version: 1, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null,
        crashes: 0, holder: null, startedAt: null, progress: null, request: null, parentId: null,
      })
      assert.ok(createdAt >= before && createdAt <= await store().now())
    })

    test('a task may come with a state', async () => {
      const lane = newLane()
      const [retry, failed] = await stored(store(),
        aTask(lane, { state: aState() }), aTask(lane, { state: { ...failedState(), due: 7 } }))
      assert.deepEqual([retry?.status, retry?.due, retry?.attempt, retry?.failureReason], ['Retry', 2_000, 1, 'it broke'])
      assert.deepEqual([failed?.status, failed?.due, failed?.failedAt], ['Failed', DUE_NEVER, 1_600])
    })

    test('get answers in the order of the ids and leaves unknown ones out', async () => {
      const [a, b] = await stored(store(), aTask('order'), aTask('order'))
      assert.ok(a && b)
      const rows = await store().read(tx => tx.tasks.get([b.id, 'unknown', a.id, '\0']))
      assert.deepEqual(rows.map(row => row.id), [b.id, a.id])
      assert.deepEqual(await store().read(tx => tx.tasks.get([])), [])
    })

    test('many at once, in the order given', async () => {
      const lane = newLane()
      const tasks = Array.from({ length: 2_500 }, () => aTask(lane))
      const replies = await store().transact(tx => tx.tasks.insert(tasks))
      assert.deepEqual(replies, tasks.map(task => ({ id: task.id, coalesced: false })))
      assert.equal(await store().read(tx => tx.tasks.count({ lane })), 2_500)
      const all = await store().read(tx => tx.tasks.get(tasks.map(task => task.id)))
      assert.deepEqual(all.map(row => row.id), tasks.map(task => task.id))
    })

    test('an id is never given twice', async () => {
      const task = aTask(newLane())
      await stored(store(), task)
      await assert.rejects(stored(store(), { ...task, payload: {} }), error => hasCode(error, 'store/conflict'))
      assert.deepEqual((await rowOf(store(), task.id))?.payload, task.payload)
    })

    test('NUL and lone surrogates in any text of a client are stored, not refused', async () => {
      const hostile = 'a\0b\uD800c'
      const task = aTask(newLane(), {
        orderingKey: hostile, dedupeKey: `${newId()}${hostile}`, accountId: hostile, domainId: hostile, payload: { text: hostile },
        state: aState({ failureReason: hostile }),
      })
      const row = await storedOne(store(), task)
      assert.deepEqual(row.payload, task.payload)
      assert.equal(row.failureReason, 'a\uFFFDb\uFFFDc')
      assert.deepEqual(await store().read(tx => tx.tasks.query({ accountId: hostile, domainId: hostile, lane: task.lane }, firstPage())), [task.id])
      const again = await store().transact(tx => tx.tasks.insert([{ ...task, id: newId() }]))
      assert.deepEqual(again, [{ id: task.id, coalesced: true }])
    })

    test('times before 1970 are due, and far ones are never overflown', async () => {
      const [past, far] = await stored(store(), aTask('times', { due: -5 }), aTask('times', { due: Number.MAX_VALUE }))
      assert.equal(past?.due, 0)
      assert.equal(far?.due, DUE_NEVER - 1)
    })
  })
}

function dedupeContract(store: () => QueueUnderTest): void {
  describe('TaskTable dedupe keys', () => {
    test('a task that is under way keeps how far it got when it takes a new one in', async () => {
      const { incarnation } = await aNode(store())
      const dedupeKey = newId()
      const row = await storedOne(store(), aTask(newLane(), { dedupeKey, payload: { word: 'old' } }))
      const again: Finish = { kind: 'again', id: row.id, version: row.version, state: aState(), payload: { ...row.payload, spread: { cursor: 'm' } } }
      assert.deepEqual(await store().queue.finish(incarnation, [again]), [true])
      const [reply] = await store().transact(tx => tx.tasks.insert([aTask(row.lane, { dedupeKey, payload: { word: 'new' } })]))
      assert.deepEqual(reply, { id: row.id, coalesced: true })
      assert.deepEqual((await rowOf(store(), row.id))?.payload, { word: 'new', spread: { cursor: 'm' } })
    })

    test('a waiting task takes a new one in: earlier due, lower band, new payload', async () => {
      const dedupeKey = newId()
      const first = aTask(newLane(), { dedupeKey, due: 9_000, band: 1, payload: { n: 1 } })
      const earlier = aTask(first.lane, { dedupeKey, due: 8_000, band: 0, payload: { n: 2 } })
      const later = aTask(first.lane, { dedupeKey, due: 9_999, band: 1, payload: { n: 3 } })
      await stored(store(), first)
      const replies = await store().transact(tx => tx.tasks.insert([earlier, later, aTask(first.lane)]))
      assert.deepEqual(replies.map(reply => reply.coalesced), [true, true, false])
      assert.deepEqual(replies.slice(0, 2).map(reply => reply.id), [first.id, first.id])
      const row = await rowOf(store(), first.id)
      assert.deepEqual([row?.due, row?.band, row?.payload, row?.version], [8_000, 0, { n: 3 }, 3])
      assert.equal(await rowOf(store(), later.id), null)
    })

    test('two of one key in one call become one', async () => {
      const dedupeKey = newId()
      const [a, b] = [aTask(newLane(), { dedupeKey, payload: { n: 1 } }), aTask(newLane(), { dedupeKey, payload: { n: 2 } })]
      const replies = await store().transact(tx => tx.tasks.insert([a, b]))
      assert.deepEqual(replies, [{ id: a.id, coalesced: false }, { id: a.id, coalesced: true }])
      assert.deepEqual((await rowOf(store(), a.id))?.payload, { n: 2 })
    })

    test('a retrying task takes in, a failed one does not', async () => {
      const dedupeKey = newId()
      const failed = aTask(newLane(), { dedupeKey, state: failedState() })
      const retrying = aTask(failed.lane, { dedupeKey, state: aState({ due: 50_000 }) })
      await stored(store(), failed)
      await stored(store(), retrying)
      const [reply] = await store().transact(tx => tx.tasks.insert([aTask(failed.lane, { dedupeKey, due: 10 })]))
      assert.deepEqual(reply, { id: retrying.id, coalesced: true })
      const row = await rowOf(store(), retrying.id)
      assert.deepEqual([row?.status, row?.due, row?.attempt], ['Retry', 10, 1])
    })

    test('a failed task that is set back gives its key up to the one that waits', async () => {
      const dedupeKey = newId()
      const old = await storedOne(store(), aTask(newLane(), { dedupeKey, state: failedState() }))
      const waiting = await storedOne(store(), aTask(old.lane, { dedupeKey }))
      const state = aState({ status: 'Pending' })
      assert.equal(await store().transact(tx => tx.tasks.edit(old.id, old.version, { state })), 'applied')
      assert.equal((await rowOf(store(), old.id))?.dedupeKey, null)
      assert.equal((await rowOf(store(), waiting.id))?.dedupeKey, dedupeKey)
    })

    test('a failed task that is set back while nobody waits keeps its key', async () => {
      const dedupeKey = newId()
      const old = await storedOne(store(), aTask(newLane(), { dedupeKey, state: failedState() }))
      await store().transact(tx => tx.tasks.edit(old.id, old.version, { state: aState({ status: 'Pending' }) }))
      const [reply] = await store().transact(tx => tx.tasks.insert([aTask(old.lane, { dedupeKey })]))
      assert.deepEqual(reply, { id: old.id, coalesced: true })
    })

    test('a task that is asked to stop takes nothing in', async () => {
      const { incarnation } = await aNode(store())
      const dedupeKey = newId()
      const row = await storedOne(store(), aTask(newLane(), { dedupeKey }))
      await pin(store(), incarnation, row)
      assert.equal(await store().transact(tx => tx.tasks.destroy(row.id)), 'requested')
      const next = aTask(row.lane, { dedupeKey })
      assert.deepEqual(await store().transact(tx => tx.tasks.insert([next])), [{ id: next.id, coalesced: false }])
    })

    test('keys longer than an index entry still tell tasks apart', async () => {
      const long = newId() + 'x'.repeat(10_000)
      const [a, b] = [aTask(newLane(), { dedupeKey: `${long}a` }), aTask(newLane(), { dedupeKey: `${long}b` })]
      const replies = await store().transact(tx => tx.tasks.insert([a, b, aTask(a.lane, { dedupeKey: `${long}a` })]))
      assert.deepEqual(replies.map(reply => reply.id), [a.id, b.id, a.id])
    })

    test('many who insert one key at the same time get one task', async () => {
      const dedupeKey = newId()
      const lane = newLane()
      const tasks = Array.from({ length: 20 }, (_, n) => aTask(lane, { dedupeKey, payload: { n } }))
      const replies = await Promise.all(tasks.map(task => store().transact(tx => tx.tasks.insert([task]))))
      const inserted = replies.flat().filter(reply => !reply.coalesced)
      assert.equal(inserted.length, 1)
      assert.equal(new Set(replies.flat().map(reply => reply.id)).size, 1)
      assert.equal((await rowOf(store(), inserted[0]?.id ?? ''))?.version, 20)
    })

    test('batches that meet in two keys, in any order, all succeed', async () => {
      const lane = newLane()
      const keys = Array.from({ length: 8 }, newId)
      const batches = Array.from({ length: 10 }, (_, n) => (n % 2 ? keys : keys.toReversed()).map(dedupeKey => aTask(lane, { dedupeKey })))
      await Promise.all(batches.map(batch => store().transact(tx => tx.tasks.insert(batch))))
      assert.equal(await store().read(tx => tx.tasks.count({ lane })), keys.length)
    })

    test('a key is free again when its task is done', async () => {
      const { incarnation } = await aNode(store())
      const dedupeKey = newId()
      const row = await storedOne(store(), aTask(newLane(), { dedupeKey }))
      await store().queue.finish(incarnation, [{ kind: 'done', id: row.id, version: row.version }])
      const next = aTask(row.lane, { dedupeKey })
      assert.deepEqual(await store().transact(tx => tx.tasks.insert([next])), [{ id: next.id, coalesced: false }])
    })
  })
}

function editContract(store: () => QueueUnderTest): void {
  describe('TaskTable edit and destroy', () => {
    test('an edit sets state and members of the payload, and leaves what it does not name', async () => {
      const row = await storedOne(store(), aTask(newLane()))
      const state = aState({ due: 77 })
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version, { state })), 'applied')
      const edited = await rowOf(store(), row.id)
      assert.deepEqual(edited, { ...row, ...state, version: row.version + 1 })
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version + 1, { payload: { n: 2 } })), 'applied')
      assert.deepEqual(await rowOf(store(), row.id), { ...edited, payload: { ...row.payload, n: 2 }, version: row.version + 2 })
    })

    test('an edit that comes with new keys moves the task to them', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane(), { dedupeKey: newId() }))
      const keys = { bucket: 3, orderingKey: 'a\0', dedupeKey: newId(), accountId: newId(), domainId: newId() }
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version, { payload: { n: 2 }, keys })), 'applied')
      const moved = await rowOf(store(), row.id)
      assert.deepEqual(moved, { ...row, ...keys, orderingKey: 'a\uFFFD', payload: { ...row.payload, n: 2 }, version: 2 })
      assert.deepEqual((await store().queue.fetch(row.lane, [aCursor(3)], 10)).rows, [moved])
      assert.deepEqual((await store().queue.fetch(row.lane, [aCursor(0)], 10)).rows, [])
      const [reply] = await store().transact(tx => tx.tasks.insert([aTask(row.lane, { dedupeKey: keys.dedupeKey })]))
      assert.deepEqual(reply, { id: row.id, coalesced: true })
      const pinned = await storedOne(store(), aTask(row.lane, { dedupeKey: newId() }))
      await pin(store(), incarnation, pinned)
      const others = { ...keys, dedupeKey: newId(), orderingKey: 'b' }
      assert.equal(await store().transact(tx => tx.tasks.edit(pinned.id, pinned.version, { keys: others })), 'requested')
      assert.deepEqual((await rowOf(store(), pinned.id))?.bucket, 0)
      await store().queue.finish(incarnation, [{ kind: 'release', id: pinned.id }])
      assert.deepEqual(await rowOf(store(), pinned.id), { ...pinned, ...others, dedupeKey: null, version: 2 })
    })

    test('an edit to the dedupe key of a task that waits is answered with that task', async () => {
      const { incarnation } = await aNode(store())
      const lane = newLane()
      const [waiting, failed, row, pinned] = await stored(store(), aTask(lane, { dedupeKey: newId() }),
        aTask(lane, { dedupeKey: newId(), state: failedState() }), aTask(lane, { dedupeKey: newId() }), aTask(lane))
      assert.ok(waiting && failed && row && pinned)
      await pin(store(), incarnation, pinned)
      const edit = (id: string, dedupeKey: string | null, state?: TaskState) => {
        const { bucket, orderingKey, accountId, domainId } = row
        const keys = { bucket, orderingKey, dedupeKey, accountId, domainId }
        return store().transact(tx => tx.tasks.edit(id, 1, { keys, ...(state ? { state } : {}) }))
      }
      assert.deepEqual(await edit(row.id, waiting.dedupeKey), { takenBy: waiting.id })
      assert.deepEqual(await edit(pinned.id, waiting.dedupeKey), { takenBy: waiting.id })
      assert.deepEqual(await edit(failed.id, waiting.dedupeKey, aState({ status: 'Pending' })), { takenBy: waiting.id })
      const unchanged = await store().read(tx => tx.tasks.get([failed.id, row.id]))
      assert.deepEqual(unchanged, [failed, row])
      // A Failed task holds no key: nobody is in the way of it, and it in nobody's.
      assert.equal(await edit(row.id, failed.dedupeKey), 'applied')
      assert.equal(await edit(failed.id, waiting.dedupeKey), 'applied')
    })

    test('an edit of another version changes nothing', async () => {
      const row = await storedOne(store(), aTask(newLane()))
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version + 1, { payload: {} })), 'changed')
      assert.deepEqual(await rowOf(store(), row.id), row)
      assert.equal(await store().transact(tx => tx.tasks.edit(newId(), 1, { payload: {} })), 'gone')
    })

    test('of edits of one version at the same time one is applied', async () => {
      const row = await storedOne(store(), aTask(newLane()))
      const replies = await Promise.all(Array.from({ length: 8 }, (_, n) =>
        store().transact(tx => tx.tasks.edit(row.id, row.version, { payload: { n } }))))
      assert.equal(replies.filter(reply => reply === 'applied').length, 1)
      assert.equal(replies.filter(reply => reply === 'changed').length, 7)
    })

    test('an edit takes back crashes, and makes a failed task wait again', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      await store().queue.finish(incarnation, [
        { kind: 'again', id: row.id, version: row.version, state: failedState(), crashes: 2 },
      ])
      assert.deepEqual(pick(await rowOf(store(), row.id)), ['Failed', DUE_NEVER, 2])
      await store().transact(tx => tx.tasks.edit(row.id, row.version + 1, { state: aState({ status: 'Pending', due: 3 }) }))
      assert.deepEqual(pick(await rowOf(store(), row.id)), ['Pending', 3, 0])
    })

    test('a destroyed task is gone', async () => {
      const row = await storedOne(store(), aTask(newLane()))
      assert.equal(await store().transact(tx => tx.tasks.destroy(row.id)), 'applied')
      assert.equal(await rowOf(store(), row.id), null)
      assert.equal(await store().transact(tx => tx.tasks.destroy(row.id)), 'gone')
    })

    test('a pinned task gets edits as one request, which a destroy replaces', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      await pin(store(), incarnation, row)
      const state = aState({ due: 99 })
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version, { state })), 'requested')
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version + 1, { payload: {} })), 'changed')
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version, { payload: { n: 2 } })), 'requested')
      const waiting = await rowOf(store(), row.id)
      assert.deepEqual(waiting?.request, { kind: 'edit', edit: { state, payload: { n: 2 } } })
      assert.deepEqual([waiting?.payload, waiting?.due, waiting?.holder], [row.payload, row.due, incarnation])
      const over = (request: TaskRequest | null) => store().transact(tx => tx.tasks.edit(row.id, row.version, { payload: { n: 3 } }, request))
      assert.deepEqual([await over(null), await over({ kind: 'edit', edit: { state } })], ['changed', 'changed'], 'worked out on another request')
      assert.equal(await over(waiting?.request ?? null), 'requested')
      assert.deepEqual((await rowOf(store(), row.id))?.request, { kind: 'edit', edit: { state, payload: { n: 3 } } })
      assert.equal(await store().transact(tx => tx.tasks.destroy(row.id)), 'requested')
      assert.deepEqual((await rowOf(store(), row.id))?.request, { kind: 'destroy' })
      assert.equal(await store().transact(tx => tx.tasks.edit(row.id, row.version, { payload: {} })), 'gone')
    })
  })
}

function pick(row: Awaited<ReturnType<typeof rowOf>>) {
  return [row?.status, row?.due, row?.crashes]
}
