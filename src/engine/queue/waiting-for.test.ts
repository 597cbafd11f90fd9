import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { taskRow } from '../../../test/support/rows.ts'
import { DUE_NEVER } from '../ports/task.ts'
import type { TaskRow } from '../ports/task.ts'
import { lookAhead, waitingFor, type WaitingFor } from './waiting-for.ts'

const NOW = 1_000
const nobodyLacks = () => null
const TURN = { kind: 'turn' }
const after = (taskId: string) => ({ kind: 'sameKey', taskId })

function why(rows: readonly TaskRow[], ahead: readonly TaskRow[], lacking = nobodyLacks as Parameters<typeof waitingFor>[2]): (WaitingFor | null)[] {
  return waitingFor(rows, { now: NOW, tasks: ahead }, lacking)
}

describe('why a task does not run', () => {
  it('is nothing when it runs or has failed', () => {
    assert.deepEqual(why([taskRow('a', { holder: 'node' }), taskRow('b', { status: 'Failed', due: DUE_NEVER })], []), [null, null])
  })
  it('is its due time until the store says that it is over', () => {
    assert.deepEqual(why([taskRow('a', { due: NOW + 1 }), taskRow('b', { due: NOW })], []), [{ kind: 'notDue', until: NOW + 1 }, TURN])
  })
  it('is the duty that no node has for its bucket, before anything about other tasks', () => {
    const rows = [taskRow('a', { orderingKey: 'k', bucket: 3 }), taskRow('b', { orderingKey: 'k', bucket: 4, due: 101 })]
    const reasons = why(rows, [taskRow('z', { orderingKey: 'k', bucket: 3, due: 1 })], (lane, bucket) => bucket === 3 ? `duty of ${lane}` : null)
    assert.deepEqual(reasons, [{ kind: 'noNode', duty: 'duty of probe' }, after('z')])
  })
  it('is another task of its key that is due earlier or has the smaller id', () => {
    const [a, b, c] = [taskRow('a', { orderingKey: 'k' }), taskRow('b', { orderingKey: 'k' }), taskRow('c', { orderingKey: 'k', due: 99 })]
    const all = [a, b, c, taskRow('d')]
    assert.deepEqual(why(all, all), [after('c'), after('c'), TURN, TURN])
    assert.deepEqual(why([a, b], [a, b]), [TURN, after('a')])
  })
  it('is a task of its key that runs, wherever that one stands', () => {
    const running = taskRow('z', { orderingKey: 'k', due: 999, band: 1, holder: 'node' })
    const earlier = taskRow('b', { orderingKey: 'k', due: 1 })
    assert.deepEqual(why([taskRow('a', { orderingKey: 'k' })], [earlier, running]), [after('z')])
  })
  it('is an interactive task of its key for a bulk one, never the other way round', () => {
    const bulk = taskRow('a', { orderingKey: 'k', band: 1, due: 1 })
    const interactive = taskRow('b', { orderingKey: 'k', band: 0, due: 500 })
    assert.deepEqual(why([bulk, interactive], [bulk, interactive]), [after('b'), TURN])
  })
  it('is no task of another lane, whatever its key', () => {
    const other = taskRow('b', { orderingKey: 'k', lane: 'other', due: 1, holder: 'node' })
    assert.deepEqual(why([taskRow('a', { orderingKey: 'k' })], [other]), [TURN])
  })
})

describe('what is read to tell', () => {
  it('is the streams of waiting tasks, with the interactive ones before the bulk ones', () => {
    const rows = [
      taskRow('a', { bucket: 1, band: 1, orderingKey: 'k' }), taskRow('b', { bucket: 2, orderingKey: 'k' }), taskRow('c', { bucket: 1 }),
      taskRow('d', { bucket: 3, holder: 'node' }), taskRow('e', { bucket: 4, status: 'Failed' }),
      taskRow('f', { bucket: 5, due: NOW + 60_001 }),
    ]
    const { streams, orderingKeys } = lookAhead(rows, NOW)
    const lane = 'probe'
    assert.deepEqual(streams, [{ lane, bucket: 1, band: 0 }, { lane, bucket: 1, band: 1 }, { lane, bucket: 2, band: 0 }])
    assert.deepEqual(orderingKeys, ['k', 'c'])
    assert.deepEqual(lookAhead([], NOW), { streams: [], orderingKeys: [], limit: 200 })
  })
  it('stays small however many tasks are asked about', () => {
    const rows = Array.from({ length: 500 }, (_, index) => taskRow(`t${index}`, { bucket: index % 100, band: 1 }))
    const { streams, limit } = lookAhead(rows, NOW)
    assert.deepEqual([streams.length, limit], [200, 2])
  })
})
