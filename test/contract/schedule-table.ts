import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ScheduleRow } from '../../src/engine/ports.ts'
import { aTask, newId, newLane, rowOf } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

type Schedule = Omit<ScheduleRow, 'version'>

function aSchedule(fields: Partial<Schedule> = {}): Schedule {
  const id = newId()
  return {
    id, name: `schedule-${id}`, cron: '0 2 * * *', timeZone: 'UTC', catchUp: 'last', pausedUntil: null, variant: 'Sample',
    payload: { n: 1 }, lastSlot: null, nextSlot: 1_000, ...fields,
  }
}

/** Recurring tasks. */
export function scheduleTableContract(store: () => QueueUnderTest): void {
  const found = async (name: string) => (await store().read(tx => tx.schedules.list())).find(row => row.name === name)
  const put = async (schedule: Schedule): Promise<ScheduleRow> => {
    await store().transact(tx => tx.schedules.put(schedule))
    const row = await found(schedule.name)
    assert.ok(row)
    return row
  }

  describe('ScheduleTable', () => {
    test('keeps every field; lists by name', async () => {
      const schedule = aSchedule({ pausedUntil: 5, lastSlot: 900, catchUp: 'all', timeZone: 'Europe/Vienna' })
      assert.deepEqual(await put(schedule), { ...schedule, version: 1 })
      await put(aSchedule())
      const names = (await store().read(tx => tx.schedules.list())).map(row => row.name)
      assert.deepEqual(names, names.toSorted())
    })

    test('put replaces by name and keeps id and slots', async () => {
      const first = aSchedule({ lastSlot: 500, nextSlot: 700 })
      await put(first)
      const row = await put(aSchedule({ name: first.name, payload: { n: 2 }, catchUp: 'none', nextSlot: 9_999 }))
      assert.deepEqual(row, { ...first, payload: { n: 2 }, catchUp: 'none', version: 2 })
    })

    test('new times come with new slots', async () => {
      const first = aSchedule({ lastSlot: 500, nextSlot: 700 })
      await put(first)
      const cron = await put({ ...first, cron: '5 * * * *', lastSlot: null, nextSlot: 9_999 })
      assert.deepEqual([cron.lastSlot, cron.nextSlot], [null, 9_999])
      const zone = await put({ ...first, cron: '5 * * * *', timeZone: 'Asia/Tokyo', lastSlot: 3, nextSlot: 8_888 })
      assert.deepEqual([zone.lastSlot, zone.nextSlot, zone.id], [3, 8_888, first.id])
    })

    test('remove takes one away', async () => {
      const { name } = await put(aSchedule())
      assert.equal(await store().transact(tx => tx.schedules.remove(name)), true)
      assert.equal(await store().transact(tx => tx.schedules.remove(name)), false)
      assert.equal(await found(name), undefined)
    })

    test('advance moves the slots and inserts the tasks of the slots, once each', async () => {
      const { id, name, version } = await put(aSchedule())
      const lane = newLane()
      const [a, b, repeated] = [aTask(lane), aTask(lane), aTask(lane)]
      assert.equal(await store().transact(tx => tx.schedules.advance(id, version, 2_000, 3_000,
        [{ slot: 1_000, task: a }, { slot: 2_000, task: b }])), true)
      const moved = await found(name)
      assert.deepEqual([moved?.lastSlot, moved?.nextSlot, moved?.version], [2_000, 3_000, 2])
      assert.ok(await rowOf(store(), a.id) && await rowOf(store(), b.id))
      assert.equal(await store().transact(tx => tx.schedules.advance(id, 2, 2_000, 3_000, [{ slot: 2_000, task: repeated }])), true)
      assert.equal(await rowOf(store(), repeated.id), null)
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
      assert.deepEqual(await found(schedule.name), schedule)
      await advance(false)
      assert.ok(await rowOf(store(), task.id))
    })
  })
}
