import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { MetricFilter, MetricPage, MetricSlot, Trace, TraceFilter, TracePage } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'

const ids = idSource(18, systemClock)
const DAY_MS = 86_400_000

function aTrace(fields: Partial<Trace> = {}): Trace {
  return { id: ids.next(), from: 'ann@elsewhere.example', recipients: ['bob@example.org'], size: 12, events: [{ event: 'x', at: 1 }], ...fields }
}

/** Traces of incoming mail, counters, and what is measured of time. */
export function telemetryTablesContract(store: () => Store): void {
  traceTableContract(store)
  counterTableContract(store)
  metricTableContract(store)
}

function traceTableContract(store: () => Store): void {
  const put = (...traces: readonly Trace[]): Promise<void> => store().transact(tx => tx.traces.put(traces))
  const query = (filter: TraceFilter, page: Partial<TracePage> = {}): Promise<string[]> =>
    store().read(tx => tx.traces.query(filter, { ascending: false, limit: 100, ...page }))
  const count = (filter: TraceFilter): Promise<number> => store().read(tx => tx.traces.count(filter))

  describe('traces', () => {
    test('keep every field, in the order of the ids that are asked for, and stay as they were first written', async () => {
      const whole = aTrace({ recipients: ['a@example.org', 'b@example.org', 'a@example.org'], events: [{ text: 'NUL \0 and \ud800, 😀' }] })
      const bare = aTrace({ from: '', recipients: [], size: 0, events: [] })
      await put(whole, bare)
      await put({ ...whole, size: 99, recipients: [] })
      assert.deepEqual(await store().read(tx => tx.traces.get([bare.id, 'nobody', '\0', whole.id])), [bare, whole])
    })

    test('are found by their ids and addresses, in pages by key and by position', async () => {
      const [from, to] = [`${ids.next()}@example.org`, `${ids.next()}@example.org`]
      const all = Array.from({ length: 5 }, (_, nth) => aTrace({ from, recipients: nth === 2 ? ['else@example.org'] : ['else@example.org', to] }))
      const [first, second, third, fourth, fifth] = all.map(({ id }) => id)
      assert.ok(first && second && third && fourth && fifth)
      await put(...all)
      assert.deepEqual(await query({ from }), [fifth, fourth, third, second, first])
      assert.deepEqual(await query({ from }, { ascending: true, limit: 2 }), [first, second])
      assert.deepEqual(await query({ from }, { afterId: fourth, position: 1, limit: 1 }), [second])
      assert.deepEqual(await query({ from }, { ascending: true, afterId: third }), [fourth, fifth])
      const cases: [TraceFilter, string[]][] = [
        [{ to }, [fifth, fourth, second, first]], [{ from, to, fromId: second, beforeId: fifth }, [fourth, second]],
        [{ from, among: [third, first, 'nobody'] }, [third, first]], [{ among: [fifth] }, [fifth]], [{ among: [] }, []],
        [{ from: to }, []], [{ to: '\0' }, []], [{ from, to: 'nobody@example.org' }, []], [{ fromId: second, beforeId: third }, [second]],
      ]
      for (const [filter, expected] of cases) {
        assert.deepEqual(await query(filter), expected, JSON.stringify(filter))
        assert.equal(await count(filter), expected.length, JSON.stringify(filter))
      }
    })

    test('go with their addresses', async () => {
      const from = `${ids.next()}@example.org`
      const [gone, kept] = [aTrace({ from }), aTrace({ from })]
      await put(gone, kept)
      assert.equal(await store().transact(tx => tx.traces.remove([gone.id, 'nobody'])), 1)
      assert.deepEqual([await query({ from }), await query({ among: [gone.id] })], [[kept.id], []])
    })

    test('are not there when their transaction is not', async () => {
      const trace = aTrace()
      await assert.rejects(store().transact(async tx => { await tx.traces.put([trace]); throw new Error('no') }), /no/)
      assert.deepEqual(await query({ among: [trace.id] }), [])
    })
  })
}

