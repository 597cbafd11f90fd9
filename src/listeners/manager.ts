/** The listeners of one node: `apply` says which there should be, `state` which there are. README.md is the essay. */
import type { Clock } from '../base/clock.ts'
import type { Id } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { assert } from '../base/assert.ts'
import { setMembers } from '../base/fields.ts'
import { failureSource, isAllowedFrom } from '../services/auth/network.ts'
import type { BindAddress } from './bind.ts'
import { Endpoint } from './endpoint.ts'
import type { AddressState } from './endpoint.ts'
import { DRAIN_MS_MAX } from './front.ts'
import type { ListenerProtocol, NetworkListener } from './network-listener.ts'
import { plan, wanted } from './plan.ts'
import type { Step, Target, Unserved } from './plan.ts'
import type { Protocol } from './protocol-server.ts'
import type { CertificateSource } from './tls/certificate.ts'

/** One source may always have so many, where the listener has room for them: half of a small number is too few. */
const SOURCE_CONNECTIONS_MIN = 64

export interface ListenerState {
  readonly id: Id
  readonly name: string
  readonly protocol: ListenerProtocol
  /** TLS from the first byte. */
  readonly tls: boolean
  readonly addresses: readonly AddressState[]
}

export interface ListenerManagerOptions {
  /** A protocol that is left out has no server: its listeners are reported as unsupported. */
  readonly protocols: Readonly<Partial<Record<ListenerProtocol, Protocol>>>
  /** Addresses of this node's own, by listener name. */
  readonly binds: ReadonlyMap<string, BindAddress>
  readonly certificate: CertificateSource
  readonly clock: Clock
  readonly log: Log
  /** How long connections in use may go on after their listener has gone. */
  readonly drainMsMax?: number
}

