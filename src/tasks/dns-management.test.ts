import assert from 'node:assert/strict'
import { test } from 'node:test'
import { declaredFields, expectedFields } from '../../test/support/declared-fields.ts'
import { runTasks } from '../../test/support/run-task.ts'
import type { Publication } from '../services/domain-dns/dns-publication.ts'
import variant from './dns-management.ts'

const TASK = { domainId: 'd1', updateRecords: { mx: true, spf: true }, onSuccessRenewCertificate: false } as const

test('DnsManagement declares the fields of the wire', () => {
  assert.deepEqual(declaredFields(variant), expectedFields(variant.name))
})

test('DnsManagement is queued in the domain lane, under its own key', () => {
  assert.equal(variant.lane, 'domain')
  assert.equal(variant.duty, 'taskQueueProcessing')
  assert.equal(variant.orderingKey(TASK), 'd1')
  assert.equal(variant.dedupeKey, undefined, 'each task carries something of its own')
})

test('DnsManagement is refused when nothing of it is published by this version', () => {
  assert.equal(variant.creatable, true)
  assert.match(variant.refuse?.({ ...TASK, updateRecords: {} }) ?? '', /^updateRecords must name at least one of dkim, tlsa, /)
  assert.match(variant.refuse?.({ ...TASK, updateRecords: { caa: true, autoConfig: true } }) ?? '', /are not published by this version/)
  assert.equal(variant.refuse?.({ ...TASK, updateRecords: { caa: true, mx: true } }), null)
})

async function outcome(end: Publication, task: Parameters<typeof variant.orderingKey>[0] = TASK) {
  const asked: unknown[] = []
  const dnsPublication = { publish: async (...[domainId, kinds, , told]: [string, readonly string[], AbortSignal, (done: number, total: number) => Promise<void>]) => {
    asked.push([domainId, kinds])
    await told(1, 2)
    return end
  } }
  const [is] = await runTasks(variant, [task], { dnsPublication })
  assert.deepEqual(asked, [['d1', ['mx', 'spf']]])
  return is
}

test('DnsManagement ends as the publication did: a failure that may go away is tried again, another is not', async () => {
  assert.deepEqual(await outcome({ kind: 'published', changed: 2, unchanged: 1, left: ['caa: none'] }), { kind: 'done', note: '2 changed, 1 were right already; left out caa: none' })
  assert.deepEqual(await outcome({ kind: 'gone' }), { kind: 'done', note: 'the domain was destroyed' })
  assert.deepEqual(await outcome({ kind: 'impossible', why: 'by hand' }), { kind: 'fail', why: 'by hand' })
  assert.deepEqual(await outcome({ kind: 'failed', permanent: false, why: 'silent' }), { kind: 'retry', why: 'silent' })
  assert.deepEqual(await outcome({ kind: 'failed', permanent: true, why: 'refused' }), { kind: 'fail', why: 'refused' })
  assert.deepEqual(variant.classify(new Error('oops')), { kind: 'retry', why: 'oops' })
})

test('DnsManagement has the certificate renewed afterwards, where that is asked for', async () => {
  const asked = { ...TASK, onSuccessRenewCertificate: true }
  const end = { kind: 'published', changed: 0, unchanged: 1, left: [] } as const
  assert.deepEqual(await outcome(end, asked), { kind: 'done', note: '0 changed, 1 were right already', followUps: [{ variant: 'AcmeRenewal', payload: { domainId: 'd1' } }] })
  assert.deepEqual(await outcome(end), { kind: 'done', note: '0 changed, 1 were right already' })
  assert.deepEqual(await outcome({ kind: 'failed', permanent: true, why: 'refused' }, asked), { kind: 'fail', why: 'refused' })
})