function counterTableContract(store: () => Store): void {
  describe('counters', () => {
    test('are the sum of what was added, also by those who add at the same time in another order', async () => {
      const [a, b] = [`test.${ids.next()}`, `test.${ids.next()}`]
      await Promise.all([[a, b], [b, a]].map(([first = '', second = '']) => store().transact(tx => tx.counters.add({ [first]: 2, [second]: 3 }))))
      const all = await store().read(tx => tx.counters.all())
      assert.deepEqual([all[a], all[b]], [5, 5])
    })

    test('count the runs of tasks by their outcome, and their time', async () => {
      const before = await store().read(tx => tx.counters.all())
      const run = { taskId: ids.next(), variant: 'Sample', accountId: null, nodeId: 1, startedAt: 1, attempt: 0, error: null, note: null, parentId: null }
      await store().transact(tx => tx.runs.record(
        [{ ...run, id: ids.next(), durationMs: 1.6, outcome: 'failed' }],
        [
          { hour: 0, variant: 'Sample', nodeId: 1, outcome: 'failed', runs: 1, durationMs: 1.6 },
          { hour: 10 * DAY_MS, variant: 'Sample', nodeId: 1, outcome: 'done', runs: 7, durationMs: 30 },
        ],
      ))
      const after = await store().read(tx => tx.counters.all())
      const grown = (name: string) => (after[name] ?? 0) - (before[name] ?? 0)
      assert.deepEqual(['run.failed', 'run.done', 'run.retry', 'run.time'].map(grown), [1, 7, 0, 32])
    })
  })
}

function metricTableContract(store: () => Store): void {
  const append = (slot: number, after: number | null, metrics: readonly string[]): Promise<boolean> => {
    const row: MetricSlot = { slot, after, counters: { 'run.done': slot } }
    return store().transact(tx => tx.metrics.append(row, metrics.map((metric, count) => ({ id: ids.next(), metric, count, sum: count === 0 ? null : 5 }))))
  }
  const points = (filter: MetricFilter, page: Partial<MetricPage> = {}) => store().read(async tx =>
    (await tx.metrics.get(await tx.metrics.query(filter, { ascending: true, limit: 100, ...page }))).map(({ slot, metric, count, sum }) => [slot, metric, count, sum]))

  test('metrics have one point a slot, one slot after the other', async () => {
    const purgeAll = async (before: number): Promise<void> => { while (await store().transact(tx => tx.metrics.purge(before, 2)) > 0) continue }
    assert.equal(await store().read(tx => tx.metrics.newest()), null)
    assert.deepEqual([await append(10, null, ['a', 'b']), await append(10, null, ['a', 'b']), await append(11, null, ['a'])], [true, false, false])
    // Both have seen the tenth; one was asleep meanwhile.
    assert.deepEqual([await append(30, 10, ['a', 'b']), await append(20, 10, ['a', 'b']), await append(30, 20, ['b'])], [true, false, false])
    assert.deepEqual(await store().read(tx => tx.metrics.newest()), { slot: 30, after: 10, counters: { 'run.done': 30 } })

    assert.deepEqual(await points({}), [[10, 'a', 0, null], [10, 'b', 1, 5], [30, 'a', 0, null], [30, 'b', 1, 5]])
    assert.deepEqual(await points({ metrics: ['b', 'c'], slotMin: 11 }), [[30, 'b', 1, 5]])
    assert.deepEqual(await points({ slotMax: 10 }), [[10, 'a', 0, null], [10, 'b', 1, 5]])
    assert.deepEqual(await points({ metrics: [] }), [])
    assert.equal(await store().read(tx => tx.metrics.count({ metrics: ['a'], slotMax: 30 })), 2)
    const [newest = ''] = await store().read(tx => tx.metrics.query({}, { ascending: false, limit: 1 }))
    assert.deepEqual(await points({}, { ascending: false, after: { slot: 30, id: newest }, position: 1, limit: 1 }), [[10, 'b', 1, 5]])

    assert.equal(await store().transact(tx => tx.metrics.purge(30, 1)), 1)
    assert.deepEqual(await points({ slotMax: 10 }), [[10, 'b', 1, 5]])
    await purgeAll(1_000)
    assert.deepEqual(await points({}), [])
    assert.equal((await store().read(tx => tx.metrics.newest()))?.slot, 30, 'what comes next follows it')
    assert.equal(await append(40, 30, ['a']), true)
    await purgeAll(1_000)
  })

  test('of collectors who have seen the same slot, one writes', async () => {
    const newest = (await store().read(tx => tx.metrics.newest()))?.slot ?? null
    const slots = Array.from({ length: 4 }, (_, nth) => 1_000 + nth)
    const replies = await Promise.all(slots.map(slot => append(slot, newest, ['a', 'b'])))
    assert.deepEqual(replies.filter(Boolean), [true])
    assert.deepEqual(new Set((await points({})).map(([slot]) => slot)).size, 1)
  })
}
