import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SURVEY_EXACT_MAX } from '../../src/engine/ports/task.ts'
import type { TaskFilter } from '../../src/engine/ports/task.ts'
import { eventually } from '../support/server.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'
import { aNode, aState, aTask, failedState, firstPage, newId, newLane, pin, rowOf, stored, storedOne } from './queue-fixtures.ts'

const PENDING = { status: 'Pending', due: 9_000, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const

/** Changes of many tasks at once, and what is counted before. */
export function taskBulkContract(store: () => QueueUnderTest): void {
  describe('TaskTable changes many', () => {
    test('each at its version, in the order that was asked, and running ones by request', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      const [free, running, other] = await stored(store(), aTask(lane), aTask(lane), aTask(lane))
      assert.ok(free && running && other)
      await pin(store(), incarnation, running)
      const edit = { state: PENDING }
      const replies = await store().transact(tx => tx.tasks.editAll([
        { id: running.id, version: 1, edit }, { id: newId(), version: 1, edit }, { id: other.id, version: 7, edit }, { id: free.id, version: 1, edit },
      ]))
      assert.deepEqual(replies, ['requested', 'gone', 'changed', 'applied'])
      assert.deepEqual([(await rowOf(store(), free.id))?.due, (await rowOf(store(), other.id))?.due], [9_000, other.due])
      assert.deepEqual((await rowOf(store(), running.id))?.request, { kind: 'edit', edit })
    })

    test('of several failed tasks under one dedupe key one gets it back, and none when another waits under it', async () => {
      const [lane, key, taken] = [newLane(), newId(), newId()]
      const failed = (dedupeKey: string) => aTask(lane, { dedupeKey, state: failedState() })
      const rows = await stored(store(), failed(key), failed(key), failed(taken), aTask(lane, { dedupeKey: taken }))
      const replies = await store().transact(tx =>
        tx.tasks.editAll(rows.slice(0, 3).map(({ id, version }) => ({ id, version, edit: { state: PENDING } }))))
      assert.deepEqual(replies, ['applied', 'applied', 'applied'])
      const keys = await Promise.all(rows.map(async ({ id }) => (await rowOf(store(), id))?.dedupeKey))
      assert.deepEqual(keys, [key, null, null, taken])
    })

    test('destroys those that have not changed, with the parts that wait; running ones by request', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      const [parent, running, changed] = await stored(store(), aTask(lane), aTask(lane), aTask(lane))
      assert.ok(parent && running && changed)
      const [part, failed] = await stored(store(), aTask(lane, { parentId: parent.id }), aTask(lane, { parentId: parent.id, state: failedState() }))
      await pin(store(), incarnation, running)
      const replies = await store().transact(tx => tx.tasks.destroyAll([
        { id: parent.id, version: 1 }, { id: changed.id, version: 2 }, { id: newId(), version: 1 }, { id: running.id, version: 1 },
        { id: part?.id ?? '', version: 1 },
      ]))
      assert.deepEqual(replies, ['applied', 'changed', 'gone', 'requested', 'applied'])
      const left = await store().read(tx => tx.tasks.query({ lane }, { order: { property: 'createdAt', ascending: true }, limit: 10 }))
      assert.deepEqual(left, [running.id, changed.id, failed?.id])
      assert.deepEqual((await rowOf(store(), running.id))?.request, { kind: 'destroy' })
    })

    test('many thousand in one call', async () => {
      const lane = newLane()
      const rows = await stored(store(), ...Array.from({ length: 5_000 }, () => aTask(lane)))
      const edits = rows.map(({ id, version }) => ({ id, version, edit: { state: failedState() } }))
      assert.deepEqual(new Set(await store().transact(tx => tx.tasks.editAll(edits))), new Set(['applied']))
      assert.deepEqual(await store().read(tx => tx.tasks.tally({ lane })), [{ variant: 'Sample', status: 'Failed', count: 5_000, running: 0 }])
      const gone = await store().transact(tx => tx.tasks.destroyAll(rows.map(({ id }) => ({ id, version: 2 }))))
      assert.deepEqual(new Set(gone), new Set(['applied']))
      assert.deepEqual(await store().read(tx => tx.tasks.tally({ lane })), [])
    })
  })

  describe('TaskTable tally', () => {
    test('counts by variant and status what a filter finds, and tells what runs', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      const [accountId, domainId, parent] = [newId(), newId(), newId()]
      const [first] = await stored(store(), aTask(lane, { accountId, variant: 'A' }), aTask(lane, { accountId, variant: 'A', domainId }),
        aTask(lane, { accountId, variant: 'A', state: failedState() }), aTask(lane, { accountId, variant: 'B', parentId: parent }))
      assert.ok(first)
      await pin(store(), incarnation, first)
      const tally = async (filter: TaskFilter) => (await store().read(tx => tx.tasks.tally({ accountId, ...filter })))
        .map(({ variant, status, count, running }) => `${variant} ${status} ${count} ${running}`).sort()
      assert.deepEqual(await tally({}), ['A Failed 1 0', 'A Pending 2 1', 'B Pending 1 0'])
      assert.deepEqual(await tally({ lane, variants: ['A'] }), ['A Failed 1 0', 'A Pending 2 1'])
      assert.deepEqual(await tally({ running: true }), ['A Pending 1 1'])
      assert.deepEqual(await tally({ running: false }), ['A Failed 1 0', 'A Pending 1 0', 'B Pending 1 0'])
      assert.deepEqual(await tally({ parentId: parent }), ['B Pending 1 0'])
      assert.deepEqual(await tally({ domainId }), ['A Pending 1 0'])
      assert.deepEqual(await tally({ idMax: first.id }), ['A Pending 1 1'])
      assert.deepEqual(await tally({ dueMin: 5_000 }), [])
    })

    test('a survey tells by variant and status how many there are, what runs, and the first that waits', async () => {
      const lane = newLane()
      const { incarnation } = await aNode(store())
      const [some, none] = [`Some${newId()}`, `None${newId()}`]
      const [first, alone] = await stored(store(), aTask(lane, { variant: some, due: 1_000 }), aTask(lane, { variant: none }),
        aTask(lane, { variant: some, due: 3_000 }), aTask(lane, { variant: some, due: 2_000 }), aTask(lane, { variant: some, state: failedState() }))
      assert.ok(first && alone)
      await pin(store(), incarnation, first)
      await pin(store(), incarnation, alone)
      const { groups } = await store().read(tx => tx.tasks.survey())
      const told = groups.filter(({ variant }) => variant === some || variant === none)
      assert.deepEqual(told.toSorted((a, b) => (a.variant + a.status < b.variant + b.status ? -1 : 1)), [
        { variant: none, status: 'Pending', count: 1, running: 1, firstDue: null },
        { variant: some, status: 'Failed', count: 1, running: 0, firstDue: null },
        { variant: some, status: 'Pending', count: 3, running: 1, firstDue: 2_000 },
      ])
    })

    test('a survey waits for no count: of many it says at once that they are many, and soon how many', async () => {
      const [lane, variant] = [newLane(), `Many${newId()}`]
      const many = 5 * SURVEY_EXACT_MAX
      await stored(store(), ...Array.from({ length: many }, () => aTask(lane, { variant })))
      const survey = async () => {
        const { groups, ageMs } = await store().read(tx => tx.tasks.survey())
        return { ageMs, count: groups.find(group => group.variant === variant)?.count ?? 0 }
      }
      assert.ok((await survey()).count > SURVEY_EXACT_MAX)
      const { ageMs } = await eventually(async () => {
        const told = await survey()
        return told.ageMs !== null && told.count === many && told
      }, 'they are counted')
      assert.ok(ageMs !== null && ageMs >= 0)
    })

    test('pages end where they were told to', async () => {
      const lane = newLane()
      const [a, b] = await stored(store(), aTask(lane), aTask(lane), aTask(lane))
      for (const property of ['due', 'createdAt'] as const) {
        const found = await store().read(tx => tx.tasks.query({ lane, idMax: b?.id ?? '' }, { order: { property, ascending: true }, limit: 9 }))
        assert.deepEqual(found, [a?.id, b?.id])
      }
    })
  })

  describe('TaskTable failures', () => {
    const failing = (variant: string, failureReason: string | null, failedAt = 1_600) =>
      aTask(newLane(), { variant, state: failedState({ failureReason, failedAt }) })
    const groupsOf = async (...variants: readonly string[]) =>
      (await store().read(tx => tx.tasks.failures(10_000))).filter(({ variant }) => variants.includes(variant))

    test('stand in groups of variant and normal reason, the largest first', async () => {
      const [one, other] = [`V${newId()}`, `V${newId()}`]
      const rows = await stored(store(), failing(one, 'connection to 10.0.0.3 refused', 3_000), failing(one, 'connection to 10.0.0.4 refused', 2_000),
        failing(one, 'disk full'), failing(other, 'connection to 10.0.0.4 refused'), failing(other, null), aTask(newLane(), { variant: one }))
      const groups = await groupsOf(one, other)
      assert.deepEqual(groups.map(({ variant, count }) => [variant, count]).slice(0, 1), [[one, 2]])
      const [largest] = groups
      assert.ok(largest)
      assert.deepEqual([largest.oldest, largest.newest, groups.length], [2_000, 3_000, 4])
      const filter = { failure: largest.key }
      assert.deepEqual(new Set(await store().read(tx => tx.tasks.query(filter, firstPage()))), new Set([rows[0]?.id, rows[1]?.id]))
      assert.equal(await store().read(tx => tx.tasks.count(filter)), 2)
      assert.deepEqual(await store().read(tx => tx.tasks.tally({ ...filter, idMax: rows[0]?.id ?? '' })), [{ variant: one, status: 'Failed', count: 1, running: 0 }])
      assert.deepEqual(await store().read(tx => tx.tasks.query({ ...filter, variants: [other] }, firstPage())), [])
      assert.deepEqual(await store().read(tx => tx.tasks.query({ ...filter, status: ['Pending'] }, firstPage())), [])
      assert.deepEqual(await store().read(tx => tx.tasks.failures(10, [largest.key, 'none', '\0'])), [largest])
    })

    test('a task is in its group from when it fails to when it waits again', async () => {
      const variant = `V${newId()}`
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane(), { variant }))
      assert.deepEqual(await groupsOf(variant), [])
      await store().queue.finish(incarnation, [{ kind: 'again', id: row.id, version: 1, state: failedState({ failureReason: 'a 1' }) }])
      const [first] = await groupsOf(variant)
      assert.equal(first?.count, 1)
      await store().transact(tx => tx.tasks.edit(row.id, 2, { state: failedState({ failureReason: 'b' }) }))
      const [second] = await groupsOf(variant)
      assert.deepEqual([second?.count, second?.key === first.key], [1, false])
      await store().transact(tx => tx.tasks.edit(row.id, 3, { state: aState() }))
      assert.deepEqual(await groupsOf(variant), [])
    })
  })
}
