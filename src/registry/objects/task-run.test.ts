import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { RunRecord } from '../../engine/ports/run.ts'
import { MethodError } from '../method.ts'

const STARTED = Date.parse('2026-01-01T10:00:00.250Z')

describe('TaskRun', () => {
  let test: TestRegistry
  let [first, second, third]: readonly Id[] = []
  let runs: RunRecord[] = []

  beforeEach(async () => {
    test = await openRegistry()
    const run = (more: Partial<RunRecord>): RunRecord => ({
      id: test.ids.next(), taskId: test.ids.next(), variant: 'IndexDocument', accountId: null, nodeId: 1, startedAt: STARTED, durationMs: 0,
      attempt: 0, outcome: 'done', error: null, note: null, parentId: null, ...more,
    })
    const taskId = test.ids.next()
    runs = [
      run({ taskId, accountId: test.ids.next(), parentId: test.ids.next(), outcome: 'retry', error: 'no', durationMs: 1_500 }),
      run({ taskId, attempt: 1, nodeId: 12, startedAt: STARTED + 60_000, note: 'all 3 done' }),
      run({ variant: 'UnindexDocument', outcome: 'failed', error: 'never', startedAt: STARTED + 120_000 }),
    ]
    ;[first, second, third] = runs.map(each => each.id)
    await test.store.transact(tx => tx.runs.record(runs, []))
  })
  const query = (filter: JsonObject, more: JsonObject = {}) => test.query('TaskRun', { filter, ...more })

  it('says what ran, when, where, how long and how it ended', async () => {
    const [run, again] = [runs[0] ?? assert.fail(), runs[1] ?? assert.fail()]
    assert.deepEqual(await test.get('TaskRun', run.id), {
      id: run.id, taskId: run.taskId, variant: 'IndexDocument', accountId: run.accountId, node: 'node-1', startedAt: '2026-01-01T10:00:00Z',
      duration: 1_500, attempt: 1, outcome: 'retry', error: 'no', note: null, parentId: run.parentId,
    })
    const { node, attempt, duration, accountId, error, note } = await test.get('TaskRun', again.id)
    assert.deepEqual([node, attempt, duration, accountId, error, note], ['node-12', 2, 0, null, null, 'all 3 done'])
    assert.deepEqual((await test.call('TaskRun/get', { ids: ['nonsense', test.ids.next()] }))['list'], [])
  })

  it('is found in the order in which runs began, the newest first, in pages by key', async () => {
    assert.deepEqual(await query({}), [third, second, first])
    assert.deepEqual(await query({}, { sort: [{ property: 'startedAt' }] }), [first, second, third])
    assert.deepEqual(await query({}, { anchor: third ?? '', anchorOffset: 1, limit: 1 }), [second])
    assert.deepEqual(await query({}, { anchor: first ?? '', anchorOffset: -1, limit: 2 }), [second, first])
    assert.deepEqual(await query({}, { position: 1, limit: 1 }), [second])
    const { total, ids } = await test.call('TaskRun/query', { filter: { outcome: 'done' }, calculateTotal: true })
    assert.deepEqual([total, ids], [1, [second]])
  })

  it('keeps its place among runs that began at once, and a page goes on from it', async () => {
    const alike = Array.from({ length: 7 }, () => ({ ...runs[0] ?? assert.fail(), id: test.ids.next(), startedAt: STARTED + 90_000 }))
    await test.store.transact(tx => tx.runs.record(alike.toReversed(), []))
    const newest = [third, ...alike.map(({ id }) => id).toReversed(), second, first]
    for (const [sort, all] of [[{}, newest], [{ sort: [{ property: 'startedAt', isAscending: true }] }, newest.toReversed()]] as const) {
      const seen: Json[] = []
      for (let page = await query({}, { ...sort, limit: 3 }); page.length > 0;) {
        seen.push(...page)
        page = await query({}, { ...sort, anchor: page.at(-1) ?? '', anchorOffset: 1, limit: 3 })
      }
      assert.deepEqual(seen, all)
      for (const position of [0, 4, 8]) assert.deepEqual(await query({}, { ...sort, position, limit: 3 }), all.slice(position, position + 3))
      assert.deepEqual(await query({}, { ...sort, position: -4, limit: 3 }), all.slice(-4, -1))
    }
    await assert.rejects(query({}, { sort: [{ property: 'duration' }] }), error => error instanceof MethodError && error.type === 'unsupportedSort')
  })

  it('is found by each of its properties, alone and together', async () => {
    const [run] = runs
    const cases: readonly [JsonObject, readonly (Id | undefined)[]][] = [
      [{ taskId: run?.taskId ?? '' }, [second, first]],
      [{ taskId: 'nonsense' }, []],
      [{ variant: 'UnindexDocument' }, [third]],
      [{ accountId: run?.accountId ?? '' }, [first]],
      [{ parentId: run?.parentId ?? '' }, [first]],
      [{ parentId: run?.taskId ?? '' }, []],
      [{ node: 'node-12' }, [second]],
      [{ node: 'node-0' }, []],
      [{ outcome: 'failed' }, [third]],
      [{ outcome: 'retry', node: 'node-1', variant: 'IndexDocument' }, [first]],
      [{ startedAt: '2026-01-01T10:00:00Z' }, [first]],
      [{ startedAtIsGreaterThan: '2026-01-01T10:00:00Z' }, [third, second]],
      [{ startedAtIsGreaterThanOrEqual: '2026-01-01T10:00:00Z', startedAtIsLessThan: '2026-01-01T10:02:00Z' }, [second, first]],
      [{ startedAtIsLessThanOrEqual: '2026-01-01T10:01:00Z' }, [second, first]],
      [{ startedAtIsGreaterThan: '2026-01-01T11:00:00Z', startedAtIsLessThan: '2026-01-01T09:00:00Z' }, []],
      [{ operator: 'AND', conditions: [{ outcome: 'done' }, { outcome: 'failed' }] }, []],
    ]
    for (const [filter, expected] of cases) {
      assert.deepEqual(await query(filter), expected, JSON.stringify(filter))
      assert.equal((await test.call('TaskRun/query', { filter, calculateTotal: true }))['total'], expected.length)
    }
    assert.deepEqual(await query({ outcome: 'failed' }, { anchor: third ?? '', anchorOffset: 0 }), [third])
    for (const filter of [{ outcome: 'great' }, { variant: 'Nothing' }, { error: 'no' }]) {
      await assert.rejects(query(filter), error => error instanceof MethodError && error.type === 'unsupportedFilter')
    }
  })

  it('is written by nobody', async () => {
    const reply = await test.call('TaskRun/set', { create: { a: {} }, update: { [first ?? '']: {} }, destroy: [second ?? ''] })
    assert.deepEqual([at(reply, 'notCreated', 'a', 'type'), at(reply, 'notUpdated', first ?? '', 'type'), at(reply, 'notDestroyed', second ?? '', 'type')],
      ['forbidden', 'forbidden', 'forbidden'])
    const permissions = test.registry.permissions().map(({ name }) => name).filter(name => /^sysTaskRun(Get|Query|Create|Update|Destroy)$/.test(name))
    assert.deepEqual(permissions, ['sysTaskRunGet', 'sysTaskRunQuery'])
    assert.deepEqual(await query({}, {}), [third, second, first])
  })

  it('is seen by operators and auditors, and by no ordinary account', () => {
    const { Operator, ReadOnly, User } = test.objects.roles
    assert.deepEqual([Operator, ReadOnly, User].map(role => role.has('sysTaskRunQuery')), [true, true, false])
  })
})
