import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeOf } from '../../api/cluster.ts'
import type { Lane } from './facts.ts'
import { certificateOf, laneOf, scheduleOf } from './facts.ts'
import type { Facts } from './health.ts'
import { causesOf, verdictOf } from './health.ts'

const NOW = Date.parse('2026-11-22T11:20:00Z')
const MINUTE = 60_000
const WELL: Facts = {
  nowMs: NOW, findings: [], nodes: [], lanes: [], failed: 0, failures: [], lastHour: { runs: 500, retry: 1, failed: 0, durationMs: 1 }, certificates: [],
  schedules: [], unknown: [],
}
const LANE: Lane = laneOf({ name: 'search', buckets: 64, unowned: 0 }, undefined)
const NODE = nodeOf({ id: 'n1', hostname: 'mx1', status: 'active', lastRenewal: '2026-11-22T11:19:58Z' })

function kinds(facts: Partial<Facts>): string[] {
  return causesOf({ ...WELL, ...facts }).map(({ kind, severity }) => `${severity} ${kind}`)
}

test('a quiet cluster is well, and so is what this login may not see', () => {
  assert.equal(verdictOf(causesOf(WELL)), 'well')
  const blind = { findings: null, nodes: null, lanes: null, failed: null, failures: null, lastHour: null, certificates: null, schedules: null }
  assert.deepEqual(kinds(blind), [])
})

test('what could not be read is no health', () => {
  assert.deepEqual(kinds({ unknown: ['lanes'] }), ['attention unknown'])
})

test('work that waits is trouble before anything that only wants attention, however they came', () => {
  const found = kinds({
    failed: 12, findings: [
      { id: '1', severity: 'warning', kind: 'criticalLaneWithOneNode', subject: 'search', text: 'Only mx1 may work search.', advice: 'Give it to a second node.' },
      { id: '2', severity: 'error', kind: 'laneWithoutNode', subject: 'account', text: 'No live node works account.', advice: 'Start one.' },
    ],
  })
  assert.deepEqual(found, ['trouble finding', 'attention finding', 'attention failed'])
})

test('a node that died comes before what follows from it, and findings of one kind are one cause', () => {
  const alone = (subject: string) => ({ id: subject, severity: 'warning', kind: 'criticalLaneWithOneNode', subject, text: '', advice: '' } as const)
  const [silent, finding, ...more] = causesOf({ ...WELL, nodes: [{ ...NODE, status: 'stale' }], findings: [alone('search'), alone('push')] })
  assert.equal(silent?.kind, 'silentNode')
  assert.ok(finding?.kind === 'finding')
  assert.deepEqual(finding.subjects, ['search', 'push'])
  assert.deepEqual(more, [])
})

test('the longest wait of a lane counts from ten minutes on, and is trouble from an hour on', () => {
  const since = (minutes: number) => ({ ...LANE, waiting: 3, oldestDueMs: NOW - minutes * MINUTE })
  assert.deepEqual(kinds({ lanes: [since(9)] }), [])
  assert.deepEqual(kinds({ lanes: [since(11), { ...since(30), name: 'account' }] }), ['attention waiting', 'attention waiting'])
  assert.deepEqual(kinds({ lanes: [since(61)] }), ['trouble waiting'])
  const [first] = causesOf({ ...WELL, lanes: [since(11), { ...since(30), name: 'account' }] })
  assert.ok(first?.kind === 'waiting' && first.lane === 'account' && first.to.includes('f.lane=account'))
})

test('a failure rate says something only of enough runs', () => {
  const rate = (runs: number, failures: number) => kinds({ lastHour: { runs, retry: 1, failed: failures - 1, durationMs: 0 } })
  assert.deepEqual(rate(19, 19), [])
  assert.deepEqual(rate(100, 9), [])
  assert.deepEqual(rate(100, 10), ['attention failing'])
  assert.deepEqual(rate(100, 50), ['trouble failing'])
})

test('a node that fell silent wants attention; one that is silent for days, or drains, does not', () => {
  assert.deepEqual(kinds({ nodes: [NODE, { ...NODE, status: 'stale' }, { ...NODE, status: 'inactive' }, { ...NODE, draining: true }] }), ['attention silentNode'])
})

test('addresses that are not served are named; those that are, or go, are not', () => {
  const address = (listener: string, state: string) => ({ listener, protocol: 'smtp', address: '[::]:25', state, error: null, since: '', connections: 0 })
  const addresses = [address('web', 'up'), address('mail', 'failed'), address('imap', 'unsupported'), address('old', 'draining')]
  assert.deepEqual(kinds({ nodes: [{ ...NODE, addresses }] }), ['attention listener', 'attention listener'])
})

test('what a lane says of its load is taken, and a lane without tasks has none', () => {
  assert.deepEqual(laneOf({ name: 'push', buckets: 64, unowned: 3 }, undefined), {
    name: 'push', buckets: 64, unowned: 3, waiting: 0, oldestDueMs: null, running: 0, failed: 0,
  })
  const { waiting, oldestDueMs } = laneOf({ name: 'search' }, { waiting: 5, running: 2, failed: 1, oldestDue: '2026-11-22T11:00:00Z' })
  assert.deepEqual([waiting, oldestDueMs], [5, NOW - 20 * MINUTE])
})

test('certificates: over is trouble, soon is attention, the first to end first', () => {
  const until = (date: string) => certificateOf({ id: date, subjectAlternativeNames: { [date]: true }, notValidAfter: date })
  const certificates = [until('2027-11-22T00:00:00Z'), until('2026-12-01T00:00:00Z'), until('2026-11-25T00:00:00Z'), until('2026-11-22T00:00:00Z')]
  assert.deepEqual(kinds({ certificates }), ['trouble certificateOver', 'attention certificateEnds', 'attention certificateEnds'])
  const [, soonest] = causesOf({ ...WELL, certificates })
  assert.ok(soonest?.kind === 'certificateEnds' && soonest.name === '2026-11-25T00:00:00Z')
})

test('schedules: a slot that nobody saw, and a last task that has failed', () => {
  const of = (row: object) => kinds({ schedules: [scheduleOf({ id: 's', name: 'nightly', lastTaskId: 't1', nextSlot: '2026-11-23T03:00:00Z', problem: null, ...row })] })
  assert.deepEqual(of({}), [])
  assert.deepEqual(of({ problem: 'failed' }), ['attention scheduleFailed'])
  assert.deepEqual(of({ problem: 'late' }), ['attention scheduleLate'])
  assert.deepEqual(of({ nextSlot: null, pausedUntil: '9999-12-31T23:59:59Z' }), [])
})
