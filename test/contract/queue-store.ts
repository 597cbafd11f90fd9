import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Id } from '../../src/base/ids.ts'
import type { StreamCursor } from '../../src/engine/ports/queue.ts'
import type { TaskRow } from '../../src/engine/ports/task.ts'
import {
  aCursor, aNode, aState, aTask, failedState, HOUR_MS, newId, newLane, pin, rowOf, stored, storedOne,
} from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

/** The worker's side of the queue. */
export function queueStoreContract(store: () => QueueUnderTest): void {
  fetchContract(store)
  finishContract(store)
  pinContract(store)
  fenceContract(store)
}

function fetchContract(store: () => QueueUnderTest): void {
  const fetched = async (lane: string, cursors: readonly StreamCursor[], limit = 100): Promise<Id[]> =>
    (await store().queue.fetch(lane, cursors, limit)).rows.map(row => row.id)

  /** The rows of a fetch that tells how long it is until `nextDue`, by the store's clock at some moment of the call. */
  const fetchedAhead = async (lane: string, cursors: readonly StreamCursor[], nextDue: number): Promise<TaskRow[]> => {
    const before = await store().now()
    const { rows, nextInMs } = await store().queue.fetch(lane, cursors, 10)
    const after = await store().now()
    assert.ok(nextInMs !== null && nextInMs <= nextDue - before && nextInMs >= nextDue - after, `${nextInMs} ms`)
    return rows
  }

  describe('QueueStore fetch', () => {
    test('gives whole rows', async () => {
      const row = await storedOne(store(), aTask(newLane(), { state: aState(), payload: { a: ['b'] } }))
      assert.deepEqual((await store().queue.fetch(row.lane, [aCursor()], 10)).rows, [row])
    })

    test('each stream in (due, id) order, whatever the order of insertion', async () => {
      const lane = newLane()
      const rows = await stored(store(), ...[30, 10, 20, 10, 10].map(due => aTask(lane, { due })))
      const sorted = rows.toSorted((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1)).map(row => row.id)
      assert.deepEqual(await fetched(lane, [aCursor()]), sorted)
    })

    test('only the streams that were named, each up to the limit', async () => {
      const lane = newLane()
      const streams = [[0, 0], [0, 1], [1, 0], [2, 0]] as const
      const tasks = streams.flatMap(([bucket, band]) => [1, 2, 3].map(due => aTask(lane, { bucket, band, due })))
      await stored(store(), ...tasks, aTask(newLane()))
      const rows = (await store().queue.fetch(lane, [aCursor(0, 1), aCursor(2)], 2)).rows
      const dues = (bucket: number, band: number) => rows.filter(row => row.bucket === bucket && row.band === band).map(row => row.due)
      assert.deepEqual([rows.length, dues(0, 1), dues(2, 0)], [4, [1, 2], [1, 2]])
    })

    test('goes on after the cursor, through equal due times', async () => {
      const lane = newLane()
      const rows = await stored(store(), ...[5, 5, 5, 5, 6, 6, 7].map(due => aTask(lane, { due })))
      const found: TaskRow[] = []
      for (;;) {
        const last = found.at(-1)
        const page = await store().queue.fetch(lane, [last ? aCursor(0, 0, last.due, last.id) : aCursor()], 2)
        found.push(...page.rows)
        if (page.rows.length < 2) break
      }
      assert.deepEqual(found, rows)
    })

    test('what is not due is not given, but how far ahead the earliest in these streams is', async () => {
      const lane = newLane()
      const now = await store().now()
      const due = await storedOne(store(), aTask(lane, { due: now - 1 }))
      await stored(store(), aTask(lane, { due: now + 2 * HOUR_MS }), aTask(lane, { due: now + HOUR_MS, bucket: 1 }),
        aTask(lane, { due: now + 60_000, bucket: 2 }), aTask(lane, { state: failedState() }))
      const streams = [aCursor(0), aCursor(1), aCursor(0, 1)]
      assert.deepEqual(await fetchedAhead(lane, streams, now + HOUR_MS), [due])
      assert.deepEqual(await fetchedAhead(lane, [aCursor(2)], now + 60_000), [])
      assert.deepEqual(await store().queue.fetch(lane, [aCursor(3)], 10), { rows: [], nextInMs: null })
      assert.deepEqual(await store().queue.fetch(lane, [], 10), { rows: [], nextInMs: null })
    })

    test('the time ahead is told from behind the cursor as well', async () => {
      const lane = newLane()
      const now = await store().now()
      const row = await storedOne(store(), aTask(lane, { due: now - 1 }))
      await stored(store(), aTask(lane, { due: now + HOUR_MS }))
      assert.deepEqual(await fetchedAhead(lane, [aCursor(0, 0, row.due, row.id)], now + HOUR_MS), [])
    })

    test('pinned rows are given with their holder: their keys are busy', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      await pin(store(), incarnation, row, { done: 3 })
      const [found] = (await store().queue.fetch(row.lane, [aCursor()], 10)).rows
      assert.deepEqual([found?.holder, found?.startedAt, found?.progress], [incarnation, 5_000, { done: 3 }])
    })
  })
}

