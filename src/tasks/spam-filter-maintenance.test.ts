import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runContext, runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import type { Deps } from './spam-filter-maintenance.ts'
import variant from './spam-filter-maintenance.ts'

test('SpamFilterMaintenance declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('SpamFilterMaintenance is queued in the spam lane, under its own key', () => {
  assert.equal(variant.lane, 'spam')
  assert.equal(variant.duty, 'spamClassifierTraining')
  assert.equal(variant.dedupeKey?.({ maintenanceType: 'train' }), 'train')
  for (const maintenanceType of ['train', 'retrain', 'reset', 'updateRules'] as const) {
    assert.equal(variant.orderingKey({ maintenanceType }), 'spam-filter', 'these share one key')
  }
  assert.equal(variant.orderingKey({ maintenanceType: 'abort' }), null, 'it would wait for what it is to stop')
  assert.ok(variant.limits.concurrencyPerNode >= 2, 'and there is a place for it beside that')
  assert.equal(variant.creatable, true)
})

/** What was called, and a number of trainings to stop at each look. */
function fakes(trainings: readonly number[] = []): { readonly deps: Deps; readonly calls: string[] } {
  const calls: string[] = []
  const left = [...trainings]
  const said = (call: string) => async () => { calls.push(call); return call }
  return {
    calls,
    deps: {
      spamTraining: {
        train: said('train'), reset: said('reset'),
        retrain: async id => { calls.push(`retrain ${id}`); return 'retrain' },
        discard: async () => { calls.push('discard'); return true },
      },
      spamTrainings: { stop: async id => { calls.push(`stop ${id}`); return left.shift() ?? 0 } },
      rulesUpdate: { run: said('updateRules') },
    },
  }
}
const ID = '0000000000000'

test('each type does its own work, and says what that was', async () => {
  for (const [maintenanceType, call] of [['train', 'train'], ['retrain', `retrain ${ID}`], ['reset', 'reset'], ['updateRules', 'updateRules']] as const) {
    const { deps, calls } = fakes()
    assert.deepEqual(await runTasks(variant, [{ maintenanceType }], deps), [{ kind: 'done', note: maintenanceType }])
    assert.deepEqual(calls, [call])
  }
})

test('abort looks again until no training is left, and only then gives one up that was begun anew', async () => {
  const { deps, calls } = fakes([2, 1])
  const run = async () => (await runTasks(variant, [{ maintenanceType: 'abort' }], deps))[0]
  assert.equal((await run())?.kind, 'snooze')
  assert.equal((await run())?.kind, 'snooze')
  assert.deepEqual(await run(), { kind: 'done', note: 'no training runs, and the one anew was given up' })
  assert.deepEqual(calls, [`stop ${ID}`, `stop ${ID}`, `stop ${ID}`, 'discard'])
})

test('a training stops between two samples when it is told to, and makes room for others when its turn is over', async () => {
  const { deps } = fakes()
  const long: Deps = { ...deps, spamTraining: { ...deps.spamTraining, async train(told) { for (;;) await told({ done: 1 }) } } }
  await assert.rejects(runTasks(variant, [{ maintenanceType: 'train' }], long, { signal: AbortSignal.abort(new Error('stop')) }), /stop/)
  let now = 0
  const context = { ...runContext(long), now: () => now += 100_000 }
  assert.deepEqual(await variant.run?.({ id: ID, maintenanceType: 'train' }, context), { kind: 'snooze', forMs: 0, why: 'there is more to do' })
})

test('what only people can mend fails at once, everything else is tried again', () => {
  for (const code of ['spam/unreadable-model', 'spam/no-rules-url', 'spam/bad-rules'] as const) {
    assert.deepEqual(variant.classify(new RotaError(code, 'why')), { kind: 'fail', why: 'why' })
  }
  for (const error of [new RotaError('spam/fetch-failed', 'why'), new RotaError('store/conflict', 'why'), new Error('why')]) {
    assert.deepEqual(variant.classify(error), { kind: 'retry', why: 'why' })
  }
})
