import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runContext, runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import variant from './destroy-account.ts'
import type { Deps } from './destroy-account.ts'

const ANN = { accountId: 'a1', accountName: 'ann', accountDomainId: 'd1', accountType: 'User' } as const

function fakeRemoval(options: { total?: number | null; running?: number; parts?: readonly number[] } = {}) {
  const calls: string[] = []
  const removal: Deps['removal'] = {
    async begin(accountId) {
      calls.push(`begin ${accountId}`)
      return options.total === undefined ? 5 : options.total
    },
    async stopTasks(accountId, own) {
      calls.push(`stop ${accountId} but ${own}`)
      return options.running ?? 0
    },
    async * remove(accountId) {
      for (const part of options.parts ?? []) {
        calls.push(`remove ${accountId}`)
        yield part
      }
    },
  }
  return { calls, deps: { removal } }
}

test('DestroyAccount declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DestroyAccount is queued in the account lane, once for an account', () => {
  assert.deepEqual([variant.lane, variant.duty], ['account', 'accountMaintenance'])
  assert.deepEqual([variant.orderingKey(ANN), variant.dedupeKey?.(ANN)], ['a1', 'a1'])
})

test('DestroyAccount stops the tasks of the account, then removes part after part and says how far it is', async () => {
  const { calls, deps } = fakeRemoval({ parts: [2, 2, 1, 0] })
  const reached: unknown[] = []
  const context = { ...runContext<Deps>(deps), checkpoint: async (progress?: unknown) => { reached.push(progress) } }
  assert.deepEqual(await variant.run?.({ ...ANN, id: 't1' }, context), { kind: 'done' })
  assert.deepEqual(calls, ['begin a1', 'stop a1 but t1', ...Array.from({ length: 4 }, () => 'remove a1')])
  assert.deepEqual(reached, [2, 4, 5, 5].map(done => ({ done, total: 5 })))
})

test('DestroyAccount removes nothing of an account that is there', async () => {
  const { calls, deps } = fakeRemoval({ total: null, parts: [1] })
  const [outcome] = await runTasks(variant, [ANN], deps)
  assert.equal(outcome?.kind, 'done')
  assert.deepEqual(calls, ['begin a1'])
})

test('DestroyAccount waits for tasks that still run, without an attempt being counted', async () => {
  const { calls, deps } = fakeRemoval({ running: 2, parts: [1] })
  const [outcome] = await runTasks(variant, [ANN], deps)
  assert.ok(outcome?.kind === 'snooze' && outcome.why.includes('2 other tasks'))
  assert.ok(!calls.includes('remove a1'))
})

test('DestroyAccount gives others a turn after ten minutes', async () => {
  const { calls, deps } = fakeRemoval({ parts: [1, 1, 1, 1] })
  let now = 0
  const context = { ...runContext<Deps>(deps), now: () => { now += 300_001; return now } }
  const outcome = await variant.run?.({ ...ANN, id: 't1' }, context)
  assert.ok(outcome?.kind === 'snooze' && outcome.forMs === 0, JSON.stringify(outcome))
  assert.equal(calls.filter(call => call === 'remove a1').length, 2)
})

test('DestroyAccount stops between two parts when it is told to', async () => {
  const { calls, deps } = fakeRemoval({ parts: [1, 1, 1] })
  const stop = new AbortController()
  const context = { ...runContext<Deps>(deps, { signal: stop.signal }) }
  const removal = deps.removal
  const stopping: Deps['removal'] = { ...removal, async * remove(accountId) {
    for await (const part of removal.remove(accountId)) {
      stop.abort(new Error('drained'))
      yield part
    }
  } }
  await assert.rejects(async () => variant.run?.({ ...ANN, id: 't1' }, { ...context, deps: { removal: stopping } }), /drained/)
  assert.equal(calls.filter(call => call === 'remove a1').length, 1)
})

test('DestroyAccount tries again after trouble with the store', () => {
  assert.equal(variant.classify(new RotaError('store/unavailable', 'away')).kind, 'retry')
})
