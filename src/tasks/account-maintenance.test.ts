import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
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

test('AccountMaintenance says why it is refused', () => {
  assert.match(variant.refuse?.({ accountId: 'a1', maintenanceType: 'purge' }) ?? '', /not built/)
  assert.match(variant.refuse?.({ accountId: 'a1', maintenanceType: 'recalculateImapUid' }) ?? '', /no IMAP/)
  assert.equal(variant.refuse?.({ accountId: 'a1', maintenanceType: 'reindex' }), null)
})

const deps = (emails: readonly string[], read: number[] = []) => ({
  inventory: { emailCount: async () => emails.length, emails: async (_id: string, after: string) => emails.filter(id => id > after) },
  recount: { account: async (_id: string, counted: (emails: number) => Promise<void>) => {
    for (const count of read) await counted(count)
    return { octets: -12, emails: 0 }
  } },
})

test('reindexing hands every message of the account to a task that goes behind everybody', async () => {
  const [outcome] = await runTasks(variant, [{ accountId: 'a1', maintenanceType: 'reindex' }], deps(['m1', 'm2']))
  assert(outcome?.kind === 'spread')
  assert.deepEqual(outcome.children.map(({ variant: name, payload, band }) => [name, payload, band]), ['m1', 'm2'].map(documentId =>
    ['IndexDocument', { accountId: 'a1', documentId, documentType: 'email' }, 1]))
})

test('counting again stops when it is told to', async () => {
  const [outcome] = await runTasks(variant, [{ accountId: 'a1', maintenanceType: 'recalculateQuota' }], deps(['m1'], [1]))
  assert.deepEqual(outcome, { kind: 'done', note: 'corrected by -12 octets' })
  const stopped = AbortSignal.abort(new Error('stop'))
  await assert.rejects(runTasks(variant, [{ accountId: 'a1', maintenanceType: 'recalculateQuota' }], deps(['m1'], [1]), { signal: stopped }), /stop/)
})
