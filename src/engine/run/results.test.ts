import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeVariant, taskRow } from '../../../test/support/rows.ts'
import { RETRY_DEFAULTS } from '../../base/retry-plan.ts'
import { taskDefiner, type Outcome } from '../task-variant.ts'
import { unrunnable, writable, written, type Circumstances } from './results.ts'

const NOW = 1_800_000_000_000
const variant = probeVariant({ run: async () => ({ kind: 'done' }) })
const row = taskRow('a', { version: 7 })
const about: Circumstances = {
  settings: RETRY_DEFAULTS, now: NOW, random: { next: () => 0.5 }, requested: false, changed: false, pinned: false,
  toRow: draft => ({ ...taskRow('f'), variant: draft.variant }),
}
const write = (outcome: Outcome | { kind: 'stopped' }, circumstances: Partial<Circumstances> = {}) =>
  written(row, variant, { outcome, startedAt: NOW, durationMs: 1 }, { ...about, ...circumstances })

test('done deletes the version that ran and brings its follow-ups', () => {
  const { finish, outcome } = write({ kind: 'done', followUps: [{ variant: 'Next', payload: {} }] })
  assert.equal(outcome, 'done')
  assert.ok(finish?.kind === 'done')
  assert.deepEqual([finish.version, finish.followUps?.map(task => task.variant)], [7, ['Next']])
})

test('retry and fail write the next state, and a failure that ends the budget is kept as failed', () => {
  const retry = write({ kind: 'retry', why: 'x' })
  assert.ok(retry.finish?.kind === 'again')
  assert.deepEqual([retry.outcome, retry.finish.state.status, retry.finish.crashes, retry.error], ['retry', 'Retry', 0, 'x'])
  assert.equal(write({ kind: 'fail', why: 'x' }).outcome, 'failed')
  assert.equal(write({ kind: 'retry', why: 'x', attemptsMax: 0 }).outcome, 'failed')
})

test('a snooze may carry a changed payload', () => {
  const { finish, outcome } = write({ kind: 'snooze', forMs: 10, why: 'w', payload: { at: 5 } })
  assert.ok(finish?.kind === 'again')
  assert.deepEqual([outcome, finish.payload, finish.state.due], ['snooze', { at: 5 }, NOW + 10])
})

test('a spread brings children that know their parent, charges nothing and is not kept', () => {
  const { finish, outcome } = write({ kind: 'spread', forMs: 10, why: 'w', payload: { at: 5 }, children: [{ variant: 'Part', payload: {} }] })
  assert.ok(finish?.kind === 'again')
  assert.deepEqual([finish.state.due, finish.state.attempt, finish.payload], [NOW + 10, 0, { at: 5 }])
  assert.deepEqual([outcome, finish.children?.map(task => [task.variant, task.parentId])], [null, [['Part', 'a']]])
})

test('what a run says of what it did is kept, in bounds', () => {
  assert.equal(write({ kind: 'done', note: '3 done' }).note, '3 done')
  assert.equal(write({ kind: 'done', note: 'x'.repeat(10_000) }).note?.length, 500)
  assert.equal(write({ kind: 'done' }).note, null)
})

test('a stopped run writes nothing, unless its pin must be taken back', () => {
  assert.deepEqual(write({ kind: 'stopped' }), { finish: null, outcome: null, error: null, note: null })
  assert.deepEqual(write({ kind: 'stopped' }, { pinned: true }).finish, { kind: 'release', id: 'a' })
})

test('a run that was stopped because its row had changed is kept in the history', () => {
  assert.deepEqual(write({ kind: 'stopped' }, { changed: true, pinned: true }), { finish: { kind: 'release', id: 'a' }, outcome: 'cancelled', error: null, note: null })
})

test('a run that stopped on request lets its row go, which carries the request out; one that was done all the same is done', () => {
  assert.deepEqual(write({ kind: 'stopped' }, { requested: true, pinned: true }).finish, { kind: 'release', id: 'a' })
  assert.equal(write({ kind: 'retry', why: 'x' }, { requested: true }).outcome, 'cancelled')
  assert.equal(write({ kind: 'done' }, { requested: true }).finish?.kind, 'done')
})

test('a task whose work is not there must not run, and says why', () => {
  assert.match(unrunnable(row, undefined, RETRY_DEFAULTS, NOW)?.failureReason ?? '', /does not know the variant Probe/)
  const planned = taskDefiner(['probing']).planned({
    name: 'Later', label: 'Later', doc: '', duty: 'probing', lane: 'probe', fields: {}, orderingKey: () => null, creatable: true, notBuilt: 'comes later',
  })
  assert.equal(unrunnable(row, planned, RETRY_DEFAULTS, NOW)?.failureReason, 'comes later')
  assert.equal(unrunnable(row, variant, RETRY_DEFAULTS, NOW), null)
})

test('crashes use up the attempts of a task', () => {
  assert.equal(unrunnable({ ...row, crashes: 3, attempt: 3 }, variant, RETRY_DEFAULTS, NOW), null)
  assert.equal(unrunnable({ ...row, crashes: 4, attempt: 4, failureReason: 'node died' }, variant, RETRY_DEFAULTS, NOW)?.failureReason, 'node died')
  assert.equal(unrunnable({ ...row, crashes: 0, attempt: 9 }, variant, RETRY_DEFAULTS, NOW), null, 'attempts alone are the business of the retry arithmetic')
})

test('a follow-up that cannot be made fails the task that wanted it', () => {
  const result = { outcome: { kind: 'done', followUps: [{ variant: 'Nowhere', payload: {} }] }, startedAt: NOW, durationMs: 1 } as const
  const { finish, outcome, error } = writable(row, variant, result, { ...about, toRow: () => { throw new Error('unknown variant Nowhere') } })
  assert.ok(finish?.kind === 'again')
  assert.deepEqual([outcome, finish.state.status], ['failed', 'Failed'])
  assert.match(error ?? '', /unknown variant Nowhere/)
})