export class ListenerManager {
  readonly #options: ListenerManagerOptions
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #leaving = new Set<Endpoint>()
  readonly #gone = new Set<Promise<void>>()
  readonly #watchers = new Set<() => void>()
  #unserved: readonly (Unserved & { readonly since: number })[] = []
  #unmatched: readonly string[] = []
  #applying: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: ListenerManagerOptions) {
    this.#options = options
  }

  /** Names of bind overrides that match no listener of this node. */
  get unmatchedBinds(): readonly string[] {
    return this.#unmatched
  }

  /**
   * Makes these the listeners of the node. Resolves when each address is up or has failed for the first time; what has
   * failed is tried again until it is up or no longer wanted. Calls are worked one after the other.
   */
  apply(listeners: readonly NetworkListener[]): Promise<void> {
    this.#applying = this.#applying.then(() => this.#stopped ? undefined : this.#apply(listeners))
    return this.#applying
  }

  /** Stops accepting and resolves when no socket is left: connections in use finish, for at most `drainMsMax`. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#leaveAll()
    await this.#applying
    await this.#leaveAll()
    await Promise.all(this.#gone)
  }

  /** Cuts now what else would have until `drainMsMax` to finish. */
  hurry(): void {
    for (const endpoint of [...this.#endpoints.values(), ...this.#leaving]) endpoint.hurry()
  }

  /** By name. Addresses that only wait for their last connections are listed as `draining`. */
  state(): ListenerState[] {
    const listeners = new Map<Id, ListenerState & { readonly addresses: AddressState[] }>()
    const add = ({ id, name, protocol, useTls, tlsImplicit }: NetworkListener, state: AddressState) => {
      const entry = listeners.get(id) ?? { id, name, protocol, tls: useTls && tlsImplicit, addresses: [] }
      entry.addresses.push(state)
      listeners.set(id, entry)
    }
    for (const endpoint of this.#endpoints.values()) add(endpoint.target.listener, endpoint.state())
    for (const { listener, address, state, error, since } of this.#unserved) {
      add(listener, { address: address.host, port: address.port, state, error, since, connections: 0 })
    }
    for (const endpoint of this.#leaving) add(endpoint.target.listener, endpoint.state())
    return [...listeners.values()].sort((one, other) => one.name < other.name ? -1 : 1)
  }

  /** Calls `changed` after every change of an address's state; the returned function ends that. */
  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => { this.#watchers.delete(changed) }
  }

  async #apply(listeners: readonly NetworkListener[]): Promise<void> {
    const { protocols, binds } = this.#options
    const { targets, unserved, unmatched } = wanted(listeners, binds, protocol => protocol in protocols)
    this.#report(unserved, unmatched)
    const running = new Map([...this.#endpoints].map(([key, endpoint]) => [key, endpoint.target]))
    const steps = plan(running, targets)
    await Promise.all(steps.map(step => this.#prepare(step)))
    if (this.#stopped) return
    await Promise.all(steps.map(step => this.#start(step)))
    this.#changed()
  }

  /** What can be done at once; resolves when the addresses that the step gives up are free. */
  async #prepare(step: Step): Promise<void> {
    switch (step.kind) {
      case 'stop': return this.#leave(step.key)
      case 'rebind': return this.#leave(step.target.key)
      case 'keep': case 'replace':
        this.#endpoints.get(step.target.key)?.update(step.target, step.kind === 'replace')
        return undefined
      case 'start': return undefined
    }
  }

  async #start(step: Step): Promise<void> {
    if (step.kind !== 'start' && step.kind !== 'rebind') return
    const { certificate, drainMsMax = DRAIN_MS_MAX, clock, log } = this.#options
    const endpoint = new Endpoint(step.target, {
      protocol: target => this.#protocol(target),
      admit: ({ listener }, remote) => this.#admits(listener, remote),
      changed: () => { this.#changed() },
      certificate, drainMsMax, clock, log,
    })
    this.#endpoints.set(step.target.key, endpoint)
    await endpoint.start()
  }

  async #leaveAll(): Promise<void> {
    await Promise.all([...this.#endpoints.keys()].map(key => this.#leave(key)))
  }

  /** Resolves when the address is free. */
  #leave(key: string): Promise<void> {
    const endpoint = this.#endpoints.get(key)
    assert(endpoint, `no endpoint ${key}`)
    this.#endpoints.delete(key)
    this.#leaving.add(endpoint)
    const { freed, gone } = endpoint.stop()
    const left = gone.then(() => {
      this.#leaving.delete(endpoint)
      this.#gone.delete(left)
      this.#changed()
    })
    this.#gone.add(left)
    return freed
  }

  #protocol(target: Target): Protocol {
    const protocol = this.#options.protocols[target.listener.protocol]
    assert(protocol, `no server for ${target.listener.protocol}`)
    return protocol
  }

  /** One source may take a part of the room, so that it cannot shut everybody else out. A trusted proxy speaks for many. */
  #admits({ id, maxConnections, overrideProxyTrustedNetworks }: NetworkListener, remote: string): boolean {
    if (maxConnections === null) return true
    const endpoints = [...this.#endpoints.values(), ...this.#leaving].filter(({ target }) => target.listener.id === id)
    const sum = (of: (endpoint: Endpoint) => number) => endpoints.reduce((count, endpoint) => count + of(endpoint), 0)
    if (sum(endpoint => endpoint.connections) >= maxConnections) return false
    const proxies = setMembers(overrideProxyTrustedNetworks)
    if (proxies.length > 0 && isAllowedFrom(proxies, remote)) return true
    const source = failureSource(remote)
    return sum(endpoint => endpoint.connectionsOf(source)) < Math.max(maxConnections / 2, SOURCE_CONNECTIONS_MIN)
  }

  /** Says once what this node cannot serve. */
  #report(unserved: readonly Unserved[], unmatched: readonly string[]): void {
    const { clock, log } = this.#options
    const known = new Map(this.#unserved.map(entry => [`${entry.key} ${entry.error}`, entry]))
    this.#unserved = unserved.map(entry => {
      const before = known.get(`${entry.key} ${entry.error}`)
      if (before === undefined) log.error({ listener: entry.listener.name, error: entry.error }, 'listener not served')
      return { ...entry, since: before?.since ?? clock.now() }
    })
    for (const name of unmatched.filter(each => !this.#unmatched.includes(each))) {
      log.warn({ listener: name }, 'ROTA_LISTENER_BIND names a listener that this node does not have')
    }
    this.#unmatched = unmatched
  }

  #changed(): void {
    for (const changed of this.#watchers) changed()
  }
}
