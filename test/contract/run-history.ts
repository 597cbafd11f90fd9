import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RUN_SLOT_MS } from '../../src/engine/ports/run.ts'
import type { RunCount, RunCountFilter, RunCountPage, RunFilter, RunPage, RunRecord, RunSlot, StoredRunCount } from '../../src/engine/ports/run.ts'
import { newId } from './queue-fixtures.ts'
import type { QueueUnderTest } from './queue-fixtures.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

function aRun(fields: Partial<RunRecord> = {}): RunRecord {
  return {
    id: newId(), taskId: newId(), variant: 'Sample', accountId: null, nodeId: 1, startedAt: 10 * DAY_MS, durationMs: 12,
    attempt: 0, outcome: 'done', error: null, note: 'as it was', parentId: null, ...fields,
  }
}

/** What ran, and how it ended. */
export function runHistoryContract(store: () => QueueUnderTest): void {
  const record = (runs: readonly RunRecord[], counts: readonly RunCount[] = []) => store().transact(tx => tx.runs.record(runs, counts))
  const query = (filter: RunFilter, page: Partial<RunPage> = {}) =>
    store().read(tx => tx.runs.query(filter, { ascending: false, limit: 100, ...page }))
  const queryCounts = (filter: RunCountFilter, page: Partial<RunCountPage> = {}) =>
    store().read(tx => tx.runs.queryCounts(filter, { ascending: false, limit: 100, ...page }))

  describe('RunHistory', () => {
    test('keeps every field, newest first, in pages', async () => {
      const taskId = newId()
      const runs = Array.from({ length: 5 }, (_, attempt) =>
        aRun({ taskId, attempt, accountId: newId(), outcome: 'retry', error: 'it\u0000broke', durationMs: attempt + 0.4 }))
      await record(runs)
      const expected = runs.map(run => ({ ...run, error: 'it\uFFFDbroke', durationMs: run.attempt })).toReversed()
      assert.deepEqual(await query({ taskId }), expected)
      assert.deepEqual(await query({ taskId }, { limit: 2 }), expected.slice(0, 2))
      const after = expected[1] ?? assert.fail()
      assert.deepEqual(await query({ taskId }, { after }), expected.slice(2))
      assert.deepEqual(await query({ taskId }, { after, position: 1, limit: 1 }), expected.slice(3, 4))
      assert.deepEqual(await query({ taskId }, { after, ascending: true }), expected.slice(0, 1))
      assert.deepEqual(await query({ taskId }, { ascending: true }), expected.toReversed())
    })

    test('counts of five minutes and hours are summed over nodes and variants, those of five minutes for a day', async () => {
      const now = await store().now()
      const slot = now - now % RUN_SLOT_MS
      const hour = now - now % HOUR_MS + 100 * 365 * DAY_MS
      const counted = { outcome: 'retry', runs: 2, durationMs: 10.4 } as const
      const hourly = ['A', 'B'].map(variant => ({ ...counted, hour, variant, nodeId: 1 }))
      const old = { ...counted, slot: now - DAY_MS - RUN_SLOT_MS, nodeId: 1 }
      const recordAll = (slots: readonly RunSlot[]) => store().transact(tx => tx.runs.record([], hourly, slots))
      await recordAll([{ ...counted, slot, nodeId: 1 }, { ...counted, slot, nodeId: 2 }, { ...counted, slot, nodeId: 2, outcome: 'failed' }])
      await recordAll([{ ...counted, slot, nodeId: 2 }, old])
      const rates = async (by: 'slot' | 'hour', min: number) => (await store().read(tx => tx.runs.rates(by, min))).toSorted((a, b) => a.outcome < b.outcome ? -1 : 1)
      assert.deepEqual(await rates('slot', 0), [
        { at: slot, outcome: 'failed', runs: 2, durationMs: 10 }, { at: slot, outcome: 'retry', runs: 6, durationMs: 30 },
      ])
      assert.deepEqual(await rates('slot', slot + 1), [])
      assert.deepEqual(await rates('hour', hour), [{ at: hour, outcome: 'retry', runs: 8, durationMs: 40 }])
      assert.deepEqual(await rates('hour', hour + 1), [])
      const only = (filter: RunCountFilter) => store().read(tx => tx.runs.rates('hour', hour, filter))
      assert.deepEqual(await only({ variant: 'B', nodeId: 1, outcome: 'retry' }), [{ at: hour, outcome: 'retry', runs: 4, durationMs: 20 }])
      for (const none of [{ variant: 'C' }, { nodeId: 2 }, { outcome: 'done' }] as const) assert.deepEqual(await only(none), [])
    })

    test('lies in the order in which runs began, whenever they ended, in pages with a bound on either side', async () => {
      const variant = `V${newId()}`
      // Ids in the order in which they ended; three began at once.
      const [e, a, c, b, d] = [50, 10, 30, 30, 30].map(startedAt => aRun({ variant, startedAt }))
      assert.ok(a && b && c && d && e)
      await record([a, b, c, d, e])
      const all = [a, c, b, d, e].toSorted((x, y) => x.startedAt - y.startedAt || (x.id < y.id ? -1 : 1))
      assert.deepEqual(await query({ variant }, { ascending: true }), all)
      for (const bounds of [{}, { startedMin: 10 }, { startedMin: 30 }, { startedMin: 31 }, { startedMax: 30 }, { startedMax: 10 }, { startedMin: 30, startedMax: 30 }]) {
        const isWithin = ({ startedAt }: RunRecord) => startedAt >= (bounds.startedMin ?? 0) && startedAt <= (bounds.startedMax ?? 99)
        for (const [nth, after] of all.entries()) {
          const page = { variant, ...bounds }
          assert.deepEqual(await query(page, { after, ascending: true }), all.slice(nth + 1).filter(isWithin), JSON.stringify([bounds, nth]))
          assert.deepEqual(await query(page, { after }), all.slice(0, nth).filter(isWithin).toReversed(), JSON.stringify([bounds, nth]))
        }
      }
    })

    test('gets by id, in the order of the ids', async () => {
      const runs = [aRun(), aRun(), aRun()]
      await record(runs)
      const [a, b, c] = runs.map(run => run.id)
      assert.ok(a && b && c)
      const got = await store().read(tx => tx.runs.get([c, newId(), a, '\0']))
      assert.deepEqual(got, [runs[2], runs[0]])
    })

    test('every condition must hold', async () => {
      const variant = `V${newId()}`
      const a = aRun({ variant, nodeId: 1, accountId: newId(), parentId: newId(), startedAt: 100, outcome: 'done' })
      const b = aRun({ variant, nodeId: 2, startedAt: 200, outcome: 'failed' })
      const c = aRun({ variant, nodeId: 2, startedAt: 300, outcome: 'retry' })
      await record([a, b, c])
      const cases: [RunFilter, RunRecord[]][] = [
        [{}, [c, b, a]], [{ nodeId: 2 }, [c, b]], [{ outcome: 'failed' }, [b]], [{ accountId: a.accountId ?? '' }, [a]], [{ parentId: a.parentId ?? '' }, [a]],
        [{ startedMin: 200 }, [c, b]], [{ startedMax: 200 }, [b, a]], [{ startedMin: 150, startedMax: 250, nodeId: 2 }, [b]],
        [{ taskId: c.taskId }, [c]], [{ taskId: '\0' }, []],
      ]
      for (const [filter, expected] of cases) {
        assert.deepEqual(await query({ variant, ...filter }), expected, JSON.stringify(filter))
        assert.equal(await store().read(tx => tx.runs.count({ variant, ...filter })), expected.length)
      }
    })

    test('a record that was written twice counts once', async () => {
      const run = aRun()
      await record([run])
      await record([run])
      assert.deepEqual(await query({ taskId: run.taskId }), [run])
    })

    test('counts of one hour, variant, node and outcome add up', async () => {
      const variant = `V${newId()}`
      const count: RunCount = { hour: 20 * DAY_MS, variant, nodeId: 1, outcome: 'done', runs: 3, durationMs: 30.2 }
      await record([], [count, { ...count, nodeId: 2 }])
      await record([], [{ ...count, runs: 2, durationMs: 5 }, { ...count, outcome: 'failed' }, { ...count, hour: 21 * DAY_MS }])
      const counts = await queryCounts({ variant }, { ascending: true })
      assert.deepEqual(counts.map(({ id: _, ...rest }) => rest), [
        { ...count, runs: 5, durationMs: 35 }, { ...count, outcome: 'failed', durationMs: 30 }, { ...count, nodeId: 2, durationMs: 30 },
        { ...count, hour: 21 * DAY_MS, durationMs: 30 },
      ])
      const [one, two] = counts
      const got = await store().read(tx => tx.runs.getCounts([two?.id ?? '', 'nobody', '\0', one?.id ?? '']))
      assert.deepEqual(got, [two, one])
    })

    test('counts are found by hour and the rest, in pages', async () => {
      const variant = `V${newId()}`
      const count: RunCount = { hour: 0, variant, nodeId: 1, outcome: 'done', runs: 1, durationMs: 1 }
      // The hours of 1970, 2025, 2084 (where they get a digit more) and 2090.
      const hours = [0, 9, 10, 482_136, 999_999, 1_000_000, 1_051_920].map(hour => hour * HOUR_MS)
      await record([], hours.flatMap(hour => [{ ...count, hour }, { ...count, hour, nodeId: 2, outcome: 'retry' }]))
      const all = await queryCounts({ variant }, { ascending: true })
      assert.deepEqual(all.map(({ hour }) => hour), hours.flatMap(hour => [hour, hour]))
      assert.deepEqual(await queryCounts({ variant }), all.toReversed())
      const cases: [RunCountFilter, StoredRunCount[]][] = [
        [{ nodeId: 2, hourMax: 0 }, all.slice(1, 2)], [{ outcome: 'done', hourMax: 9 * HOUR_MS }, [all[0] ?? assert.fail(), all[2] ?? assert.fail()]],
        ...[0, 1, 9 * HOUR_MS, 9 * HOUR_MS + 1, 999_999 * HOUR_MS].flatMap((moment): [RunCountFilter, StoredRunCount[]][] => [
          [{ hourMin: moment }, all.filter(({ hour }) => hour >= moment)], [{ hourMax: moment }, all.filter(({ hour }) => hour <= moment)],
        ]),
        [{ hourMin: 9 * HOUR_MS, hourMax: 10 * HOUR_MS }, all.slice(2, 6)], [{ variant: '\0' }, []],
      ]
      for (const [filter, expected] of cases) {
        const whole = { variant, ...filter }
        assert.deepEqual(await queryCounts(whole, { ascending: true }), expected, JSON.stringify(filter))
        assert.equal(await store().read(tx => tx.runs.countCounts(whole)), expected.length)
        for (const [nth, { id: after }] of all.entries()) {
          assert.deepEqual(await queryCounts(whole, { after, ascending: true }), expected.filter(({ id }) => id > after), JSON.stringify([filter, nth]))
          assert.deepEqual(await queryCounts(whole, { after }), expected.filter(({ id }) => id < after).toReversed(), JSON.stringify([filter, nth]))
        }
      }
      assert.deepEqual(await queryCounts({ variant }, { position: 3, limit: 2 }), all.toReversed().slice(3, 5))
    })

    test('many at once', async () => {
      const taskId = newId()
      await record(Array.from({ length: 2_300 }, () => aRun({ taskId })))
      assert.equal((await query({ taskId }, { limit: 5_000 })).length, 2_300)
    })

    test('purge removes what is older, so many at a time, and counts with it', async () => {
      const variant = `V${newId()}`
      const old = Array.from({ length: 3 }, (_, n) => aRun({ variant, startedAt: n }))
      const young = aRun({ variant, startedAt: 3 * DAY_MS })
      const count: RunCount = { hour: 0, variant, nodeId: 1, outcome: 'done', runs: 1, durationMs: 1 }
      // An hour that was not over by then stays whole.
      await record([...old, young], [count, { ...count, hour: 2 * DAY_MS - HOUR_MS }, { ...count, hour: 2 * DAY_MS }, { ...count, hour: 3 * DAY_MS }])
      const purge = () => store().transact(tx => tx.runs.purge(2 * DAY_MS + HOUR_MS - 1, 2))
      assert.equal(await purge(), 2)
      while (await purge() > 0) assert.ok((await query({ variant })).length >= 1)
      assert.deepEqual(await query({ variant }), [young])
      assert.deepEqual((await queryCounts({ variant }, { ascending: true })).map(({ hour }) => hour), [2 * DAY_MS, 3 * DAY_MS])
    })
  })
}
