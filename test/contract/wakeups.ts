import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Hint } from '../../src/engine/ports/wakeups.ts'
import { aNode, aTask, IDLE, newId, newLane, pin, storedOne } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

/** Hints, as they reach a listener in the same process. */
export function wakeupsContract(store: () => QueueUnderTest): void {
  /** The hints that come while `work` runs. PostgreSQL's echo of an earlier test never comes back to its own process. */
  const hints = async (work: () => Promise<unknown>): Promise<Hint[]> => {
    const heard: Hint[] = []
    const unsubscribe = store().wakeups.subscribe(hint => { heard.push(hint) })
    try {
      await work()
    } finally {
      unsubscribe()
    }
    return heard
  }

  describe('Wakeups', () => {
    test('a commit is told once, with every lane that got a task', async () => {
      const [a, b] = [newLane(), newLane()]
      const heard = await hints(() => store().transact(async tx => {
        await tx.tasks.insert([aTask(a), aTask(b)])
        await tx.tasks.insert([aTask(a)])
      }))
      assert.deepEqual(heard, [{ kind: 'tasks', lanes: [a, b] }])
    })

    test('nothing is told before the commit, nor after a rollback', async () => {
      const lane = newLane()
      const before: Hint[][] = []
      const heard: Hint[] = []
      const unsubscribe = store().wakeups.subscribe(hint => { heard.push(hint) })
      await store().transact(async tx => {
        await tx.tasks.insert([aTask(lane)])
        before.push([...heard])
      })
      unsubscribe()
      assert.deepEqual(before, [[]])
      assert.deepEqual(heard, [{ kind: 'tasks', lanes: [lane] }])
      assert.deepEqual(await hints(() => assert.rejects(store().transact(async tx => {
        await tx.tasks.insert([aTask(lane)])
        throw new Error('no')
      }))), [])
    })

    test('who hears of a task finds it', async () => {
      const task = aTask(newLane())
      const found = new Promise<number>((resolve, reject) => {
        const unsubscribe = store().wakeups.subscribe(() => {
          unsubscribe()
          store().read(tx => tx.tasks.count({ lane: task.lane })).then(resolve, reject)
        })
      })
      await store().transact(tx => tx.tasks.insert([task]))
      assert.equal(await found, 1)
    })

    test('edits, follow-ups and released rows wake their lane; requests wake holders', async () => {
      const { incarnation } = await aNode(store())
      const row = await storedOne(store(), aTask(newLane()))
      const lanes = [{ kind: 'tasks', lanes: [row.lane] }]
      const edited = { kind: 'edited', ids: [row.id] }
      assert.deepEqual(await hints(() => store().transact(tx => tx.tasks.edit(row.id, 1, { payload: {} }))), [edited, ...lanes])
      await pin(store(), incarnation, { ...row, version: 2 })
      assert.deepEqual(await hints(() => store().transact(tx => tx.tasks.edit(row.id, 2, { payload: {} }))), [{ kind: 'requests' }])
      assert.deepEqual(await hints(() => store().queue.finish(incarnation, [{ kind: 'release', id: row.id }])), lanes)
      const next = newLane()
      assert.deepEqual(await hints(() => store().queue.finish(incarnation,
        [{ kind: 'done', id: row.id, version: 3, followUps: [aTask(next)] }])), [{ kind: 'tasks', lanes: [next] }])
    })

    test('schedules that are written or removed are told', async () => {
      const schedule = {
        id: newId(), name: newId(), cron: '* * * * *', timeZone: 'UTC', catchUp: 'none', pausedUntil: null, variant: 'Sample', payload: {}, nextSlot: 1,
      } as const
      const told = [{ kind: 'schedules' }]
      const { id } = schedule
      assert.deepEqual(await hints(() => store().transact(tx => tx.schedules.insert(schedule))), told)
      assert.deepEqual(await hints(() => store().transact(tx => tx.schedules.update({ ...schedule, version: 1 }))), told)
      assert.deepEqual(await hints(() => store().transact(tx => tx.schedules.advance(id, 2, 1, 2, []))), [])
      assert.deepEqual(await hints(() => store().transact(tx => tx.schedules.update({ ...schedule, version: 1 }))), [])
      assert.deepEqual(await hints(() => store().transact(tx => tx.schedules.remove(id))), told)
      assert.deepEqual(await hints(() => store().transact(tx => tx.schedules.remove(id))), [])
    })

    test('nodes that come and go, and buckets that become free, are told', async () => {
      const leases = [{ kind: 'leases' }]
      const lane = newLane()
      const incarnation = newId()
      assert.deepEqual(await hints(() => store().leases.join({ incarnation, hostname: newId(), version: '1', state: IDLE }, 60_000)), leases)
      assert.deepEqual(await hints(() => store().leases.acquire(incarnation, [{ lane, bucket: 0 }])), [])
      assert.deepEqual(await hints(() => store().leases.release(incarnation, [{ lane, bucket: 0, generation: 1 }])), leases)
      assert.deepEqual(await hints(() => store().leases.leave(incarnation)), leases)
      await aNode(store(), 0)
      assert.deepEqual(await hints(() => store().leases.reap()), leases)
      assert.deepEqual(await hints(() => store().leases.reap()), [])
    })

    test('publish reaches every listener until it unsubscribes', async () => {
      const hint: Hint = { kind: 'objects', names: [newId()] }
      const [first, second]: [Hint[], Hint[]] = [[], []]
      const unsubscribe = store().wakeups.subscribe(heard => { first.push(heard) })
      const unsubscribeSecond = store().wakeups.subscribe(heard => { second.push(heard) })
      store().wakeups.publish(hint)
      unsubscribe()
      store().wakeups.publish(hint)
      unsubscribeSecond()
      assert.deepEqual([first, second], [[hint], [hint, hint]])
    })
  })
}
