/**
 * Whether a record has come to the name servers of its zone. They are asked directly, because resolvers remember that
 * something was not there. A server that does not answer does not count, as long as another one does: it may be down for days.
 *
 * | failure | what is said |
 * |---|---|
 * | the zone has no name server with an address that may be asked | `unknown`, and why |
 * | none of them answers | `unknown` |
 * | one of them answers without the record | `missing`, with its name |
 */
import { randomInt } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { BlockList, isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import type { DnsUpdater } from './dns-updater.ts'
import { exchange } from './exchange.ts'
import type { DnsEndpoint } from './exchange.ts'
import { decodeReply, encodeQuery, recordsOf } from './message.ts'
import { isWithin } from './name.ts'
import { addressOf, sameRecord, targetOf } from './record.ts'
import type { DnsRecord } from './record.ts'

const SERVERS_MAX = 8
const QUESTION_MS_MAX = 5_000
const DNS_PORT = 53

export type Spread =
  | { readonly kind: 'everywhere' }
  | { readonly kind: 'missing'; readonly at: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string }
/** Addresses of a host; none: it has none. */
export type FindAddresses = (host: string) => Promise<readonly string[]>

export interface PropagationOptions {
  readonly zone: string
  /** The server that takes the changes. */
  readonly endpoint: DnsEndpoint
  readonly updater: Pick<DnsUpdater, 'read'>
  readonly clock: Clock
  /** Of hosts outside of the zone. */
  readonly addresses?: FindAddresses
  /** Where other name servers listen. */
  readonly port?: number
}

/** Addresses in zones are not the operator's own setting: they lead nowhere inside of this machine. */
const FORBIDDEN = new BlockList()
for (const [network, prefix, family] of [
  ['0.0.0.0', 8, 'ipv4'], ['127.0.0.0', 8, 'ipv4'], ['169.254.0.0', 16, 'ipv4'], ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'], ['fe80::', 10, 'ipv6'], ['ff00::', 8, 'ipv6'], ['::ffff:0:0', 96, 'ipv6'],
] as const) FORBIDDEN.addSubnet(network, prefix, family)

export async function spreadOf(owner: string, record: DnsRecord, options: PropagationOptions, signal: AbortSignal): Promise<Spread> {
  const servers = await nameServers(options, signal)
  if (typeof servers === 'string') return { kind: 'unknown', why: servers }
  const answers = await Promise.all(servers.map(async server => ({ server, has: await hasRecord(server, owner, record, options, signal) })))
  const missing = answers.filter(({ has }) => has === false).map(({ server }) => server.name)
  if (missing.length > 0) return { kind: 'missing', at: missing }
  return answers.some(({ has }) => has === true) ? { kind: 'everywhere' } : { kind: 'unknown', why: 'no name server of the zone answers' }
}

interface NameServer extends DnsEndpoint { readonly name: string }

/** One address of each; a text: why there is none. */
async function nameServers(options: PropagationOptions, signal: AbortSignal): Promise<readonly NameServer[] | string> {
  const { zone, endpoint, updater, port = DNS_PORT } = options
  const found = await updater.read(zone, 'NS', signal)
  if (found.kind === 'failure') return found.text
  const names = found.records.map(targetOf).filter(name => name !== null).slice(0, SERVERS_MAX)
  const servers = await Promise.all(names.map(async (name): Promise<NameServer | null> => {
    const addresses = isWithin(name, zone) ? await ownAddresses(name, updater, signal) : await (options.addresses ?? systemAddresses)(name)
    if (addresses.includes(endpoint.host)) return { ...endpoint, name }
    const address = addresses.find(each => !FORBIDDEN.check(each, isIPv6(each) ? 'ipv6' : 'ipv4'))
    return address === undefined ? null : { name, host: address, port, protocol: 'udp' }
  }))
  const reachable = servers.filter(server => server !== null)
  return reachable.length > 0 ? reachable : `no name server of ${zone} has an address that can be asked`
}

async function ownAddresses(name: string, updater: Pick<DnsUpdater, 'read'>, signal: AbortSignal): Promise<string[]> {
  const sets = await Promise.all((['A', 'AAAA'] as const).map(type => updater.read(name, type, signal)))
  return sets.flatMap(set => set.kind === 'rrset' ? set.records.map(addressOf) : []).filter(address => address !== null)
}

const systemAddresses: FindAddresses = async host => {
  const resolver = new Resolver({ timeout: QUESTION_MS_MAX, tries: 1 })
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  return found.flatMap(each => each.status === 'fulfilled' ? each.value : [])
}

/** Null: it does not answer. */
async function hasRecord(server: NameServer, owner: string, record: DnsRecord, { clock }: PropagationOptions, signal: AbortSignal): Promise<boolean | null> {
  const question = encodeQuery(randomInt(0x1_0000), owner, record.type)
  const exchanged = await exchange(server, question, {
    clock, signal, timeoutMs: QUESTION_MS_MAX, refusal: reply => decodeReply(reply)?.question?.name === owner.toLowerCase() ? null : 'it answers another question',
  })
  const reply = exchanged.kind === 'reply' ? decodeReply(exchanged.message) : null
  if (!reply?.authoritative) return null
  return recordsOf(reply.answer, owner, record.type).some(each => sameRecord(each, record))
}
