/** What totals of task lists promise, and that pages do not depend on them: on each database, with more than is counted at once. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import type { TaskFilter } from '../../src/engine/ports/task.ts'
import { EXACT_COUNT_MAX } from '../../src/store/sql/task-count.ts'
import type { Store } from '../../src/store/store.ts'
import { aTask, failedState, newId } from '../contract/queue-fixtures.ts'
import { EVERY_STORE } from '../support/every-store.ts'
import type { Opened } from '../support/every-store.ts'

const MANY = 24_000
const FEW = 2_000
const PAGE = 500
const OWNER = newId()

for (const { name, prepare, skip } of EVERY_STORE.filter(each => each.name !== 'memory')) {
  describe(`totals of task lists on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Store
    let laterMs = 0
    const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + laterMs }

    const insert = async (count: number, variant: string, fields: Parameters<typeof aTask>[1] = {}) => {
      const tasks = Array.from({ length: count }, (_, index) => aTask('lane', { variant, due: index % 100, ...fields }))
      await store.transact(tx => tx.tasks.insert(tasks))
      return tasks.map(task => task.id)
    }
    const count = (filter: TaskFilter) => store.read(tx => tx.tasks.count(filter))
    /** Asks until the background has counted. */
    const countUntil = async (filter: TaskFilter, expected: number) => {
      while (await count(filter) !== expected) await systemClock.breathe()
    }

    const all: Id[] = []
    before(async () => {
      opened = await prepare()
      store = await opened.open(clock)
      all.push(...await insert(MANY, 'Many', { accountId: OWNER }), ...await insert(FEW, 'Few'))
      all.push(...await insert(FEW, 'Few', { state: failedState() }))
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })

    test('small ones are exact, also of filters in pairs', async () => {
      assert.equal(await count({ variants: ['Few'] }), 2 * FEW)
      assert.equal(await count({ status: ['Failed'] }), FEW)
      assert.equal(await count({ variants: ['Few'], status: ['Failed'] }), FEW)
      assert.equal(await count({ accountId: OWNER, dueMin: 10, dueBelow: 30 }), MANY / 5)
      assert.equal(await count({ accountId: OWNER, variants: ['Few'] }), 0)
      assert.equal(await count({ running: true }), 0)
    })

    test('a large one is near at first, then exact, and as old as it may be', async () => {
      for (const [filter, expected] of [[{}, MANY + 2 * FEW], [{ accountId: OWNER, running: false }, MANY]] as const) {
        const first = await count(filter)
        assert.ok(first > EXACT_COUNT_MAX && Math.abs(first - expected) < expected / 4, `${first} for ${expected}`)
        await countUntil(filter, expected)
      }
      all.push(...await insert(FEW, 'Few'))
      assert.equal(await count({}), MANY + 2 * FEW, 'remembered')
      laterMs += 3_000
      await countUntil({}, MANY + 3 * FEW)
    })

    test('one that is no longer large is exact at once', async () => {
      const filter = { variants: ['Few'], accountId: newId() }
      const extra = await insert(EXACT_COUNT_MAX + 1, 'Few', { accountId: filter.accountId })
      await countUntil(filter, EXACT_COUNT_MAX + 1)
      const [one = '', other = '', ...rest] = extra
      await store.transact(async tx => { for (const id of [one, other]) await tx.tasks.destroy(id) })
      assert.equal(await count(filter), EXACT_COUNT_MAX - 1)
      all.push(...rest)
    })

    test('pages pass through every task once, whatever the total says', async () => {
      for (const property of ['due', 'createdAt'] as const) {
        for (const ascending of [true, false]) {
          const seen: Id[] = []
          for (let after: { value: number; id: Id } | undefined, full = true; full;) {
            const [ids, last] = await store.read(async tx => {
              const page = await tx.tasks.query({}, { order: { property, ascending }, limit: PAGE, ...(after ? { after } : {}) })
              return [page, (await tx.tasks.get(page.slice(-1)))[0]] as const
            })
            seen.push(...ids)
            after = last && { value: last[property], id: last.id }
            full = ids.length === PAGE
          }
          assert.equal(seen.length, all.length)
          assert.deepEqual(new Set(seen), new Set(all))
        }
      }
    })
  })
}
