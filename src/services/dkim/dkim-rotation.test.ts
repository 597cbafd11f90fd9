import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { dnsFailure } from '../dns/dns-failure.ts'
import type { DnsFailure } from '../dns/dns-failure.ts'
import type { DnsUpdater } from '../dns/dns-updater.ts'
import type { Spread } from '../dns/propagation.ts'
import { sameRecords, textOf } from '../dns/record.ts'
import type { DnsRecord } from '../dns/record.ts'
import type { ZoneAccess } from '../domain-dns/zone-access.ts'
import { DkimRotation } from './dkim-rotation.ts'

const DAY_MS = 86_400_000
const { signal } = new AbortController()

/** A zone in memory, whose name servers know everything at once unless it is said otherwise. */
class Zone implements DnsUpdater {
  readonly records = new Map<string, readonly DnsRecord[]>()
  spread: Spread = { kind: 'everywhere' }
  failure: DnsFailure | null = null
  delayMs: number | null = null

  async read(owner: string) { return this.failure ?? { kind: 'rrset' as const, ttlS: 0, records: this.records.get(owner) ?? [] } }
  async replace(owner: string, _type: string, { records, before }: Parameters<DnsUpdater['replace']>[2]) {
    assert.ok(sameRecords(before, this.records.get(owner) ?? []))
    if (records.length === 0) this.records.delete(owner)
    else this.records.set(owner, records)
    return { kind: 'written' as const }
  }
  async remove(owner: string) {
    this.records.delete(owner)
    return { kind: 'written' as const }
  }
  get selectors(): string[] { return [...this.records.keys()].map(owner => owner.split('.')[0] ?? '').sort() }
  access = async (): Promise<ZoneAccess> => ({
    zone: 'example.org', updater: this, ttlS: 60, pollingMs: 15_000, propagationTimeoutMs: 60_000, propagationDelayMs: this.delayMs, spread: async () => this.spread,
  })
}

let registry: TestRegistry
let zone: Zone
let domainId: Id
beforeEach(async () => {
  registry = await openRegistry()
  zone = new Zone()
  const dnsServerId = await registry.create('DnsServer', { '@type': 'Tsig', description: 'x', host: '127.0.0.1', keyName: 'k', key: { '@type': 'Value', secret: Buffer.alloc(16).toString('base64') } })
  domainId = await registry.create('Domain', {
    name: 'example.org', dnsManagement: { '@type': 'Automatic', dnsServerId, publishRecords: ['dkim'] }, dkimManagement: { '@type': 'Automatic', algorithms: ['Dkim1Ed25519Sha256'] },
  })
})

const rotate = (told: (steps: number) => Promise<void> = () => Promise.resolve()) =>
  new DkimRotation({ store: registry.store, ids: registry.ids, clock: registry.clock, variables: {}, access: zone.access }).rotate(domainId, signal, told)
async function keys(): Promise<JsonObject[]> {
  return Promise.all((await registry.query('DkimSignature', { sort: [{ property: 'id', isAscending: true }] })).map(id => registry.get('DkimSignature', id)))
}
const stages = async () => (await keys()).map(({ stage }) => stage)
const next = async (): Promise<number> => {
  const end = await rotate()
  return end.kind === 'rotated' ? (end.nextAt ?? -1) - registry.clock.now() : assert.fail(JSON.stringify(end))
}

test('a key is made, published and exchanged, and every wait is a due time', async () => {
  assert.ok(Math.abs(await next() - 90 * DAY_MS) < 1_000)
  const [first] = await keys()
  assert.deepEqual([first?.['stage'], zone.selectors], ['active', [first?.['selector']]])
  const published = [...zone.records.values()].flat().map(textOf)
  assert.deepEqual(published, [first?.['publicKey']])
  await registry.clock.advance(90 * DAY_MS)
  assert.ok(Math.abs(await next() - 7 * DAY_MS) < 1_000)
  assert.deepEqual([await stages(), zone.selectors.length], [['retiring', 'active'], 2])
  await registry.clock.advance(7 * DAY_MS)
  assert.ok(Math.abs(await next() - 30 * DAY_MS) < 1_000)
  assert.deepEqual([await stages(), zone.selectors.length], [['retired', 'active'], 1])
  await registry.clock.advance(30 * DAY_MS)
  assert.ok(Math.abs(await next() - 53 * DAY_MS) < 1_000)
  assert.deepEqual(await stages(), ['active'])
})

