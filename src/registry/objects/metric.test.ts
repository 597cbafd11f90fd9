import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { MetricData } from './metric.ts'

const START = Date.UTC(2026, 0, 1, 8)
const HOUR_MS = 3_600_000
const failsWith = (type: string) => (error: unknown) => error instanceof MethodError && error.type === type

describe('Metric', () => {
  let test: TestRegistry
  /** Of two slots, in the order in which they were written. */
  let ids: readonly Id[] = []
  const newest = (...places: readonly number[]): (Id | undefined)[] => places.map(place => ids[place])

  beforeEach(async () => {
    test = await openRegistry()
    const made: Id[] = []
    for (const slot of [START, START + HOUR_MS]) {
      const points: Omit<MetricData, 'slot'>[] = [
        { id: test.ids.next(), metric: 'run.done', count: 7, sum: null },
        { id: test.ids.next(), metric: 'message.size', count: 2, sum: 1_400 },
        { id: test.ids.next(), metric: 'task.waiting.search', count: 3, sum: null },
      ]
      made.push(...points.map(({ id }) => id))
      await test.store.transact(async tx => tx.metrics.append({ slot, after: (await tx.metrics.newest())?.slot ?? null, counters: {} }, points))
    }
    ids = made
  })
  const query = (filter: JsonObject, more: JsonObject = {}) => test.query('Metric', { filter, ...more })

  it('is a counter, a gauge or a histogram, of a slot', async () => {
    const [counter = '', histogram = '', gauge = ''] = ids
    const timestamp = '2026-01-01T08:00:00Z'
    assert.deepEqual(await test.get('Metric', counter), { '@type': 'Counter', id: counter, metric: 'run.done', timestamp, count: 7 })
    assert.deepEqual(await test.get('Metric', histogram), { '@type': 'Histogram', id: histogram, metric: 'message.size', timestamp, count: 2, sum: 1_400 })
    assert.deepEqual(await test.get('Metric', gauge), { '@type': 'Gauge', id: gauge, metric: 'task.waiting.search', timestamp, count: 3 })
    assert.deepEqual((await test.call('Metric/get', { ids: ['nonsense', test.ids.next()] }))['list'], [])
  })

  it('is found in the order of time, newest first, in pages by key and by position', async () => {
    const all = newest(5, 4, 3, 2, 1, 0)
    assert.deepEqual(await query({}), all)
    assert.deepEqual(await query({}, { sort: [{ property: 'timestamp', isAscending: true }] }), all.toReversed())
    const seen: Json[] = []
    for (let page = await query({}, { limit: 2 }); page.length > 0;) {
      seen.push(...page)
      page = await query({}, { anchor: page.at(-1) ?? '', anchorOffset: 1, limit: 2 })
    }
    assert.deepEqual(seen, all)
    assert.deepEqual(await query({}, { position: 4, limit: 5 }), newest(1, 0))
    assert.deepEqual(await query({}, { position: -1 }), newest(0))
    assert.deepEqual(await query({}, { anchor: test.ids.next(), anchorOffset: 1 }), all, 'of an unknown one nothing is known: from the start')
    await assert.rejects(query({}, { sort: [{ property: 'count' }] }), failsWith('unsupportedSort'))
  })

  it('is found by what was measured, one or several, and when', async () => {
    const cases: readonly [JsonObject, readonly number[]][] = [
      [{ metric: 'run.done' }, [3, 0]], [{ metric: ['run.done', 'task.waiting.search'] }, [5, 3, 2, 0]], [{ metric: 'run.failed' }, []], [{ metric: [] }, []],
      [{ timestamp: '2026-01-01T08:00:00Z' }, [2, 1, 0]],
      [{ timestampIsGreaterThan: '2026-01-01T08:00:00Z' }, [5, 4, 3]],
      [{ timestampIsLessThan: '2026-01-01T09:00:00Z', metric: 'message.size' }, [1]],
      [{ timestampIsGreaterThan: '2026-01-02T00:00:00Z', timestampIsLessThan: '2026-01-01T00:00:00Z' }, []],
      [{ operator: 'AND', conditions: [{ metric: ['run.done', 'message.size'] }, { metric: 'message.size' }] }, [4, 1]],
    ]
    for (const [filter, expected] of cases) {
      assert.deepEqual(await query(filter), newest(...expected), JSON.stringify(filter))
      assert.equal((await test.call('Metric/query', { filter, calculateTotal: true, limit: 1 }))['total'], expected.length, JSON.stringify(filter))
    }
    assert.deepEqual(await query({ metric: 'run.done' }, { anchor: ids[3] ?? '', anchorOffset: 1 }), newest(0))
    for (const filter of [{ metric: 'nothing.such' }, { metric: Array.from({ length: 101 }, () => 'run.done') }, { count: 7 }, { timestamp: 'yesterday' }]) {
      await assert.rejects(query(filter), failsWith('unsupportedFilter'), JSON.stringify(filter))
    }
  })

  it('is written and destroyed by nobody, and seen by operators and auditors, by no ordinary account', async () => {
    const [id = ''] = ids
    const reply = await test.call('Metric/set', { create: { a: {} }, update: { [id]: {} }, destroy: [id] })
    assert.deepEqual([at(reply, 'notCreated', 'a', 'type'), at(reply, 'notUpdated', id, 'type'), at(reply, 'notDestroyed', id, 'type')], ['forbidden', 'forbidden', 'forbidden'])
    const { roles } = test.objects
    const asks = (role: keyof typeof roles) => test.query('Metric', {}, test.context(test.principal(roles[role])))
    await assert.rejects(asks('User'), failsWith('forbidden'))
    for (const role of ['Admin', 'Operator', 'ReadOnly'] as const) assert.equal((await asks(role)).length, ids.length, role)
  })
})
