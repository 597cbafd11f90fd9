import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { BulkSums, Call } from './bulk.ts'
import { BulkRun, countBulk, patchOf } from './bulk.ts'
import { taskOf } from './task.ts'

const never = new AbortController().signal
const filter = { status: 'Failed' }

/** Answers in order; remembers what it was asked. */
function server(...answers: readonly (JsonObject | Error)[]): { readonly call: Call; readonly asked: JsonObject[] } {
  const asked: JsonObject[] = []
  const left = [...answers]
  return {
    asked,
    call: (name, args) => {
      asked.push({ name, ...args })
      const answer = left.shift()
      return answer === undefined ? Promise.reject(new Error('asked too often')) : answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  }
}
const sums = (changed: number, more: boolean, cursor: string): JsonObject =>
  ({ matched: changed, running: 0, changed, requested: 0, unchanged: 0, refused: 0, groups: [], refusals: [], more, cursor })

const NOW = Date.parse('2026-01-05T00:00:00Z')

suite('all that match', () => {
  test('are counted first; the run goes on by the cursor, and never does more than were counted', async () => {
    const { call, asked } = server({ ...sums(0, false, 'k0'), matched: 3_000 }, sums(2_000, true, 'k1'), sums(1_000, false, 'k2'))
    const count = await countBulk(call, { kind: 'filter', filter }, { action: 'retry' })
    assert.deepEqual([count.matched, count.cursor], [3_000, 'k0'])
    const told: number[] = []
    const run = new BulkRun(call, { kind: 'filter', filter }, { action: 'retry' }, count, NOW)
    await run.run(never, ({ changed }) => { told.push(changed) })
    assert.deepEqual(told, [2_000, 3_000])
    assert.ok(run.over)
    assert.deepEqual(asked, [
      { name: 'x:Task/bulk', action: 'retry', filter, dryRun: true },
      { name: 'x:Task/bulk', action: 'retry', filter, expect: 3_000, cursor: 'k0' },
      { name: 'x:Task/bulk', action: 'retry', filter, expect: 3_000, cursor: 'k1' },
    ])
  })

  test('are left where they are once somebody stops it, and done when they let it go on', async () => {
    const { call, asked } = server(sums(2_000, true, 'k1'), sums(1_000, false, 'k2'))
    const stop = new AbortController()
    const run = new BulkRun(call, { kind: 'filter', filter }, { action: 'park', reason: 'not now' }, { ...none, matched: 3_000, cursor: 'k0' }, NOW)
    await run.run(stop.signal, () => { stop.abort() })
    assert.deepEqual([run.over, run.sums.changed, asked.length], [false, 2_000, 1])
    await run.run(never, () => undefined)
    assert.deepEqual([run.over, run.sums.changed, asked[1]?.['cursor'], asked[1]?.['reason']], [true, 3_000, 'k1', 'not now'])
  })

  test('a step whose reply is lost is repeated with the same cursor', async () => {
    const { call, asked } = server(sums(2_000, true, 'k1'), new Error('lost'), sums(1_000, false, 'k2'))
    const run = new BulkRun(call, { kind: 'filter', filter }, { action: 'destroy' }, { ...none, matched: 3_000, cursor: 'k0' }, NOW)
    await assert.rejects(run.run(never, () => undefined), /lost/)
    assert.equal(run.sums.changed, 2_000)
    await run.run(never, () => undefined)
    assert.deepEqual(asked.map(each => each['cursor']), ['k0', 'k1', 'k1'])
    assert.equal(run.sums.changed, 3_000)
  })

  test('reasons of refusals are added up', async () => {
    const refused = (count: number): JsonObject => ({ ...sums(0, count === 2, 'k'), refused: count, refusals: [{ type: 'forbidden', description: 'no', count, exampleId: `e${count}` }] })
    const run = new BulkRun(server(refused(2), refused(3)).call, { kind: 'filter', filter }, { action: 'retry' }, { ...none, matched: 5, cursor: null }, NOW)
    await run.run(never, () => undefined)
    assert.deepEqual([run.sums.refused, run.sums.refusals], [5, [{ description: 'no', count: 5, exampleId: 'e2' }]])
  })
})

suite('chosen tasks', () => {
  const tasks = Array.from({ length: 150 }, (_, nth) => taskOf({
    id: `t${nth}`, '@type': 'IndexDocument', status: { '@type': 'Failed' }, running: nth === 0 ? { node: 'n', since: 's' } : null,
  }))

  test('are counted without the server, and done a hundred at a time', async () => {
    const updated = (part: readonly { readonly id: string }[]) => Object.fromEntries(part.map(({ id }) => [id, null]))
    const { call, asked } = server(
      { updated: updated(tasks.slice(1, 99)), notUpdated: { t99: { type: 'notFound', description: 'gone' } } },
      { updated: updated(tasks.slice(100)) },
    )
    const target = { kind: 'chosen', tasks } as const
    const count = await countBulk(call, target, { action: 'retry' })
    assert.deepEqual([count.matched, count.running, count.groups], [150, 1, [{ variant: 'IndexDocument', status: 'Failed', matched: 150, running: 1, refused: 0 }]])
    const run = new BulkRun(call, target, { action: 'retry' }, count, NOW)
    await run.run(never, () => undefined)
    const { changed, requested, refused, refusals } = run.sums
    assert.deepEqual([changed, requested, refused, refusals], [148, 0, 1, [{ description: 'gone', count: 1, exampleId: 't99' }]])
    assert.equal(asked.length, 2)
  })

  test('retrying leaves alone what runs or is due; cancelling does not', async () => {
    const due = taskOf({ id: 'due', status: { '@type': 'Pending', due: '2026-01-01T00:00:00Z' } })
    const target = { kind: 'chosen', tasks: [due, ...tasks.slice(0, 1)] } as const
    const retry = new BulkRun(server().call, target, { action: 'retry' }, { ...none, matched: 2, cursor: null }, NOW)
    await retry.run(never, () => undefined)
    assert.deepEqual([retry.sums.matched, retry.sums.unchanged], [2, 2])
    const cancel = new BulkRun(server({ destroyed: ['due', 't0'] }).call, target, { action: 'destroy' }, { ...none, matched: 2, cursor: null }, NOW)
    await cancel.run(never, () => undefined)
    assert.deepEqual([cancel.sums.changed, cancel.sums.requested], [1, 1])
  })

  test('the change of one: a task that is moved keeps its attempts, a failed one begins again', () => {
    const due = '2026-01-02T00:00:00Z'
    assert.deepEqual(patchOf({ action: 'reschedule', due }, { status: 'Retry' }), { 'status/due': due })
    assert.deepEqual(patchOf({ action: 'reschedule', due }, { status: 'Failed' }), { status: { '@type': 'Pending', due } })
    assert.deepEqual(patchOf({ action: 'park' }, { status: 'Retry' }), { status: { '@type': 'Failed' } })
    assert.deepEqual(patchOf({ action: 'park', reason: 'r' }, { status: 'Retry' }), { status: { '@type': 'Failed', failureReason: 'r' } })
    assert.deepEqual(patchOf({ action: 'retry' }, { status: 'Failed' }), { status: { '@type': 'Pending' } })
  })
})

const none: BulkSums = { matched: 0, running: 0, changed: 0, requested: 0, unchanged: 0, refused: 0, groups: [], refusals: [] }
