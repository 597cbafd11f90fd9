import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { idSource, type Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { openMemoryStore } from '../../store/memory/store.ts'
import { dnsFailure } from '../dns/dns-failure.ts'
import type { DnsFailure } from '../dns/dns-failure.ts'
import type { DnsUpdater } from '../dns/dns-updater.ts'
import type { Spread } from '../dns/propagation.ts'
import { sameRecords, textOf, txt } from '../dns/record.ts'
import type { DnsRecord } from '../dns/record.ts'
import type { ZoneAccess } from '../domain-dns/zone-access.ts'
import { DnsProofs } from './dns-proofs.ts'
import { readProofs } from './records.ts'

const { signal } = new AbortController()
const OWNER = '_acme-challenge.mail.example.org'
const KEY = 'token.thumbprint'
const VALUE = createHash('sha256').update(KEY).digest('base64url')

let clock: VirtualClock
let store: Awaited<ReturnType<typeof openMemoryStore>>
let [domainId, dnsServerId]: [Id, Id] = ['', '']
/** TXT records of a zone, by owner. */
let zone: Map<string, readonly DnsRecord[]>
let failure: DnsFailure | null
let spread: Spread
let settings: Partial<ZoneAccess>

beforeEach(async () => {
  clock = new VirtualClock()
  store = await openMemoryStore({ clock })
  const ids = idSource(1, clock)
  ;[domainId, dnsServerId] = [ids.next(), ids.next()]
  ;[zone, failure, spread, settings] = [new Map(), null, { kind: 'everywhere' }, {}]
  await insert('DnsServer', dnsServerId, { '@type': 'Tsig' })
  await insert('Domain', domainId, { name: 'example.org', dnsManagement: { '@type': 'Automatic', dnsServerId } })
})

const insert = (object: string, id: Id, body: JsonObject) => store.transact(({ objects }) => objects.insert(object, id, body, [], []))
const updater: DnsUpdater = {
  read: owner => Promise.resolve(failure ?? { kind: 'rrset', ttlS: 60, records: zone.get(owner) ?? [] }),
  replace(owner, _type, { records, before }) {
    if (failure) return Promise.resolve(failure)
    if (!sameRecords(before, zone.get(owner) ?? [])) return Promise.resolve(dnsFailure('changed', 'ns1'))
    if (records.length === 0) zone.delete(owner)
    else zone.set(owner, records)
    return Promise.resolve({ kind: 'written' })
  },
  remove: (owner, type, before, aborted) => updater.replace(owner, type, { ttlS: 0, records: [], before }, aborted),
}
/** A node that has just started. */
const node = () => new DnsProofs({
  store, clock, variables: {},
  access: name => Promise.resolve({
    zone: name, updater, ttlS: 60, pollingMs: 2_000, propagationTimeoutMs: 60_000, propagationDelayMs: null, spread: () => Promise.resolve(spread), ...settings,
  }),
})
const give = (name = 'mail.example.org', key = KEY) => node().give(domainId, name, key, signal)
const takeBack = () => node().takeBack(domainId, signal)
const texts = (owner = OWNER) => (zone.get(owner) ?? []).map(textOf)
const writtenDown = async () => (await store.read(tx => readProofs(tx, domainId))).map(({ owner, value }) => [owner, value])

test('a proof stands at its name until it is taken back, and what others have there stays', async () => {
  zone.set(OWNER, [txt('of somebody else')])
  assert.deepEqual(await give(), { kind: 'given' })
  assert.deepEqual(texts(), ['of somebody else', VALUE])
  assert.equal(await takeBack(), null)
  assert.deepEqual([texts(), await writtenDown()], [['of somebody else'], []])
  assert.equal(await takeBack(), null, 'nothing is left to do')
})

test('a name and all names under it are proven at one place, each by its own', async () => {
  await give('example.org', 'a.t')
  await give('example.org', 'b.t')
  await give('example.org', 'b.t')
  assert.equal(texts('_acme-challenge.example.org').length, 2)
  await takeBack()
  assert.deepEqual([...zone], [])
})

test('it is written down before the zone is changed, so that whoever comes after a death takes it away', async () => {
  failure = dnsFailure('silent', 'ns1')
  const died = await give()
  assert.ok(died.kind === 'failed' && !died.permanent)
  assert.deepEqual(await writtenDown(), [[OWNER, VALUE]])
  // The update had come there all the same.
  zone.set(OWNER, [txt(VALUE)])
  assert.match(await takeBack() ?? '', /^_acme-challenge\.mail\.example\.org is still there: the DNS server ns1 did not answer/)
  assert.deepEqual(await writtenDown(), [[OWNER, VALUE]])
  failure = null
  assert.equal(await takeBack(), null)
  assert.deepEqual([[...zone], await writtenDown()], [[], []])
})

test('the authority may look when every name server has it, and is not kept waiting for ever', async () => {
  spread = { kind: 'missing', at: ['ns2.example.org'] }
  const why = `${OWNER} has not come to ns2.example.org`
  assert.deepEqual(await give(), { kind: 'spreads', why, afterMs: 2_000 })
  await clock.advance(59_000)
  assert.deepEqual(await give(), { kind: 'spreads', why, afterMs: 2_000 })
  spread = { kind: 'everywhere' }
  assert.deepEqual(await give(), { kind: 'given' })
  spread = { kind: 'unknown', why: 'nobody answers' }
  await clock.advance(1_000)
  assert.deepEqual(await give(), { kind: 'failed', permanent: false, why: `${OWNER} has not come to the name servers of example.org (nobody answers)` })
})

test('where name servers cannot be asked it waits for as long as the operator says', async () => {
  settings = { propagationDelayMs: 30_000, spread: () => Promise.reject(new Error('nobody is to be asked')) }
  assert.deepEqual(await give(), { kind: 'spreads', why: `${OWNER} is on its way to the name servers of example.org`, afterMs: 30_000 })
  await clock.advance(30_000)
  assert.deepEqual(await give(), { kind: 'given' })
})

test('what is to spread for as long as a setting allows has spread then', async () => {
  const longestMs = 7 * 86_400_000
  settings = { propagationDelayMs: longestMs, spread: () => Promise.reject(new Error('nobody is to be asked')) }
  assert.equal((await give()).kind, 'spreads')
  await clock.advance(longestMs)
  assert.deepEqual(await give(), { kind: 'given' })
})

test('what no repeat mends says what to change', async () => {
  assert.deepEqual(await give('mail.example.net'), {
    kind: 'failed', permanent: true,
    why: 'mail.example.net cannot be proven by DNS: it is not in example.org, whose records are published from here; leave it out of the names of the certificate',
  })
  failure = dnsFailure('refused', 'ns1')
  const refused = await give()
  assert.ok(refused.kind === 'failed' && refused.permanent)
  const manual = idSource(3, clock).next()
  await insert('Domain', manual, { name: 'example.com' })
  const byHand = await node().give(manual, 'example.com', KEY, signal)
  assert.ok(byHand.kind === 'failed' && byHand.permanent)
  assert.match(byHand.why, /managed by hand; set dnsManagement of the domain to Automatic$/)
})

test('a server that was destroyed leaves nothing to do, and eight days later nobody tries any more', async () => {
  await give()
  await store.transact(({ objects }) => objects.remove('DnsServer', dnsServerId))
  assert.equal(await takeBack(), null)
  assert.deepEqual(await writtenDown(), [])
  await insert('DnsServer', dnsServerId, { '@type': 'Tsig' })
  await give()
  await clock.advance(8 * 86_400_000 + 1)
  assert.deepEqual(await writtenDown(), [])
})
