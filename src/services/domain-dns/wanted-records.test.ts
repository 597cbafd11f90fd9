import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DNS_RECORD_TYPE } from '../../base/dns-record-type.ts'
import type { DnsRecordType } from '../../base/dns-record-type.ts'
import { sameRecords, textOf, tlsa, txt } from '../dns/record.ts'
import type { DnsRecord } from '../dns/record.ts'
import { dkimSet, wantedRecords } from './wanted-records.ts'
import type { DomainFacts } from './wanted-records.ts'

const HASH = Buffer.alloc(32, 1)
const FACTS: DomainFacts = {
  name: 'example.org', zone: 'example.org',
  mailHosts: [{ hostname: 'mail.example.org', priority: 10 }, { hostname: 'mx.elsewhere.net', priority: 20 }],
  web: { hostname: 'mail.example.org', port: 443 }, reportAddress: 'mailto:postmaster@example.org',
  dkimKeys: [{ selector: 'k1', record: 'v=DKIM1; k=rsa; p=AAAA' }],
  certificates: [{ hosts: ['*.example.org'], keyHash: HASH }, { hosts: ['mail.example.org'], keyHash: Buffer.alloc(32, 2) }, { hosts: ['mx.elsewhere.net'], keyHash: HASH }],
}
const only = (kind: DnsRecordType, facts = FACTS) => wantedRecords([kind], facts)
const texts = (records: readonly DnsRecord[]) => records.map(textOf)

test('every kind of record either comes, or is left out with its reason', () => {
  const all = wantedRecords(DNS_RECORD_TYPE.members.map(({ name }) => name as DnsRecordType), FACTS)
  assert.deepEqual(all.sets.map(({ owner, type }) => `${owner} ${type}`), [
    'k1._domainkey.example.org TXT', '_25._tcp.mail.example.org TLSA', 'example.org TXT', 'example.org MX', '_dmarc.example.org TXT', '_jmap._tcp.example.org SRV', '_smtp._tls.example.org TXT',
  ])
  assert.deepEqual(all.left.map(left => left.split(':')[0]), ['mtaSts', 'caa', 'autoConfig', 'autoConfigLegacy', 'autoDiscover'])
})

test('what this server does not know it does not say', () => {
  const nothing = { ...FACTS, mailHosts: [], web: null, reportAddress: null, certificates: [], dkimKeys: [] }
  assert.match(only('mx', nothing).left[0] ?? '', /^mx: SystemSettings names no host; set defaultHostname/)
  for (const kind of ['srv', 'tlsRpt', 'tlsa'] as const) assert.deepEqual(only(kind, nothing).sets, [], kind)
  assert.deepEqual(texts(only('dmarc', nothing).sets[0]?.merge([]) ?? []), ['v=DMARC1; p=none'])
  assert.deepEqual(only('dkim', nothing), { sets: [], left: [] })
  assert.match(only('tlsa', { ...FACTS, zone: 'other.net' }).left[0] ?? '', /no mail host lies in other.net/)
  assert.match(only('tlsa', { ...FACTS, certificates: [] }).left[0] ?? '', /no certificate is for mail.example.org/)
})

test('TLSA has every key that a host of the zone may answer with, and none of the zones of others', () => {
  const { sets } = only('tlsa')
  assert.equal(sets.length, 1)
  assert.ok(sameRecords(sets[0]?.merge([]) ?? [], [tlsa(3, 1, 1, HASH), tlsa(3, 1, 1, Buffer.alloc(32, 2))]))
})

test('policies that are there stay as they are, and so does everything else at the name', () => {
  const others = [txt('site-verification=1'), txt('V=SPF1 include:senders.example -all')]
  assert.deepEqual(only('spf').sets[0]?.merge(others), others)
  assert.deepEqual(texts(only('spf').sets[0]?.merge([txt('site-verification=1'), txt('v=spf10 no policy')]) ?? []), ['site-verification=1', 'v=spf10 no policy', 'v=spf1 mx ~all'])
  const strict = [txt('v=DMARC1;p=reject')]
  assert.deepEqual(only('dmarc').sets[0]?.merge(strict), strict)
  assert.deepEqual(texts(only('tlsRpt').sets[0]?.merge([]) ?? []), ['v=TLSRPTv1; rua=mailto:postmaster@example.org'])
})

test('a former key of the same name goes, and a record that is to go takes nothing along', () => {
  const present = [txt('v=DKIM1; k=rsa; p=OLD'), txt('note')]
  assert.deepEqual(texts(only('dkim').sets[0]?.merge(present) ?? []), ['note', 'v=DKIM1; k=rsa; p=AAAA'])
  assert.deepEqual(texts(dkimSet('k1', 'example.org', null).merge(present)), ['note'])
})
