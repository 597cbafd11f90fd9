/** Which records a domain should have, from what this server knows of it. Pure. What it cannot say is named with the reason. */
import type { DnsRecordType } from '../../base/dns-record-type.ts'
import { isWithin } from '../dns/name.ts'
import { mx, srv, textOf, tlsa, txt } from '../dns/record.ts'
import type { DnsRecord, RecordType } from '../dns/record.ts'

export interface DomainFacts {
  readonly name: string
  readonly zone: string
  /** By rising priority. */
  readonly mailHosts: readonly { readonly hostname: string; readonly priority: number }[]
  /** The name of the whole server, and a port of it that speaks HTTPS. */
  readonly web: { readonly hostname: string; readonly port: number } | null
  /** `mailto:` with a whole address. */
  readonly reportAddress: string | null
  readonly dkimKeys: readonly { readonly selector: string; readonly record: string }[]
  /** `keyHash`: SHA-256 of the public key in SPKI. */
  readonly certificates: readonly { readonly hosts: readonly string[]; readonly keyHash: Buffer }[]
}
export interface WantedSet {
  readonly kind: DnsRecordType
  readonly owner: string
  readonly type: RecordType
  readonly merge: (present: readonly DnsRecord[]) => readonly DnsRecord[]
}
/** `left`: what could not be said, each with the reason. */
export interface Wanted { readonly sets: readonly WantedSet[]; readonly left: readonly string[] }

const SMTP_PORT = 25

export function wantedRecords(kinds: readonly DnsRecordType[], facts: DomainFacts): Wanted {
  const found = kinds.map(kind => ({ kind, of: RECORDS[kind](facts) }))
  return {
    sets: found.flatMap(({ kind, of }) => typeof of === 'string' ? [] : of.map(set => ({ kind, ...set }))),
    left: found.flatMap(({ kind, of }) => typeof of === 'string' ? [`${kind}: ${of}`] : []),
  }
}

type SetOf = Omit<WantedSet, 'kind'>
const NO_HOST = 'SystemSettings names no host; set defaultHostname'

/** A text: why there are none. */
const RECORDS: Readonly<Record<DnsRecordType, (facts: DomainFacts) => readonly SetOf[] | string>> = {
  mx: ({ name, mailHosts }) => mailHosts.length === 0 ? NO_HOST : [whole(name, mailHosts.map(({ priority, hostname }) => mx(priority, hostname)))],
  spf: ({ name }) => [unlessThere(name, 'v=spf1', 'v=spf1 mx ~all')],
  dmarc: ({ name, reportAddress }) => [unlessThere(`_dmarc.${name}`, 'v=DMARC1', reportAddress === null ? 'v=DMARC1; p=none' : `v=DMARC1; p=none; rua=${reportAddress}`)],
  tlsRpt: ({ name, reportAddress }) => reportAddress === null
    ? 'the domain has no reportAddressUri'
    : [unlessThere(`_smtp._tls.${name}`, 'v=TLSRPTv1', `v=TLSRPTv1; rua=${reportAddress}`)],
  dkim: ({ name, dkimKeys }) => dkimKeys.map(({ selector, record }) => dkimSet(selector, name, record)),
  srv: ({ name, web }) => web === null ? 'no listener speaks HTTPS, or SystemSettings names no host' : [whole(`_jmap._tcp.${name}`, [srv(0, 1, web.port, web.hostname)])],
  tlsa: tlsaSets,
  mtaSts: () => 'this server serves no policy',
  caa: () => 'this version publishes none',
  autoConfig: () => 'this server serves no such file',
  autoConfigLegacy: () => 'this server serves no such file',
  autoDiscover: () => 'this server serves no such file',
}

/** Where a key's record stands, and what becomes of what is there. Null: it goes. */
export function dkimSet(selector: string, name: string, record: string | null): SetOf {
  return {
    owner: `${selector}._domainkey.${name}`, type: 'TXT',
    merge: present => [...present.filter(each => !hasTag(each, 'v=DKIM1')), ...record === null ? [] : [txt(record)]],
  }
}

/** One for each key that a host may answer with (RFC 7672 §3.1.1). */
function tlsaSets({ zone, mailHosts, certificates }: DomainFacts): readonly SetOf[] | string {
  const own = mailHosts.map(({ hostname }) => hostname).filter(hostname => isWithin(hostname, zone))
  if (own.length === 0) return `no mail host lies in ${zone}`
  const sets = own.flatMap(hostname => {
    const hashes = certificates.filter(({ hosts }) => hosts.some(host => covers(host, hostname))).map(({ keyHash }) => keyHash.toString('hex'))
    const records = [...new Set(hashes)].map(hash => tlsa(3, 1, 1, Buffer.from(hash, 'hex')))
    return records.length === 0 ? [] : [whole(`_${SMTP_PORT}._tcp.${hostname}`, records)]
  })
  return sets.length === 0 ? `no certificate is for ${own.join(', ')}` : sets
}

/** The whole RRset is ours. */
function whole(owner: string, records: readonly DnsRecord[]): SetOf {
  return { owner, type: records[0]?.type ?? 'TXT', merge: () => records }
}

/** Nobody's policy is exchanged for ours. */
function unlessThere(owner: string, tag: string, text: string): SetOf {
  return { owner, type: 'TXT', merge: present => present.some(each => hasTag(each, tag)) ? present : [...present, txt(text)] }
}

function hasTag(record: DnsRecord, tag: string): boolean {
  const [first = ''] = textOf(record).split(/[ ;]/, 1)
  return first.toLowerCase() === tag.toLowerCase()
}

function covers(pattern: string, hostname: string): boolean {
  return pattern === hostname || (pattern.startsWith('*.') && hostname.slice(hostname.indexOf('.')) === pattern.slice(1))
}
