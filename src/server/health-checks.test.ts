import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../engine/assign/findings.ts'
import type { AddressState } from '../listeners/endpoint.ts'
import type { ListenerState } from '../listeners/manager.ts'
import { healthChecks, type HealthSubjects } from './health-checks.ts'

const WELL: HealthSubjects = {
  store: { ping: () => Promise.resolve() }, role: () => ({ kind: 'none' }), listeners: () => [], unmatchedBinds: () => [],
  certificates: () => ({ loaded: 0, problems: [], unreadable: {}, inUse: [] }), spamProblem: () => null, now: () => Date.UTC(2026, 0, 1),
  phase: () => 'working', trusted: () => true, findings: () => [],
}
const listener = (name: string, state: AddressState['state'], error: string | null = null): ListenerState => {
  const address = { address: '127.0.0.1', port: 25, state, error, since: 0, connections: 0 }
  return { id: name, name, protocol: 'smtp', addresses: [address], tls: false }
}

/** The reply of one check with these subjects changed. */
async function reply(check: string, changed: Partial<HealthSubjects>) {
  const found = healthChecks({ ...WELL, ...changed }).find(each => each.check === check)
  assert.ok(found)
  return found.run()
}

test('a node that is well is ready', async () => {
  for (const { run } of healthChecks(WELL)) assert.equal((await run()).ok, true)
})

test('a listener that is not up is a reason, one that drains is none', async () => {
  const down = await reply('listeners', { listeners: () => [listener('a', 'up'), listener('b', 'failed', 'port in use')] })
  assert.deepEqual(down, { ok: false, detail: 'b: smtp 127.0.0.1:25 failed (port in use)' })
  for (const state of ['starting', 'unsupported'] as const) {
    assert.equal((await reply('listeners', { listeners: () => [listener('a', state)] })).ok, false)
  }
  assert.equal((await reply('listeners', { listeners: () => [listener('a', 'draining')] })).ok, true)
})

test('an address for a listener that the role leaves out is said, and no reason', async () => {
  const { ok, detail } = await reply('listeners', { listeners: () => [listener('a', 'up')], unmatchedBinds: () => ['http'] })
  assert.equal(ok, true)
  assert.match(detail, /^a up; ROTA_LISTENER_BIND names .*: http$/)
})

test('an unknown role, a stop and a lost lease are reasons', async () => {
  assert.equal((await reply('role', { role: () => ({ kind: 'unknown', name: 'x' }) })).ok, false)
  for (const phase of ['joining', 'draining', 'stopped'] as const) {
    assert.deepEqual(await reply('node', { phase: () => phase }), { ok: false, detail: `the node is ${phase}` })
  }
  assert.equal((await reply('node', { trusted: () => false })).ok, false)
})

test('a lane without a node is said, but not held against this one', async () => {
  const finding = (text: string): Finding => ({ severity: 'error', kind: 'laneWithoutNode', subject: 'search', text, advice: '' })
  const found = (count: number) => reply('coverage', { findings: () => Array.from({ length: count }, (_, index) => finding(`No. ${index}.`)) })
  assert.deepEqual(await found(2), { ok: true, detail: 'No. 0. No. 1.' })
  assert.match((await found(25)).detail, /No\. 19\. And 5 more\.$/)
})

test('a certificate that ends within two weeks, is over or cannot be read is said, but no reason to take the node out', async () => {
  const day = (date: number) => Date.UTC(2026, 0, date)
  const report = {
    loaded: 3, unreadable: {}, problems: ['certificate b: privateKey cannot be read from /etc/tls/key.pem on this node (ENOENT).'],
    inUse: [
      { name: 'mail.example.org', notValidAfter: day(14) }, { name: 'late.example.org', notValidAfter: day(16) },
      { name: 'old.example.org', notValidAfter: day(-3) },
    ],
  }
  assert.deepEqual(await reply('certificates', { certificates: () => report }), {
    ok: true,
    detail: 'certificates: 3; certificate b: privateKey cannot be read from /etc/tls/key.pem on this node (ENOENT).; '
      + 'the certificate of old.example.org is over since 2025-12-28; the certificate of mail.example.org ends on 2026-01-14',
  })
})

test('a spam filter that does not work is said, and no reason', async () => {
  assert.deepEqual(await reply('spam filter', { spamProblem: () => 'its content is missing' }), { ok: true, detail: 'mail is not judged as it should be: its content is missing' })
})
