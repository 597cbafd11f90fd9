import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ScheduleChange, ScheduleRow } from '../../src/engine/ports/schedule.ts'
import { aTask, newId, newLane, rowOf } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

type Schedule = Omit<ScheduleChange, 'version'>

function aSchedule(fields: Partial<Schedule> = {}): Schedule {
  const id = newId()
  return {
    id, name: `schedule-${id}`, cron: '0 2 * * *', timeZone: 'UTC', catchUp: 'last', pausedUntil: null, variant: 'Sample',
    payload: { n: 1 }, nextSlot: 1_000, ...fields,
  }
}

/** Recurring tasks. */
export function scheduleTableContract(store: () => QueueUnderTest): void {
  const insert = (schedule: Schedule) => store().transact(tx => tx.schedules.insert(schedule))
  const update = (schedule: ScheduleChange) => store().transact(tx => tx.schedules.update(schedule))
  const found = async (id: string) => (await store().read(tx => tx.schedules.get([id])))[0]
  const put = async (schedule: Schedule): Promise<ScheduleRow> => {
    assert.equal(await insert(schedule), 'written')
    const row = await found(schedule.id)
    assert.ok(row)
    return row
  }

  describe('ScheduleTable', () => {
    test('keeps every field; lists by name, counts, gets by id', async () => {
      const schedule = aSchedule({ pausedUntil: 5, catchUp: 'all', timeZone: 'Europe/Vienna' })
      assert.deepEqual(await put(schedule), { ...schedule, lastSlot: null, lastTaskId: null, version: 1 })
      const other = await put(aSchedule())
      const rows = await store().read(tx => tx.schedules.list())
      assert.deepEqual(rows.map(row => row.name), rows.map(row => row.name).toSorted())
      assert.ok(rows.some(row => row.id === other.id))
      assert.equal(await store().read(tx => tx.schedules.count()), rows.length)
      assert.equal(await store().read(tx => tx.schedules.earliest()), Math.min(...rows.map(({ nextSlot }) => nextSlot)))
      const got = await store().read(tx => tx.schedules.get([other.id, newId(), '\0', schedule.id]))
      assert.deepEqual(got.map(row => row.id), [other.id, schedule.id])
    })

    test('update writes what people decide, at the version that was seen', async () => {
      const row = await put(aSchedule())
      await store().transact(tx => tx.schedules.advance(row.id, 1, 1_000, 2_000, []))
      const change = { ...aSchedule({ id: row.id, catchUp: 'none', payload: { n: 2 }, pausedUntil: 9, nextSlot: 7_000 }), version: 2 }
      assert.equal(await update({ ...change, version: 1 }), 'changed')
      assert.equal(await update(change), 'written')
      assert.deepEqual(await found(row.id), { ...change, lastSlot: 1_000, lastTaskId: null, version: 3 })
      assert.equal(await update({ ...change, id: newId(), version: 1 }), 'gone')
      const replies = await Promise.all(Array.from({ length: 6 }, (_, n) => update({ ...change, nextSlot: n, version: 3 })))
      assert.deepEqual(replies.map(String).toSorted(), [...Array.from({ length: 5 }, () => 'changed'), 'written'])
    })

    test('no two have one name', async () => {
      const [first, second] = [await put(aSchedule()), await put(aSchedule())]
      assert.deepEqual(await insert(aSchedule({ name: first.name })), { takenBy: first.id })
      assert.deepEqual(await update({ ...second, name: first.name }), { takenBy: first.id })
      assert.equal(await update({ ...second, name: `${second.name}\0` }), 'written')
      assert.deepEqual(await insert(aSchedule({ name: `${second.name}\0` })), { takenBy: second.id })
      assert.equal(await insert(aSchedule({ name: second.name })), 'written')
    })

    test('remove takes one away, and its slots with it', async () => {
      const { id, name } = await put(aSchedule())
      const [before, after] = [aTask(newLane()), aTask(newLane())]
      await store().transact(tx => tx.schedules.advance(id, 1, 1_000, 2_000, [{ slot: 1_000, task: before }]))
      assert.equal(await store().transact(tx => tx.schedules.remove(id)), true)
      assert.equal(await store().transact(tx => tx.schedules.remove(id)), false)
      assert.equal(await store().transact(tx => tx.schedules.remove('\0')), false)
      assert.equal(await found(id), undefined)
      await put(aSchedule({ id, name }))
      await store().transact(tx => tx.schedules.advance(id, 1, 1_000, 2_000, [{ slot: 1_000, task: after }]))
      assert.ok(await rowOf(store(), after.id))
    })

    test('advance moves the slots and inserts the tasks of the slots, once each', async () => {
      const { id, version } = await put(aSchedule())
      const lane = newLane()
      const [a, b, repeated] = [aTask(lane), aTask(lane), aTask(lane)]
      assert.equal(await store().transact(tx => tx.schedules.advance(id, version, 2_000, 3_000,
        [{ slot: 1_000, task: a }, { slot: 2_000, task: b }])), true)
      const moved = await found(id)
      assert.deepEqual([moved?.lastSlot, moved?.nextSlot, moved?.lastTaskId, moved?.version], [2_000, 3_000, b.id, 2])
      assert.ok(await rowOf(store(), a.id) && await rowOf(store(), b.id))
      assert.equal(await store().transact(tx => tx.schedules.advance(id, 2, 2_000, 3_000, [{ slot: 2_000, task: repeated }])), true)
      assert.equal(await rowOf(store(), repeated.id), null)
      assert.equal((await found(id))?.lastTaskId, b.id)
    })

    test('who comes second changes nothing', async () => {
      const { id, version } = await put(aSchedule())
      const tasks = Array.from({ length: 6 }, () => aTask(newLane()))
      const replies = await Promise.all(tasks.map(task =>
        store().transact(tx => tx.schedules.advance(id, version, 1_000, 2_000, [{ slot: 1_000, task }]))))
      assert.equal(replies.filter(Boolean).length, 1)
      const rows = await store().read(tx => tx.tasks.get(tasks.map(task => task.id)))
      assert.deepEqual(rows.map(row => row.id), tasks.filter((_task, n) => replies[n]).map(task => task.id))
    })

    test('an advance that is rolled back leaves schedule and slot as they were', async () => {
      const schedule = await put(aSchedule())
      const task = aTask(newLane())
      const advance = (fail: boolean) => store().transact(async tx => {
        await tx.schedules.advance(schedule.id, schedule.version, 1_000, 2_000, [{ slot: 1_000, task }])
        if (fail) throw new Error('no')
      })
      await assert.rejects(advance(true))
      assert.deepEqual(await found(schedule.id), schedule)
      await advance(false)
      assert.ok(await rowOf(store(), task.id))
    })
  })
}
