import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeRow } from '../engine/ports/node.ts'
import type { NetworkListener } from '../listeners/network-listener.ts'
import { listenerPreviews, type ListenersNow } from './listener-preview.ts'

const SMTP: NetworkListener = {
  id: 'l1', name: 'smtp', protocol: 'smtp', bind: { '10.0.0.1:25': true }, maxConnections: 10, socketBacklog: 10, socketNoDelay: true, socketReusePort: false,
  overrideProxyTrustedNetworks: {}, useTls: true, tlsImplicit: false, tlsTimeout: 1_000, tlsDisableProtocols: {}, tlsDisableCipherSuites: {}, tlsIgnoreClientOrder: true,
}
const node = (nodeId: number, role: string | null, binds: Readonly<Record<string, string>> = {}): NodeRow => ({
  incarnation: `i${nodeId}`, nodeId, hostname: `mx${nodeId}`, role, duties: [], pushShard: null, draining: false, version: '1', startedAt: 0, renewedAt: 0, expiresAt: 1,
  drainRequested: false, info: { binds },
})
const FRONT = { name: 'front', listeners: { '@type': 'EnableSome', listenerIds: { l1: true } } }
const NOW: ListenersNow = { nodes: [node(1, null), node(2, 'front'), node(3, 'gone'), node(4, null, { smtp: '127.0.0.1:2525' })], roles: [FRONT], listeners: [SMTP] }
const { compare } = listenerPreviews<never>({ roles: () => Promise.resolve([]), listeners: () => Promise.resolve([]) })

/** What changes when these are the listeners. */
function after(...listeners: readonly NetworkListener[]): string[] {
  return compare(NOW, { ...NOW, listeners }).nodes.flatMap(({ hostname, addresses }) =>
    addresses.map(({ listener, address, effect, error }) => `${hostname} ${listener} ${address} ${effect}${error === null ? '' : `: ${error}`}`))
}

test('an address moves where the role opens the listener, and not on a node that has an address of its own', () => {
  assert.deepEqual(after({ ...SMTP, bind: { '10.0.0.2:25': true } }), [
    'mx1 smtp 10.0.0.1:25 closes', 'mx1 smtp 10.0.0.2:25 opens', 'mx2 smtp 10.0.0.1:25 closes', 'mx2 smtp 10.0.0.2:25 opens',
  ])
})

test('a new listener opens where the role opens all, or there is none', () => {
  const lmtp: NetworkListener = { ...SMTP, id: 'l2', name: 'lmtp', protocol: 'lmtp', bind: { '10.0.0.1:24': true } }
  assert.deepEqual(after(SMTP, lmtp), ['mx1 lmtp 10.0.0.1:24 opens', 'mx4 lmtp 10.0.0.1:24 opens'])
})

test('settings of the socket bind it anew, those of the connection do not, and limits change nothing', () => {
  assert.deepEqual(after({ ...SMTP, socketBacklog: 99 }), ['mx1 smtp 10.0.0.1:25 rebinds', 'mx2 smtp 10.0.0.1:25 rebinds', 'mx4 smtp 127.0.0.1:2525 rebinds'])
  assert.deepEqual(after({ ...SMTP, tlsImplicit: true }).map(line => line.split(' ').at(-1)), ['replaces', 'replaces', 'replaces'])
  assert.deepEqual(after({ ...SMTP, maxConnections: 1 }), [])
})

test('what a node would not even try comes with the reason, and what was so before is not told again', () => {
  const twin: NetworkListener = { ...SMTP, id: 'l3', name: 'twin' }
  assert.deepEqual(after(SMTP, twin), [
    "mx1 twin 10.0.0.1:25 fails: 10.0.0.1:25 is already bound by the listener 'smtp'", 'mx4 twin 10.0.0.1:25 opens',
  ])
  const known = { ...NOW, listeners: [SMTP, twin] }
  assert.deepEqual(compare(known, known), { nodes: [] })
})
