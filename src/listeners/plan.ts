/**
 * The pure core of the listener manager: definitions → what should be bound here, and (what should be) × (what is) →
 * steps. No socket, no clock.
 */
import { isIP } from 'node:net'
import { setMembers } from '../base/fields.ts'
import { formatBind, parseBind } from './bind.ts'
import type { BindAddress } from './bind.ts'
import type { ListenerProtocol, NetworkListener } from './network-listener.ts'
import { tlsSettings } from './tls/settings.ts'

/** One address of one listener: one socket. `key` is the same for as long as both are. */
export interface Target {
  readonly key: string
  readonly listener: NetworkListener
  readonly address: BindAddress
  /** `[::]` takes IPv4 as well, unless an IPv4 address of the same port is wanted too. */
  readonly ipv6Only: boolean
}
/** A wanted address that is not even tried, because trying could not help. */
export interface Unserved extends Pick<Target, 'key' | 'listener' | 'address'> {
  readonly state: 'unsupported' | 'failed'
  readonly error: string
}
export interface Wanted {
  readonly targets: readonly Target[]
  readonly unserved: readonly Unserved[]
  /** Names with an address of this node's own that match no listener. */
  readonly unmatched: readonly string[]
}

export function wanted(
  listeners: readonly NetworkListener[],
  binds: ReadonlyMap<string, BindAddress>,
  served: (protocol: ListenerProtocol) => boolean,
): Wanted {
  const targets: Target[] = []
  const unserved: Unserved[] = []
  const holders = new Map<string, string>()
  for (const listener of [...listeners].sort((one, other) => one.name < other.name ? -1 : 1)) {
    const own = binds.get(listener.name)
    const texts = own === undefined ? setMembers(listener.bind) : [formatBind(own)]
    for (const text of texts) {
      const address = parseBind(text)
      const at = { key: `${listener.id} ${text}`, listener, address: address ?? { host: text, port: 0 } }
      const problem = address === null ? noAddress(text) : obstacle(listener, formatBind(address), holders)
      if (!served(listener.protocol)) {
        unserved.push({ ...at, state: 'unsupported', error: `this version of Rota has no ${listener.protocol} server` })
      } else if (problem !== null) {
        unserved.push({ ...at, state: 'failed', error: problem })
      } else {
        if (at.address.port !== 0) holders.set(formatBind(at.address), listener.name)
        targets.push({ ...at, ipv6Only: false })
      }
    }
  }
  const names = new Set(listeners.map(listener => listener.name))
  return { targets: splitFamilies(targets), unserved, unmatched: [...binds.keys()].filter(name => !names.has(name)) }
}

function noAddress(text: string): string {
  return `'${text}' is no address; it must look like 127.0.0.1:25 or [::]:25`
}

/** Two sockets of one address are possible where ports may be shared; connections would then reach either at random. */
function obstacle(listener: NetworkListener, bind: string, holders: ReadonlyMap<string, string>): string | null {
  const holder = holders.get(bind)
  if (holder !== undefined) return `${bind} is already bound by the listener '${holder}'`
  if (listener.useTls && tlsSettings(listener) === null) return 'every TLS version or cipher suite is disabled'
  return null
}

function splitFamilies(targets: readonly Target[]): Target[] {
  const ipv4Ports = new Set(targets.filter(({ address }) => isIP(address.host) !== 6).map(({ address }) => address.port))
  return targets.map(target => {
    const { host, port } = target.address
    return isIP(host) === 6 && port !== 0 && ipv4Ports.has(port) ? { ...target, ipv6Only: true } : target
  })
}

/**
 * `keep`: nothing that a running socket or connection depends on has changed. `replace`: the socket stays, new
 * connections get the new settings. `rebind`: the same address with other socket settings.
 */
export type Step =
  | { readonly kind: 'stop'; readonly key: string }
  | { readonly kind: 'start' | 'keep' | 'replace' | 'rebind'; readonly target: Target }

/** In an order that frees addresses before they are taken. */
export function plan(running: ReadonlyMap<string, Target>, targets: readonly Target[]): Step[] {
  const keys = new Set(targets.map(target => target.key))
  const stops = [...running.keys()].filter(key => !keys.has(key)).map(key => ({ kind: 'stop' as const, key }))
  return [...stops, ...targets.map(target => ({ kind: change(running.get(target.key), target), target }))]
}

function change(before: Target | undefined, now: Target): 'start' | 'keep' | 'replace' | 'rebind' {
  if (before === undefined) return 'start'
  if (socketSettings(before) !== socketSettings(now)) return 'rebind'
  return serverSettings(before.listener) === serverSettings(now.listener) ? 'keep' : 'replace'
}

function socketSettings({ listener, ipv6Only }: Target): string {
  return JSON.stringify([listener.socketBacklog, listener.socketReusePort, ipv6Only])
}

function serverSettings(listener: NetworkListener): string {
  return JSON.stringify([
    listener.name, listener.protocol, listener.socketNoDelay, listener.useTls, listener.tlsImplicit, listener.tlsTimeout,
    listener.useTls ? tlsSettings(listener) : null, listener.overrideProxyTrustedNetworks,
  ])
}

const RETRY_MS_MIN = 1_000
const RETRY_MS_MAX = 30_000

/** How long to wait after the `attempt`th failure in a row (from 1) to bind an address. */
export function retryDelayMs(attempt: number): number {
  return Math.min(RETRY_MS_MIN * 2 ** (attempt - 1), RETRY_MS_MAX)
}
