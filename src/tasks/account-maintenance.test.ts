import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runContext, runTasks } from '../../test/support/run-task.ts'
import { RotaError } from '../errors.ts'
import type { PurgedSums } from '../services/upkeep/account-purge.ts'
import type { Deps } from './account-maintenance.ts'
import variant from './account-maintenance.ts'

test('AccountMaintenance declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('AccountMaintenance is queued in the account lane, under its own key', () => {
  assert.equal(variant.lane, 'account')
  assert.equal(variant.duty, 'accountMaintenance')
  assert.equal(variant.orderingKey({ accountId: 'a1', maintenanceType: 'purge' }), 'a1')
  assert.equal(variant.dedupeKey?.({ accountId: 'a1', maintenanceType: 'purge' }), 'a1/purge')
  assert.equal(variant.band, 1)
})

test('AccountMaintenance is for everybody to create, whatever its type', () => {
  assert.equal(variant.creatable, true)
  assert.equal(variant.refuse, undefined)
})

const deps = (emails: readonly string[], read: number[] = []) => ({
  inventory: { emailCount: async () => emails.length, emails: async (_id: string, after: string) => emails.filter(id => id > after) },
  recount: { account: async (_id: string, counted: (emails: number) => Promise<void>) => {
    for (const count of read) await counted(count)
    return { octets: -12, emails: -2 }
  } },
  accountPurge: { account: async () => ({}) },
  renumbering: { account: async () => 0 },
})

test('reindexing hands every message of the account to a task that goes behind everybody', async () => {
  const [outcome] = await runTasks(variant, [{ accountId: 'a1', maintenanceType: 'reindex' }], deps(['m1', 'm2']))
  assert(outcome?.kind === 'spread')
  assert.deepEqual(outcome.children.map(({ variant: name, payload, band }) => [name, payload, band]), ['m1', 'm2'].map(documentId =>
    ['IndexDocument', { accountId: 'a1', documentId, documentType: 'email' }, 1]))
})

test('counting again stops when it is told to', async () => {
  const [outcome] = await runTasks(variant, [{ accountId: 'a1', maintenanceType: 'recalculateQuota' }], deps(['m1'], [1]))
  assert.deepEqual(outcome, { kind: 'done', note: 'corrected by -12 octets and -2 messages' })
  const stopped = AbortSignal.abort(new Error('stop'))
  await assert.rejects(runTasks(variant, [{ accountId: 'a1', maintenanceType: 'recalculateQuota' }], deps(['m1'], [1]), { signal: stopped }), /stop/)
})

/** Fifty messages a transaction, `count` in all. */
const purging = (count: number) => ({
  async account(_accountId: string, told: (sums: PurgedSums) => Promise<void>) {
    for (let messages = 50; messages < count; messages += 50) await told({ messages })
    return count === 0 ? {} : { 'messages': count, 'log entries': 3 }
  },
})
const PURGE = { accountId: 'a1', maintenanceType: 'purge' } as const

test('a purge says what went, and stops between two transactions when it is told to', async () => {
  assert.deepEqual(await runTasks(variant, [PURGE], { ...deps([]), accountPurge: purging(57) }), [{ kind: 'done', note: 'messages: 57, log entries: 3' }])
  assert.deepEqual(await runTasks(variant, [PURGE], { ...deps([]), accountPurge: purging(0) }), [{ kind: 'done', note: 'nothing was over' }])
  const signal = AbortSignal.abort(new Error('stop'))
  await assert.rejects(runTasks(variant, [PURGE], { ...deps([]), accountPurge: purging(57) }, { signal }), /stop/)
})

test('new UIDs are given out under the id of the task, with its progress', async () => {
  const [asked, told]: unknown[][] = [[], []]
  const renumbering: Deps['renumbering'] = { async account(accountId, taskId, tell) {
    asked?.push(accountId, taskId)
    await tell({ done: 100, total: 101 })
    return 101
  } }
  const context = { ...runContext<Deps>({ ...deps([]), renumbering }), checkpoint: async (progress?: unknown) => { told?.push(progress) } }
  const outcome = await variant.run?.({ accountId: 'a1', maintenanceType: 'recalculateImapUid', id: 't1' }, context)
  assert.deepEqual([outcome, asked, told], [{ kind: 'done', note: '101 UIDs given out' }, ['a1', 't1'], [{ done: 100, total: 101 }]])
})

test('long work gives others a turn after five minutes, and goes on afterwards', async () => {
  let now = 0
  const context = { ...runContext<Deps>({ ...deps([]), accountPurge: purging(1_000) }), now: () => { now += 100_000; return now } }
  assert.deepEqual(await variant.run?.({ ...PURGE, id: 't1' }, context), { kind: 'snooze', forMs: 0, why: 'there is more to do' })
  assert.equal(now, 400_000)
})

test('an account that is gone needs no upkeep; other trouble is tried again', () => {
  assert.equal(variant.classify(new RotaError('mail/account-gone', 'gone')).kind, 'done')
  assert.equal(variant.classify(new RotaError('store/unavailable', 'away')).kind, 'retry')
})
