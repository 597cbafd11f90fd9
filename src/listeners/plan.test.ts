import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BindAddress } from './bind.ts'
import type { NetworkListener } from './network-listener.ts'
import { plan, retryDelayMs, wanted } from './plan.ts'
import type { Target } from './plan.ts'

function listener(fields: Partial<NetworkListener>): NetworkListener {
  return {
    id: fields.name ?? 'smtp', name: 'smtp', protocol: 'smtp', bind: { '127.0.0.1:25': true },
    maxConnections: null, socketBacklog: null, socketNoDelay: true, socketReusePort: true,
    useTls: true, tlsImplicit: false, tlsTimeout: null,
    tlsDisableProtocols: {}, tlsDisableCipherSuites: {}, tlsIgnoreClientOrder: true, overrideProxyTrustedNetworks: {},
    ...fields,
  }
}

const MAIL = new Set(['smtp', 'lmtp', 'http'])
const want = (listeners: NetworkListener[], binds: Record<string, BindAddress> = {}) =>
  wanted(listeners, new Map(Object.entries(binds)), protocol => MAIL.has(protocol))
const keys = (targets: readonly Target[]) => targets.map(target => target.key)
const running = (listeners: NetworkListener[]) => new Map(want(listeners).targets.map(target => [target.key, target]))
const kinds = (before: NetworkListener[], now: NetworkListener[]) =>
  plan(running(before), want(now).targets).map(step => `${step.kind} ${step.kind === 'stop' ? step.key : step.target.key}`)

test('each address of a listener is a target; members set to anything but true are none', () => {
  const { targets, unserved } = want([listener({ bind: { '127.0.0.1:25': true, '[::1]:25': true, '127.0.0.2:25': null } })])
  assert.deepEqual(keys(targets), ['smtp 127.0.0.1:25', 'smtp [::1]:25'])
  assert.deepEqual(unserved, [])
})

test('an override replaces all addresses of its listener; names that match none are told', () => {
  const binds = { smtp: { host: '::1', port: 0 }, nosuch: { host: '127.0.0.1', port: 1 } }
  const { targets, unmatched } = want([listener({}), listener({ name: 'lmtp', bind: { '127.0.0.1:24': true } })], binds)
  assert.deepEqual(keys(targets), ['lmtp 127.0.0.1:24', 'smtp [::1]:0'])
  assert.deepEqual(unmatched, ['nosuch'])
})

test('what cannot be served is named, with the reason', () => {
  const { targets, unserved } = want([
    listener({ name: 'imap', protocol: 'imap', bind: { '127.0.0.1:143': true } }),
    listener({ name: 'odd', bind: { 'nonsense': true } }),
    listener({ name: 'first', bind: { '127.0.0.1:26': true } }),
    listener({ name: 'second', bind: { '127.0.0.1:026': true } }),
    listener({ name: 'mute', bind: { '127.0.0.1:27': true }, tlsDisableProtocols: { tls12: true, tls13: true } }),
    listener({ name: 'plain', bind: { '127.0.0.1:28': true }, useTls: false, tlsDisableProtocols: { tls12: true, tls13: true } }),
  ])
  assert.deepEqual(keys(targets), ['first 127.0.0.1:26', 'plain 127.0.0.1:28'])
  assert.deepEqual(unserved.map(({ listener: { name }, state, error }) => [name, state, error]), [
    ['imap', 'unsupported', 'this version of Rota has no imap server'],
    ['mute', 'failed', 'every TLS version or cipher suite is disabled'],
    ['odd', 'failed', "'nonsense' is no address; it must look like 127.0.0.1:25 or [::]:25"],
    ['second', 'failed', "127.0.0.1:26 is already bound by the listener 'first'"],
  ])
})

test('several listeners may take any free port', () => {
  const free = { '127.0.0.1:0': true }
  assert.equal(want([listener({ name: 'a', bind: free }), listener({ name: 'b', bind: free })]).targets.length, 2)
})

test('[::] leaves IPv4 alone only where an IPv4 address of the same port is wanted', () => {
  const { targets } = want([
    listener({ name: 'a', bind: { '[::]:25': true } }), listener({ name: 'b', bind: { '0.0.0.0:25': true } }),
    listener({ name: 'c', bind: { '[::]:26': true } }), listener({ name: 'd', bind: { '[::]:0': true } }),
    listener({ name: 'e', bind: { '127.0.0.1:0': true } }),
  ])
  assert.deepEqual(targets.filter(({ ipv6Only }) => ipv6Only).map(({ listener: { name } }) => name), ['a'])
})

test('only what changed is touched', () => {
  const before = listener({ bind: { '127.0.0.1:25': true, '127.0.0.1:26': true } })
  assert.deepEqual(kinds([], [before]), ['start smtp 127.0.0.1:25', 'start smtp 127.0.0.1:26'])
  assert.deepEqual(kinds([before], [before]), ['keep smtp 127.0.0.1:25', 'keep smtp 127.0.0.1:26'])
  assert.deepEqual(kinds([before], []), ['stop smtp 127.0.0.1:25', 'stop smtp 127.0.0.1:26'])
  assert.deepEqual(kinds([before], [listener({ bind: { '127.0.0.1:25': true, '127.0.0.1:27': true } })]),
    ['stop smtp 127.0.0.1:26', 'keep smtp 127.0.0.1:25', 'start smtp 127.0.0.1:27'])
})

test('socket settings bind anew, settings of connections do not, a limit needs neither', () => {
  for (const [fields, step] of [
    [{ socketBacklog: 7 }, 'rebind'], [{ socketReusePort: false }, 'rebind'],
    [{ useTls: false }, 'replace'], [{ tlsImplicit: true }, 'replace'], [{ tlsTimeout: 1 }, 'replace'], [{ protocol: 'lmtp' }, 'replace'],
    [{ tlsDisableProtocols: { tls12: true } }, 'replace'], [{ tlsIgnoreClientOrder: false }, 'replace'], [{ socketNoDelay: false }, 'replace'],
    [{ maxConnections: 3 }, 'keep'], [{ tlsDisableProtocols: { tls12: false } }, 'keep'],
  ] as const) assert.deepEqual(kinds([listener({})], [listener({ ...fields })]), [`${step} smtp 127.0.0.1:25`], JSON.stringify(fields))
})

test('after the steps of a plan exactly the wanted addresses run, whatever ran before', () => {
  const ports = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 })
  const one = fc.record({ name: fc.constantFrom('a', 'b', 'c'), ports, backlog: fc.constantFrom(1, 2) })
  const set = fc.uniqueArray(one, { selector: each => each.name })
  const definitions = set.map(list => list.map(({ name, ports: each, backlog }) =>
    listener({ name, socketBacklog: backlog, bind: Object.fromEntries(each.map(port => [`127.0.0.1:${port}`, true])) })))
  fc.assert(fc.property(definitions, definitions, (before, now) => {
    const targets = want(now).targets
    const left = new Map(running(before))
    const bound = () => [...left.values()].map(target => target.address.port)
    for (const step of plan(left, targets)) {
      if (step.kind === 'stop') left.delete(step.key)
      else left.set(step.target.key, step.target)
      if (step.kind === 'start') assert.equal(new Set(bound()).size, bound().length, 'no address is taken before it is free')
    }
    assert.deepEqual([...left.keys()].sort(), keys(targets).sort())
  }), { numRuns: 300 })
})

test('the wait doubles from one second to thirty', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 1_000].map(retryDelayMs), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
})
