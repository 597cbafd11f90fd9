/**
 * What of a domain is managed here, and which tasks that makes necessary. They are queued in the transaction of the change, so that
 * a domain which says that something is managed has the work for it.
 *
 * | change | queued |
 * |---|---|
 * | DNS management switched on or set anew | DnsManagement for the records to publish; those of keys are left to DkimManagement where that is on |
 * | DKIM management switched on or set anew, or DNS management where DKIM management is on | DkimManagement |
 */
import { isDeepStrictEqual } from 'node:util'
import { DNS_RECORD_TYPE, PUBLISHED } from '../../base/dns-record-type.ts'
import { embedded, enumType, nullable, number, objectId, set, setMembers, shape, string, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { canonicalDomain } from '../../base/address.ts'
import type { RegistryTx } from '../ports.ts'
import type { Problems } from '../values/problems.ts'

const DAY_MS = 86_400_000
const AFTER = { min: 60_000, max: 3_650 * DAY_MS } as const
const TEMPLATE_CHARS_MAX = 63

const DKIM_ALGORITHM = enumType('DkimSignatureType', [
  { name: 'Dkim1Ed25519Sha256', label: 'Ed25519' },
  { name: 'Dkim1RsaSha256', label: 'RSA, 2048 bits' },
])

const DKIM = shape('DkimManagementProperties', {
  algorithms: set({ type: 'enum', enum: DKIM_ALGORITHM }, 'One key of each is always there.', {
    default: { Dkim1Ed25519Sha256: true, Dkim1RsaSha256: true }, minItems: 1,
  }),
  selectorTemplate: string('How new keys are called: {algorithm}, {version} of DKIM, {date-%Y%m%d}; a number is added where the name is taken.', {
    default: 'v{version}-{algorithm}-{date-%Y%m%d}', maxLength: TEMPLATE_CHARS_MAX, label: 'Names of keys',
  }),
  rotateAfter: number('A key signs this long, then another takes its place.', 'duration', { ...AFTER, default: 90 * DAY_MS, label: 'New key after' }),
  retireAfter: number('Its record stays this long afterwards, for mail that is still under way.', 'duration', { ...AFTER, default: 7 * DAY_MS, label: 'Record removed after' }),
  deleteAfter: number('The key itself is kept this long after that.', 'duration', { ...AFTER, default: 30 * DAY_MS, label: 'Key destroyed after' }),
})

const DNS = shape('DnsManagementProperties', {
  dnsServerId: objectId('DnsServer', 'The server that takes the changes.', { label: 'DNS server' }),
  origin: nullable(string('The zone in which the domain lies; empty: it has one of its own.', { maxLength: 253, label: 'Zone' })),
  publishRecords: set({ type: 'enum', enum: DNS_RECORD_TYPE }, 'The kinds of records that are published.', {
    default: Object.fromEntries(PUBLISHED.filter(kind => kind !== 'tlsa').map(kind => [kind, true])), minItems: 1, label: 'Records',
  }),
})

export const DOMAIN_MANAGEMENT = {
  dkimManagement: embedded(
    variants('DkimManagement', [{ name: 'Automatic', label: 'Keys are made and exchanged here', shape: DKIM }, { name: 'Manual', label: 'By hand' }]),
    'Who looks after the keys for signing its mail. This version signs none yet.', { default: { '@type': 'Manual' }, label: 'DKIM keys' },
  ),
  dnsManagement: embedded(
    variants('DnsManagement', [{ name: 'Manual', label: 'By hand' }, { name: 'Automatic', label: 'Records are published from here', shape: DNS }]),
    'Who looks after its DNS records.', { label: 'DNS records' },
  ),
  reportAddressUri: nullable(string('Where others shall send their reports about its mail; without @ it is an address of the domain itself.', {
    default: 'mailto:postmaster', maxLength: 320, label: 'Report address',
  })),
}

/** Queues a task of the variant, due at once. */
export interface DomainWork<Tx> {
  readonly queue: (tx: Tx, variant: 'AcmeRenewal' | 'DnsManagement' | 'DkimManagement', payload: JsonObject) => Promise<void>
}
/** For who only wants to know what objects there are. */
export const NO_DOMAIN_WORK: DomainWork<unknown> = { queue: () => Promise.resolve() }

export function checkManagement(next: JsonObject, problems: Problems): void {
  const { origin } = automatic(next['dnsManagement']) ?? {}
  const name = canonicalDomain(String(next['name'])) ?? String(next['name'])
  if (typeof origin === 'string' && !liesIn(name, origin)) {
    problems.invalid(['dnsManagement', 'origin'], origin, `must be the zone in which ${name} lies, such as ${name.split('.').slice(1).join('.') || name}.`)
  }
  const { selectorTemplate } = automatic(next['dkimManagement']) ?? {}
  if (typeof selectorTemplate === 'string' && !TEMPLATE.test(selectorTemplate)) {
    problems.invalid(['dkimManagement', 'selectorTemplate'], selectorTemplate, 'must be lower-case letters, digits, hyphens, and {algorithm}, {version} or {date-%Y%m%d}.')
  }
  const { reportAddressUri } = next
  if (typeof reportAddressUri === 'string' && !REPORT_ADDRESS.test(reportAddressUri)) {
    problems.invalid(['reportAddressUri'], reportAddressUri, 'must be mailto: and an address, such as mailto:postmaster.')
  }
}
const TEMPLATE = /^(?!-)(?:[a-z0-9-]|\{(?:algorithm|version|date-(?:%[Ymd]){1,3})\})+(?<!-)$/
/** What DMARC and TLS reports take, without the characters that have a meaning in their records. */
const REPORT_ADDRESS = /^mailto:[a-z0-9._+-]{1,64}(?:@[a-z0-9.-]{1,253})?$/i

export async function settleManagement<Tx extends RegistryTx>(
  tx: Tx, domainId: Id, next: JsonObject | null, before: JsonObject | null, { queue }: DomainWork<Tx>,
): Promise<void> {
  if (next === null) return
  const [dns, dkim] = [automatic(next['dnsManagement']), automatic(next['dkimManagement'])]
  const isNew = (property: string): boolean => !isDeepStrictEqual(next[property], before?.[property])
  const kinds = setMembers(isJsonObject(dns?.['publishRecords']) ? dns['publishRecords'] : {}).filter(kind => dkim === null || kind !== 'dkim')
  if (dns !== null && kinds.length > 0 && isNew('dnsManagement')) {
    const updateRecords = Object.fromEntries(kinds.map(kind => [kind, true as const]))
    await queue(tx, 'DnsManagement', { domainId, updateRecords, onSuccessRenewCertificate: false })
  }
  if (dkim !== null && (isNew('dkimManagement') || isNew('dnsManagement'))) await queue(tx, 'DkimManagement', { domainId })
}

/** The properties of what is managed here; null: it is managed by hand. */
export function automatic(management: Json | undefined): JsonObject | null {
  return isJsonObject(management) && management['@type'] === 'Automatic' ? management : null
}

function liesIn(name: string, origin: string): boolean {
  const zone = canonicalDomain(origin)
  return zone !== null && (name === zone || name.endsWith(`.${zone}`))
}