function finishContract(store: () => QueueUnderTest): void {
  describe('QueueStore finish', () => {
    test('done removes the row and inserts what follows', async () => {
      const { incarnation } = await aNode(store())
      const [a, b] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b)
      const followUps = [aTask(newLane()), aTask(newLane(), { dedupeKey: newId() })]
      const reply = await store().queue.finish(incarnation, [
        { kind: 'done', id: a.id, version: a.version, followUps }, { kind: 'done', id: b.id, version: b.version },
      ])
      assert.deepEqual(reply, [true, true])
      assert.deepEqual([await rowOf(store(), a.id), await rowOf(store(), b.id)], [null, null])
      for (const { id } of followUps) assert.equal((await rowOf(store(), id))?.status, 'Pending')
    })

    test('again writes the new state, payload and crashes', async () => {
      const { incarnation } = await aNode(store())
      const [a, b] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b)
      const state = aState({ due: 66, failureReason: 'nul \0 in it' })
      const reply = await store().queue.finish(incarnation, [
        { kind: 'again', id: a.id, version: a.version, state, payload: { n: 2 }, crashes: 4 },
        { kind: 'again', id: b.id, version: b.version, state: { ...failedState(), due: 1 } },
      ])
      assert.deepEqual(reply, [true, true])
      assert.deepEqual(await rowOf(store(), a.id),
        { ...a, ...state, failureReason: 'nul \uFFFD in it', payload: { n: 2 }, crashes: 4, version: 2 })
      assert.deepEqual(await rowOf(store(), b.id), { ...b, ...failedState(), version: 2 })
      assert.deepEqual((await store().queue.fetch(b.lane, [aCursor()], 10)).rows, [])
    })

    test('an outcome of an older version does not count, and its follow-ups do not come', async () => {
      const { incarnation } = await aNode(store())
      const [a, b] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b)
      for (const { id, version } of [a, b]) await store().transact(tx => tx.tasks.edit(id, version, { payload: { n: 2 } }))
      const followUp = aTask(newLane())
      const reply = await store().queue.finish(incarnation, [
        { kind: 'done', id: a.id, version: a.version, followUps: [followUp] },
        { kind: 'again', id: b.id, version: b.version, state: aState() },
      ])
      assert.deepEqual(reply, [false, false])
      assert.deepEqual(await rowOf(store(), a.id), { ...a, payload: { ...a.payload, n: 2 }, version: 2 })
      assert.deepEqual(await rowOf(store(), b.id), { ...b, payload: { ...b.payload, n: 2 }, version: 2 })
      assert.equal(await rowOf(store(), followUp.id), null)
    })

    test('a repeat finds nothing and changes nothing', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      const done = { kind: 'done', id: row.id, version: row.version } as const
      assert.deepEqual(await store().queue.finish(incarnation, [done, done]), [true, false])
      assert.deepEqual(await store().queue.finish(incarnation, [done]), [false])
      assert.deepEqual(await store().queue.finish(incarnation, []), [])
    })

    test('a pinned row of an older version is only unpinned', async () => {
      const { incarnation } = await aNode(store())
      const dedupeKey = newId()
      const [a, b] = await stored(store(), aTask(newLane(), { dedupeKey }), aTask(newLane()))
      assert.ok(a && b)
      await pin(store(), incarnation, a)
      await pin(store(), incarnation, b)
      await stored(store(), aTask(a.lane, { dedupeKey, payload: { n: 2 } }))
      const reply = await store().queue.finish(incarnation, [
        { kind: 'done', id: a.id, version: a.version }, { kind: 'done', id: b.id, version: b.version },
      ])
      assert.deepEqual(reply, [false, true])
      assert.deepEqual(await rowOf(store(), a.id), { ...a, payload: { ...a.payload, n: 2 }, version: 2 })
    })

    test('release unpins and leaves the rest', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      await pin(store(), incarnation, row, { done: 1 })
      assert.deepEqual(await store().queue.finish(incarnation, [{ kind: 'release', id: row.id }, { kind: 'release', id: newId() }]), [true, false])
      assert.deepEqual(await rowOf(store(), row.id), row)
    })

    test('a release of an older start leaves the pin of a newer one', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      await pin(store(), incarnation, row)
      const [pinned] = await store().queue.pinned(incarnation)
      assert.ok(pinned)
      const release = (startedAt: number) => store().queue.finish(incarnation, [{ kind: 'release', id: row.id, startedAt }])
      assert.deepEqual(await release(pinned.startedAt - 1), [false])
      assert.deepEqual((await store().queue.pinned(incarnation)).map(({ id }) => id), [row.id])
      assert.deepEqual(await release(pinned.startedAt), [true])
      assert.deepEqual(await store().queue.pinned(incarnation), [])
    })

    test('an outcome of an older run that comes again leaves the pin of the newer run', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      const again = { kind: 'again', id: row.id, version: row.version, startedAt: 4_000, state: aState() } as const
      assert.deepEqual(await store().queue.finish(incarnation, [again]), [true])
      const next = await rowOf(store(), row.id)
      assert.ok(next)
      await pin(store(), incarnation, next)
      assert.deepEqual(await store().queue.finish(incarnation, [again]), [false])
      assert.deepEqual(await store().queue.finish(incarnation, [{ kind: 'done', id: row.id, version: row.version, startedAt: 4_000 }]), [false])
      assert.deepEqual((await store().queue.pinned(incarnation)).map(({ id }) => id), [row.id])
    })

    test('a release carries the request out', async () => {
      const { incarnation } = await aNode(store())
      const [a, b] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b)
      for (const row of [a, b]) await pin(store(), incarnation, row)
      const state = aState({ due: 42 })
      await store().transact(async tx => {
        await tx.tasks.edit(a.id, a.version, { state, payload: { n: 2 } })
        await tx.tasks.destroy(b.id)
      })
      const reply = await store().queue.finish(incarnation, [{ kind: 'release', id: a.id }, { kind: 'release', id: b.id }])
      assert.deepEqual(reply, [true, true])
      assert.deepEqual(await rowOf(store(), a.id), { ...a, ...state, payload: { ...a.payload, n: 2 }, version: 2 })
      assert.equal(await rowOf(store(), b.id), null)
    })

    test('whatever ends the hold carries the request out', async () => {
      const { incarnation } = await aNode(store())
      const rows = await stored(store(), ...[1, 2, 3].map(() => aTask(newLane())))
      for (const row of rows) await pin(store(), incarnation, row)
      await store().transact(async tx => { for (const row of rows) await tx.tasks.destroy(row.id) })
      const [a, b, c] = rows
      assert.ok(a && b && c)
      const reply = await store().queue.finish(incarnation, [
        { kind: 'done', id: a.id, version: a.version }, { kind: 'again', id: b.id, version: b.version, state: aState() },
        { kind: 'release', id: c.id },
      ])
      assert.deepEqual(reply, [true, true, true])
      assert.deepEqual(await Promise.all(rows.map(row => rowOf(store(), row.id))), [null, null, null])
    })

    test('a row that another node has pinned is left alone', async () => {
      const [owner, other] = [await aNode(store()), await aNode(store())]
      const row = await storedOne(store(), aTask(newLane()))
      await pin(store(), owner.incarnation, row)
      const before = await rowOf(store(), row.id)
      assert.deepEqual(await store().queue.finish(other.incarnation, [
        { kind: 'done', id: row.id, version: row.version }, { kind: 'again', id: row.id, version: row.version, state: aState() },
        { kind: 'release', id: row.id },
      ]), [false, false, false])
      assert.deepEqual(await rowOf(store(), row.id), before)
    })

    test('many outcomes of all kinds in one call are answered in order', async () => {
      const { incarnation } = await aNode(store())
      const lane = newLane()
      const rows = await stored(store(), ...Array.from({ length: 300 }, () => aTask(lane)))
      const reply = await store().queue.finish(incarnation, rows.map((row, n) => {
        if (n % 3 === 0) return { kind: 'done', id: row.id, version: row.version } as const
        if (n % 3 === 1) return { kind: 'again', id: row.id, version: row.version, state: aState() } as const
        return { kind: 'done', id: row.id, version: row.version + 1 } as const
      }))
      assert.deepEqual(reply, rows.map((_row, n) => n % 3 !== 2))
      assert.equal(await store().read(tx => tx.tasks.count({ lane, status: ['Retry'] })), 100)
      assert.equal(await store().read(tx => tx.tasks.count({ lane })), 200)
    })
  })
}

