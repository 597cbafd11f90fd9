/** The records of a domain in a real name server: from the settings to the zone, with everything that goes wrong on the way. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import type { Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { systemClock } from '../../src/base/clock.ts'
import type { DnsRecordType } from '../../src/base/dns-record-type.ts'
import { CertificateReader } from '../../src/services/certificates/certificate-reader.ts'
import type { RecordType } from '../../src/services/dns/record.ts'
import { textOf, txt } from '../../src/services/dns/record.ts'
import { DnsPublication } from '../../src/services/domain-dns/dns-publication.ts'
import { bindMissing, SECRET, startBind, ZONE } from '../support/bind.ts'
import type { BindServer } from '../support/bind.ts'
import { openRegistry } from '../support/registry.ts'
import type { TestRegistry } from '../support/registry.ts'

const { signal } = new AbortController()

suite('the records of a domain', { skip: bindMissing() }, () => {
  let bind: BindServer
  let registry: TestRegistry
  let dnsServerId: Id
  let domainId: Id
  before(async () => {
    bind = await startBind(['mail IN A 127.0.0.1', 'other IN A 127.0.0.1', '@ IN TXT "site-verification=1"', '_dmarc.strict IN TXT "v=DMARC1; p=reject"', '*.wild IN TXT "of the wildcard"'])
    registry = await openRegistry()
    await registry.update('SystemSettings', 'singleton', { defaultHostname: `mail.${ZONE}` })
    dnsServerId = await registry.create('DnsServer', {
      '@type': 'Tsig', description: 'bind', host: '127.0.0.1', port: bind.port, keyName: 'rota-hmac-sha512.key', key: { '@type': 'Value', secret: SECRET }, timeout: 3_000,
    })
    domainId = await registry.create('Domain', { name: ZONE, dnsManagement: { '@type': 'Automatic', dnsServerId } })
  })
  after(() => bind.stop())

  const publication = () => new DnsPublication({ store: registry.store, clock: systemClock, reader: new CertificateReader({}), variables: {} })
  const publish = (id: Id, kinds: readonly DnsRecordType[], told: (done: number) => Promise<void> = () => Promise.resolve()) => publication().publish(id, kinds, signal, told)
  const texts = async (owner: string, type: RecordType = 'TXT') => {
    const read = await bind.updater().read(owner, type, signal)
    assert.ok(read.kind === 'rrset')
    return type === 'TXT' ? read.records.map(textOf).sort() : read.records
  }
  const managed = (more: JsonObject = {}): JsonObject => ({ dnsManagement: { '@type': 'Automatic', dnsServerId, origin: ZONE, ...more } })

  test('come into the zone, and a repeat sends nothing', async () => {
    const kinds = ['mx', 'spf', 'dmarc', 'tlsRpt'] as const
    const seen: number[] = []
    assert.deepEqual(await publish(domainId, [...kinds, 'caa'], async done => { seen.push(done) }), { kind: 'published', changed: 4, unchanged: 0, left: ['caa: this version publishes none'] })
    assert.deepEqual(seen, [1, 2, 3, 4])
    assert.deepEqual(await texts(ZONE), ['site-verification=1', 'v=spf1 mx ~all'])
    assert.deepEqual(await texts(`_dmarc.${ZONE}`), [`v=DMARC1; p=none; rua=mailto:postmaster@${ZONE}`])
    assert.equal((await texts(ZONE, 'MX')).length, 1)
    assert.deepEqual(await publish(domainId, kinds), { kind: 'published', changed: 0, unchanged: 4, left: [] })
  })

  test('of a part of a zone leave the policies of others, and come beside a wildcard', async () => {
    const strict = await registry.create('Domain', { name: `strict.${ZONE}`, ...managed() })
    assert.deepEqual(await publish(strict, ['dmarc']), { kind: 'published', changed: 0, unchanged: 1, left: [] })
    assert.deepEqual(await texts(`_dmarc.strict.${ZONE}`), ['v=DMARC1; p=reject'])
    const wild = await registry.create('Domain', { name: `a.wild.${ZONE}`, ...managed() })
    assert.deepEqual(await publish(wild, ['spf']), { kind: 'published', changed: 1, unchanged: 0, left: [] })
    assert.deepEqual(await texts(`a.wild.${ZONE}`), ['v=spf1 mx ~all'])
    assert.deepEqual(await texts(`b.wild.${ZONE}`), ['of the wildcard'])
  })

  test('that are half there after a death are completed by the next run', async () => {
    const half = await registry.create('Domain', { name: `half.${ZONE}`, ...managed() })
    const kinds = ['spf', 'dmarc', 'tlsRpt'] as const
    await assert.rejects(publish(half, kinds, done => done === 2 ? Promise.reject(new Error('killed')) : Promise.resolve()), /killed/)
    assert.deepEqual([await texts(`_dmarc.half.${ZONE}`), await texts(`_smtp._tls.half.${ZONE}`)].map(({ length }) => length), [1, 0])
    assert.deepEqual(await publish(half, kinds), { kind: 'published', changed: 1, unchanged: 2, left: [] })
  })

  test('that somebody else writes at the same time keep his entries', async () => {
    const busy = await registry.create('Domain', { name: `busy.${ZONE}`, ...managed() })
    const owner = `busy.${ZONE}`
    const put = async (nth: number) => {
      const read = await bind.updater().read(owner, 'TXT', signal)
      assert.ok(read.kind === 'rrset')
      return bind.updater().replace(owner, 'TXT', { ttlS: 60, records: [...read.records, txt(`entry ${nth}`)], before: read.records }, signal)
    }
    const [end, ...puts] = await Promise.all([publish(busy, ['spf']), put(1), put(2)])
    const there = puts.filter(({ kind }) => kind === 'written').length
    assert.equal(end.kind, 'published')
    assert.equal((await texts(owner)).length, 1 + there)
  })

  test('that cannot be published say why, and whether to try again', async () => {
    const why = async (server: JsonObject, kinds: readonly DnsRecordType[] = ['spf', 'dmarc']) => {
      const id = await registry.create('DnsServer', {
        '@type': 'Tsig', description: 'x', host: '127.0.0.1', port: bind.port, keyName: 'rota-hmac-sha512.key', key: { '@type': 'Value', secret: SECRET }, timeout: 1_000, ...server,
      })
      await registry.update('Domain', domainId, { 'dnsManagement/dnsServerId': id })
      const end = await publish(domainId, kinds)
      return end.kind === 'failed' ? [end.permanent, end.why] as const : assert.fail(end.kind)
    }
    const silent = createSocket('udp4').bind(0, '127.0.0.1')
    await once(silent, 'listening')
    assert.match((await why({ port: silent.address().port })).join(' '), /^false example.test TXT: the DNS server 127.0.0.1:\d+ did not answer in time/)
    silent.close()
    assert.match((await why({ keyName: 'nobody' })).join(' '), /^true example.test TXT: [^;]*does not know the key[^;]*; [^;]*$/, 'and it stops at the first')
    assert.match((await why({ key: { '@type': 'Value', secret: Buffer.alloc(32, 9).toString('base64') } })).join(' '), /^true .*has another secret/)
    assert.match((await why({ key: { '@type': 'EnvironmentVariable', variableName: 'NOBODY' } })).join(' '), /^false the key of the DNS server is to be read from the variable NOBODY/)
    await registry.update('SystemSettings', 'singleton', { defaultHostname: 'mail.nowhere.test' })
    await registry.update('Domain', domainId, { 'dnsManagement/dnsServerId': dnsServerId })
    const reader = await registry.create('DnsServer', {
      '@type': 'Tsig', description: 'reader', host: '127.0.0.1', port: bind.port, keyName: 'reader.key', key: { '@type': 'Value', secret: SECRET }, timeout: 1_000,
    })
    await registry.update('Domain', domainId, { 'dnsManagement/dnsServerId': reader })
    const refused = await publish(domainId, ['mx', 'tlsRpt', 'spf'])
    assert.ok(refused.kind === 'failed' && refused.permanent)
    assert.match(refused.why, /^example.test MX: .* refuses; /)
    assert.ok(!refused.why.includes('TXT'), 'what is right already is no failure')
    await registry.update('Domain', domainId, { dnsManagement: { '@type': 'Manual' } })
    const manual = await publish(domainId, ['spf'])
    assert.match(manual.kind === 'impossible' ? manual.why : '', /is managed by hand; set dnsManagement/)
    assert.deepEqual(await publish('0000000000000', ['spf']), { kind: 'gone' })
  })
})