test('the key that is stored belongs to the record, and clients do not see it', async () => {
  await rotate()
  const [stored] = await registry.store.read(async ({ objects }) => objects.get('DkimSignature', await objects.query('DkimSignature', { where: [], ascending: true, limit: 1 })))
  assert.ok(stored)
  const pem = String((stored.body['privateKey'] as JsonObject)['secret'])
  const spki = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' })
  assert.equal(stored.body['publicKey'], `v=DKIM1; k=ed25519; p=${spki.subarray(-32).toString('base64')}`)
  assert.ok(!JSON.stringify(await keys()).includes('PRIVATE'))
})

test('a new key does not sign before its record is everywhere, and the former one goes on', async () => {
  await rotate()
  await registry.clock.advance(90 * DAY_MS)
  zone.spread = { kind: 'missing', at: ['ns2.example.org'] }
  assert.ok(await next() <= 15_000)
  assert.deepEqual(await stages(), ['active', 'pending'])
  await registry.clock.advance(61_000)
  const late = await rotate()
  assert.match(late.kind === 'failed' ? late.why : '', /^v1-ed25519-\d+\._domainkey\.example\.org has not come to ns2\.example\.org$/)
  assert.deepEqual(await stages(), ['active', 'pending'])
  zone.spread = { kind: 'everywhere' }
  await next()
  assert.deepEqual(await stages(), ['retiring', 'active'])
})

test('a fixed wait asks nobody, and is waited for also by who died after the zone was changed', async () => {
  zone.delayMs = 3_600_000
  zone.spread = { kind: 'unknown', why: 'not asked' }
  assert.ok(await next() > 3_598_000)
  await registry.clock.advance(3_600_000)
  await next()
  assert.deepEqual(await stages(), ['active'])
})

test('what the server refuses is tried again, and keeps no other key from moving', async () => {
  await rotate()
  await registry.clock.advance(90 * DAY_MS)
  zone.failure = dnsFailure('refused', 'ns1')
  const end = await rotate()
  assert.match(end.kind === 'failed' ? end.why : '', /the DNS server ns1 refuses/)
  assert.deepEqual(await stages(), ['active', 'pending'])
  zone.failure = null
  await rotate()
  assert.deepEqual(await stages(), ['retiring', 'active'])
})

test('it may die after every step: the end is the same', async () => {
  for (let deathAt = 1; ; deathAt++) {
    let steps = 0
    const dying = async () => { if (++steps === deathAt) throw new Error('killed') }
    const times = [0, 90, 7, 30]
    let died = false
    for (const days of times) {
      await registry.clock.advance(days * DAY_MS)
      try {
        await rotate(dying)
      } catch (error) {
        assert.match(String(error), /killed/)
        died = true
        await rotate(dying)
      }
    }
    assert.deepEqual([await stages(), zone.selectors.length], [['active'], 1], `died after step ${deathAt}`)
    if (!died) break
    for (const id of await registry.query('DkimSignature')) await registry.call('DkimSignature/set', { destroy: [id] })
    zone.records.clear()
    assert.ok(deathAt < 30)
  }
})

test('there is nothing to do for a domain that is gone, or whose keys are managed by hand', async () => {
  await registry.update('Domain', domainId, { dkimManagement: { '@type': 'Manual' } })
  const manual = await rotate()
  assert.match(manual.kind === 'over' ? manual.why : '', /managed by hand/)
  await registry.call('Domain/set', { destroy: [domainId] })
  assert.deepEqual(await rotate(), { kind: 'over', why: 'the domain was destroyed' })
})