function pinContract(store: () => QueueUnderTest): void {
  describe('QueueStore pin and requests', () => {
    test('a pin writes holder, start and progress, may be repeated, and leaves the version', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      assert.equal(await pin(store(), incarnation, row), true)
      assert.equal(await pin(store(), incarnation, row, { done: 5 }), true)
      assert.deepEqual(await rowOf(store(), row.id), { ...row, holder: incarnation, startedAt: 5_000, progress: { done: 5 } })
      assert.deepEqual(await store().queue.finish(incarnation, [{ kind: 'done', id: row.id, version: row.version }]), [true])
    })

    test('false for a row that is gone, changed, or pinned by another node', async () => {
      const [node, other] = [await aNode(store()), await aNode(store())]
      const [changed, taken, free] = await stored(store(), aTask(newLane()), aTask(newLane()), aTask(newLane()))
      assert.ok(changed && taken && free)
      await store().transact(tx => tx.tasks.edit(changed.id, changed.version, { payload: {} }))
      await pin(store(), other.incarnation, taken)
      const pins = [{ ...free, id: newId() }, changed, taken, free]
        .map(({ id, version }) => ({ id, version, startedAt: 1, progress: null }))
      assert.deepEqual(await store().queue.pin(node.incarnation, pins), [false, false, false, true])
      assert.equal((await rowOf(store(), taken.id))?.holder, other.incarnation)
    })

    test('what is pinned is the holder\'s, with what was asked of it', async () => {
      const [node, other] = [await aNode(store()), await aNode(store())]
      const [a, b, c] = await stored(store(), aTask(newLane()), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b && c)
      await pin(store(), node.incarnation, a)
      await pin(store(), node.incarnation, c)
      await pin(store(), other.incarnation, b)
      const requests = async (holder: Id) =>
        new Map<Id, unknown>((await store().queue.pinned(holder)).map(({ id, startedAt, request }) => [id, { startedAt, request }]))
      const untouched = { startedAt: 5_000, request: null }
      assert.deepEqual(await requests(node.incarnation), new Map<Id, unknown>([[a.id, untouched], [c.id, untouched]]))
      await store().transact(async tx => {
        await tx.tasks.destroy(a.id)
        await tx.tasks.edit(b.id, b.version, { payload: { n: 1 } })
      })
      assert.deepEqual(await requests(node.incarnation),
        new Map<Id, unknown>([[a.id, { startedAt: 5_000, request: { kind: 'destroy' } }], [c.id, untouched]]))
      assert.deepEqual(await requests(other.incarnation),
        new Map<Id, unknown>([[b.id, { startedAt: 5_000, request: { kind: 'edit', edit: { payload: { n: 1 } } } }]]))
    })
  })
}

