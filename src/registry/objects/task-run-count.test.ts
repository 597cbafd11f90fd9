import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RunCount } from '../../engine/ports/run.ts'
import { MethodError } from '../method.ts'

const HOUR_MS = 3_600_000
const TEN = Date.parse('2026-01-01T10:00:00Z')

describe('TaskRunCount', () => {
  let test: TestRegistry
  let [early, done, failed, late]: readonly Id[] = []

  beforeEach(async () => {
    test = await openRegistry()
    const count: RunCount = { hour: TEN, variant: 'IndexDocument', nodeId: 1, outcome: 'done', runs: 3, durationMs: 1_000 }
    await test.store.transact(tx => tx.runs.record([], [
      { ...count, hour: TEN - HOUR_MS, nodeId: 12 }, count, { ...count, runs: 1, durationMs: 1 }, { ...count, outcome: 'failed', runs: 2 },
      { ...count, hour: TEN + HOUR_MS, variant: 'StoreMaintenance' },
    ]))
    ;[early, done, failed, late] = (await test.store.read(tx => tx.runs.queryCounts({}, { ascending: true, limit: 10 }))).map(({ id }) => id)
  })
  const query = (filter: JsonObject, more: JsonObject = {}) => test.query('TaskRunCount', { filter, ...more })

  it('says how many ended in an hour, in which way, and how long they took', async () => {
    assert.deepEqual(await test.get('TaskRunCount', done ?? ''), {
      id: done, hour: '2026-01-01T10:00:00Z', variant: 'IndexDocument', node: 'node-1', outcome: 'done', runs: 4, duration: 1_001, meanDuration: 250,
    })
    assert.deepEqual((await test.call('TaskRunCount/get', { ids: ['nonsense', `${done}-`, late ?? ''] }))['notFound'], ['nonsense', `${done}-`])
  })

  it('tells rates of the last day by hour and of the last hour by five minutes, with a step for each, over all nodes', async () => {
    const now = test.clock.now()
    const slot = { nodeId: 1, outcome: 'done', runs: 2, durationMs: 30 } as const
    const [inSlot, inHour] = [Math.floor(now / 300_000) * 300_000, Math.floor(now / HOUR_MS) * HOUR_MS]
    await test.store.transact(tx => tx.runs.record([], [
      { ...slot, variant: 'IndexDocument', hour: inHour }, { ...slot, variant: 'StoreMaintenance', outcome: 'failed', hour: inHour - 23 * HOUR_MS },
      { ...slot, variant: 'StoreMaintenance', hour: inHour - 25 * HOUR_MS },
    ], [{ ...slot, slot: inSlot }, { ...slot, slot: inSlot, nodeId: 2 }, { ...slot, slot: inSlot - 12 * 300_000, outcome: 'retry' }, { ...slot, slot: inSlot - 13 * 300_000 }]))
    const none = { done: 0, snooze: 0, retry: 0, failed: 0, cancelled: 0, duration: 0 }
    const date = (at: number) => new Date(at).toISOString().replace('.000', '')
    const hour = await test.call('TaskRunCount/rates', {})
    const steps = hour['list'] as unknown as JsonObject[]
    assert.deepEqual([hour['span'], hour['step'], steps.length], ['hour', 300_000, 13])
    assert.deepEqual(steps[0], { ...none, at: date(inSlot - 12 * 300_000), retry: 2, duration: 30 })
    assert.deepEqual(steps[1], { ...none, at: date(inSlot - 11 * 300_000) })
    assert.deepEqual(steps[12], { ...none, at: date(inSlot), done: 4, duration: 60 })
    const { list } = await test.call('TaskRunCount/rates', { span: 'day' })
    const hours = list as unknown as JsonObject[]
    assert.deepEqual([hours.length, hours[24], hours[1]], [
      25, { ...none, at: date(inHour), done: 2, duration: 30 }, { ...none, at: date(inHour - 23 * HOUR_MS), failed: 2, duration: 30 },
    ])
  })

  it('tells rates of a week or month by hour, also of one kind, node or outcome', async () => {
    const hour = Math.floor(test.clock.now() / HOUR_MS) * HOUR_MS - 100 * HOUR_MS
    const run = { outcome: 'done', runs: 2, durationMs: 30, hour } as const
    await test.store.transact(tx => tx.runs.record([], [
      { ...run, variant: 'IndexDocument', nodeId: 71 }, { ...run, variant: 'StoreMaintenance', nodeId: 72, outcome: 'failed' },
    ]))
    const inHour = async (span: string, filter: JsonObject) => {
      const list = (await test.call('TaskRunCount/rates', { span, filter }))['list'] as unknown as JsonObject[]
      const { done, failed } = list.find(({ at }) => at === new Date(hour).toISOString().replace('.000', '')) ?? assert.fail('no such step')
      return [list.length, done, failed]
    }
    assert.deepEqual(await inHour('week', {}), [169, 2, 2])
    assert.deepEqual(await inHour('month', { variant: 'IndexDocument' }), [721, 2, 0])
    assert.deepEqual(await inHour('week', { node: 'node-72' }), [169, 0, 2])
    assert.deepEqual(await inHour('week', { node: 'nowhere' }), [169, 0, 0])
    assert.deepEqual(await inHour('week', { outcome: 'failed', node: 'node-71' }), [169, 0, 0])
    const wrong = [
      { span: 'year' }, { span: 'constructor' }, { span: 'hour', filter: { variant: 'IndexDocument' } }, { span: 'week', filter: { hour: 'x' } },
      { span: 'week', filter: { node: 1 } }, { span: 'week', filter: { ['__proto__']: 'x' } },
    ]
    for (const args of wrong) await assert.rejects(test.call('TaskRunCount/rates', args), { type: 'invalidArguments' })
  })

  it('is found by hour, kind, node and outcome, the newest hour first, in pages by key', async () => {
    assert.deepEqual(await query({}), [late, failed, done, early])
    assert.deepEqual(await query({}, { sort: [{ property: 'hour' }] }), [early, done, failed, late])
    assert.deepEqual(await query({}, { anchor: late ?? '', anchorOffset: 1, limit: 2 }), [failed, done])
    assert.deepEqual(await query({}, { anchor: done ?? '', anchorOffset: -1, limit: 2 }), [failed, done])
    const cases: readonly [JsonObject, readonly (Id | undefined)[]][] = [
      [{ hour: '2026-01-01T10:00:00Z' }, [failed, done]],
      [{ hour: '2026-01-01T10:00:01Z' }, []],
      [{ hourIsGreaterThanOrEqual: '2026-01-01T10:00:00Z' }, [late, failed, done]],
      [{ hourIsGreaterThan: '2026-01-01T10:00:00Z' }, [late]],
      [{ hourIsGreaterThan: '2026-01-01T09:20:00Z', hourIsLessThan: '2026-01-01T10:20:00Z' }, [failed, done]],
      [{ hourIsLessThan: '2026-01-01T10:00:00Z' }, [early]],
      [{ hourIsGreaterThan: '2026-01-01T11:00:00Z', hourIsLessThan: '2026-01-01T10:00:00Z' }, []],
      [{ variant: 'StoreMaintenance' }, [late]], [{ node: 'node-12' }, [early]], [{ node: 'somewhere' }, []],
      [{ outcome: 'failed', variant: 'IndexDocument', node: 'node-1' }, [failed]],
      [{ operator: 'AND', conditions: [{ outcome: 'done' }, { outcome: 'failed' }] }, []],
    ]
    for (const [filter, expected] of cases) {
      assert.deepEqual(await query(filter), expected, JSON.stringify(filter))
      assert.equal((await test.call('TaskRunCount/query', { filter, calculateTotal: true }))['total'], expected.length)
    }
    assert.deepEqual(await query({ outcome: 'done' }, { anchor: done ?? '', anchorOffset: 1 }), [early])
    for (const filter of [{ outcome: 'great' }, { runs: 3 }]) {
      await assert.rejects(query(filter), error => error instanceof MethodError && error.type === 'unsupportedFilter')
    }
  })

  it('is seen by operators and auditors, and by no ordinary account', () => {
    const { Operator, ReadOnly, User } = test.objects.roles
    assert.deepEqual([Operator, ReadOnly, User].map(role => role.has('sysTaskRunCountQuery')), [true, true, false])
  })
})
