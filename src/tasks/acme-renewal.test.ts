import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import type { Renewal } from '../services/acme/renewal.ts'
import variant from './acme-renewal.ts'

test('AcmeRenewal declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('AcmeRenewal is queued in the acme lane, under its own key, and never given up', () => {
  assert.equal(variant.lane, 'acme')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey({ domainId: 'd1' }), 'd1')
  assert.equal(variant.dedupeKey?.({ domainId: 'd1' }), 'd1')
  assert.equal(variant.perpetual, true)
  assert.equal(variant.creatable, true)
})

async function run(renewal: Renewal) {
  const asked: string[] = []
  const [outcome] = await runTasks(variant, [{ domainId: 'd1' }], {
    certificateRenewal: { renew: id => { asked.push(id); return Promise.resolve(renewal) } },
  })
  assert.deepEqual(asked, ['d1'])
  return outcome
}
const next = (due: number) => [{ variant: 'AcmeRenewal', payload: { domainId: 'd1' }, due }]

test('a domain that is renewed has a next task, whether or not there was anything to do', async () => {
  const stored = { kind: 'stored', nextAt: 7, names: ['a.example', 'b.example'], publishesKeys: false } as const
  assert.deepEqual(await run(stored), { kind: 'done', note: 'renewed for a.example, b.example', followUps: next(7) })
  assert.deepEqual(await run({ ...stored, publishesKeys: true }), {
    kind: 'done', note: 'renewed for a.example, b.example',
    followUps: [...next(7), { variant: 'DnsManagement', payload: { domainId: 'd1', updateRecords: { tlsa: true }, onSuccessRenewCertificate: false } }],
  })
  assert.deepEqual(await run({ kind: 'notDue', nextAt: 8, why: 'it is due on Friday' }), { kind: 'done', note: 'it is due on Friday', followUps: next(8) })
  assert.deepEqual(await run({ kind: 'nothing', why: 'the domain is gone' }), { kind: 'done', note: 'nothing to renew: the domain is gone' })
})

test('waiting takes no place and uses no attempt', async () => {
  assert.deepEqual(await run({ kind: 'waits', forMs: 2_000, why: 'the authority looks' }), { kind: 'snooze', forMs: 2_000, why: 'the authority looks' })
})

test('a failure is tried as often as the provider says, or not again', async () => {
  const failed = { kind: 'failed', permanent: false, why: 'too many', afterMs: null, attemptsMax: 10 } as const
  assert.deepEqual(await run(failed), { kind: 'retry', why: 'too many', attemptsMax: 10 })
  assert.deepEqual(await run({ ...failed, afterMs: 5 }), { kind: 'retry', why: 'too many', attemptsMax: 10, afterMs: 5 })
  assert.deepEqual(await run({ ...failed, permanent: true }), { kind: 'fail', why: 'too many' })
})

test('the store may be away for a while', () => {
  assert.deepEqual(variant.classify(new Error('the store is away')), { kind: 'retry', why: 'the store is away' })
})