function fenceContract(store: () => QueueUnderTest): void {
  describe('QueueStore fence', () => {
    const outcomes = (a: TaskRow, b: TaskRow) => [
      { kind: 'done', id: a.id, version: a.version } as const,
      { kind: 'again', id: b.id, version: b.version, state: aState() } as const,
    ]

    test('an incarnation that expired, was declared dead, left, or never was, writes nothing', async () => {
      const [a, b] = await stored(store(), aTask(newLane()), aTask(newLane()))
      assert.ok(a && b)
      const expired = await aNode(store(), 0)
      const left = await aNode(store())
      await store().leases.leave(left.incarnation)
      const check = async (incarnation: Id) => {
        assert.equal(await store().queue.finish(incarnation, outcomes(a, b)), 'lost')
        assert.equal(await store().queue.finish(incarnation, outcomes(a, b).slice(0, 1)), 'lost')
        assert.equal(await store().queue.finish(incarnation, outcomes(a, b).slice(1)), 'lost')
        assert.equal(await store().queue.pin(incarnation, [{ id: a.id, version: a.version, startedAt: 1, progress: null }]), 'lost')
        assert.deepEqual([await rowOf(store(), a.id), await rowOf(store(), b.id)], [a, b])
      }
      await check(expired.incarnation)
      assert.deepEqual((await store().leases.reap()).map(node => node.incarnation), [expired.incarnation])
      await check(expired.incarnation)
      await check(left.incarnation)
      await check(newId())
    })

    test('outcomes and the declaration of death never overlap', async () => {
      for (let round = 0; round < 10; round++) {
        const { incarnation } = await aNode(store())
        const lane = newLane()
        const rows = await stored(store(), ...Array.from({ length: 20 }, () => aTask(lane)))
        for (const row of rows) await pin(store(), incarnation, row)
        const finishes = rows.map((row, n) => store().queue.finish(incarnation, [n % 2
          ? { kind: 'done', id: row.id, version: row.version }
          : { kind: 'again', id: row.id, version: row.version, state: aState({ attempt: 40 }) }]))
        const leaves = store().leases.reapAll(null)
        const replies = await Promise.all(finishes)
        await leaves
        await store().leases.reapAll(null)
        for (const [n, row] of rows.entries()) {
          const after = await rowOf(store(), row.id)
          const expected = replies[n] === 'lost' ? 1 : n % 2 ? undefined : 40
          assert.equal(after?.attempt, expected, `round ${round}, row ${n}: ${String(replies[n])}`)
          assert.equal(after?.holder ?? null, null)
        }
      }
    })
  })
}
