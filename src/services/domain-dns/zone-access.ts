/** The DNS server of a domain, as something that can be asked and changed. */
import type { Clock } from '../../base/clock.ts'
import { canonicalDomain } from '../../base/address.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { TSIG_SECRET_BYTES_MIN } from '../../registry/objects/dns-server.ts'
import { automatic } from '../../registry/objects/domain-work.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { readPem } from '../certificates/pem-source.ts'
import type { Variables } from '../certificates/pem-source.ts'
import type { DnsUpdater } from '../dns/dns-updater.ts'
import { spreadOf } from '../dns/propagation.ts'
import type { Spread } from '../dns/propagation.ts'
import type { DnsRecord } from '../dns/record.ts'
import { Rfc2136 } from '../dns/rfc2136.ts'
import type { Rfc2136Options } from '../dns/rfc2136.ts'
import type { TsigAlgorithm } from '../dns/tsig.ts'

/** Durations in ms, but the TTL. */
export interface ZoneAccess {
  readonly zone: string
  readonly updater: DnsUpdater
  readonly ttlS: number
  readonly pollingMs: number
  readonly propagationTimeoutMs: number
  /** Null: the name servers are asked. */
  readonly propagationDelayMs: number | null
  spread(owner: string, record: DnsRecord, signal: AbortSignal): Promise<Spread>
}
export type Zone =
  | { readonly kind: 'managed'; readonly name: string; readonly body: JsonObject; readonly dnsServerId: Id; readonly server: JsonObject; readonly zone: string }
  /** `why` for people; `gone`: the domain is not there any more. */
  | { readonly kind: 'gone' } | { readonly kind: 'manual'; readonly body: JsonObject; readonly why: string }

export async function zoneOf({ objects }: RegistryTx, domainId: Id): Promise<Zone> {
  const [domain] = await objects.get('Domain', [domainId])
  if (domain === undefined) return { kind: 'gone' }
  const { body } = domain
  const name = String(body['name'])
  const managed = automatic(body['dnsManagement'])
  if (managed === null) return { kind: 'manual', body, why: `the DNS of ${name} is managed by hand; set dnsManagement of the domain to Automatic` }
  const [server] = await objects.get('DnsServer', [String(managed['dnsServerId'])])
  if (server === undefined) return { kind: 'manual', body, why: `the DNS server of ${name} was destroyed; choose another one` }
  const { origin } = managed
  return { kind: 'managed', name, body, dnsServerId: server.id, server: server.body, zone: typeof origin === 'string' ? canonicalDomain(origin) ?? name : name }
}

/** A text: why this node cannot. */
export async function accessTo(zone: string, server: JsonObject, clock: Clock, variables: Variables): Promise<ZoneAccess | string> {
  const secret = await readPem(isJsonObject(server['key']) ? server['key'] : {}, variables)
  if (secret.kind === 'unreadable') return `the key of the DNS server ${secret.reason}`
  const key = Buffer.from(secret.text.trim(), 'base64')
  // What is kept in a file was not seen when the object was written; whoever likes signs with a key of no bytes.
  if (key.length < TSIG_SECRET_BYTES_MIN) return `the key of the DNS server is no base64 of at least ${TSIG_SECRET_BYTES_MIN} bytes; make one with tsig-keygen`
  const options: Rfc2136Options = {
    host: String(server['host']), port: Number(server['port']), protocol: server['protocol'] === 'tcp' ? 'tcp' : 'udp', zone, clock,
    timeoutMs: Number(server['timeout']),
    key: { name: String(server['keyName']), algorithm: server['tsigAlgorithm'] as TsigAlgorithm, secret: key },
  }
  const updater = new Rfc2136(options)
  const { propagationDelay } = server
  return {
    zone, updater,
    ttlS: Math.max(1, Math.round(Number(server['ttl']) / 1_000)),
    pollingMs: Number(server['pollingInterval']), propagationTimeoutMs: Number(server['propagationTimeout']),
    propagationDelayMs: typeof propagationDelay === 'number' ? propagationDelay : null,
    spread: (owner, record, signal) => spreadOf(owner, record, { zone, endpoint: options, updater, clock }, signal),
  }
}
