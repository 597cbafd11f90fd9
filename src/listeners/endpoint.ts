/**
 * One address of one listener: the socket that listens, its retries, and the fronts that hold its connections. The
 * states are those of README.md.
 */
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { formatBind } from './bind.ts'
import { Front } from './front.ts'
import type { Protocol } from './protocol-server.ts'
import { retryDelayMs } from './plan.ts'
import type { Target } from './plan.ts'
import type { CertificateSource } from './tls/certificate.ts'

const BACKLOG_DEFAULT = 1_024

export type AddressStatus = 'starting' | 'up' | 'failed' | 'draining' | 'unsupported'
export interface AddressState {
  /** Without the port. */
  readonly address: string
  /** The bound port; the configured one while nothing is bound. */
  readonly port: number
  readonly state: AddressStatus
  /** Why it is failed or unsupported, else null. */
  readonly error: string | null
  /** When it got into this state, in ms since 1970. */
  readonly since: number
  readonly connections: number
}

export interface EndpointOptions {
  readonly protocol: (target: Target) => Protocol
  readonly certificate: CertificateSource
  /** Whether the listener may have one more connection, from that address. */
  readonly admit: (target: Target, remote: string) => boolean
  readonly changed: () => void
  readonly drainMsMax: number
  readonly clock: Clock
  readonly log: Log
}

export class Endpoint {
  readonly #options: EndpointOptions
  #target: Target
  #status: AddressStatus = 'starting'
  #error: string | null = null
  #since: number
  #port: number
  #server: Server | null = null
  #front: Front | null = null
  readonly #draining = new Set<Front>()
  #drains: Promise<void>[] = []
  #failures = 0
  #cancelRetry: () => void = () => {}
  #opening: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(target: Target, options: EndpointOptions) {
    this.#options = options
    this.#target = target
    this.#port = target.address.port
    this.#since = options.clock.now()
  }

  get target(): Target {
    return this.#target
  }

  get connections(): number {
    let count = this.#front?.size ?? 0
    for (const front of this.#draining) count += front.size
    return count
  }

  connectionsOf(source: string): number {
    let count = this.#front?.sizeOf(source) ?? 0
    for (const front of this.#draining) count += front.sizeOf(source)
    return count
  }

  state(): AddressState {
    return {
      address: this.#target.address.host, port: this.#port, state: this.#status, error: this.#error,
      since: this.#since, connections: this.connections,
    }
  }

  /** Resolves after the first attempt, whatever came of it. */
  start(): Promise<void> {
    this.#opening = this.#open()
    return this.#opening
  }

  /** New settings for the connections that come; `replace`: those that are here finish under the old ones. */
  update(target: Target, replace: boolean): void {
    this.#target = target
    if (!replace || this.#front === null) return
    this.#retire(this.#front)
    this.#front = this.#newFront()
  }

  /** Stops accepting at once. `freed`: the address may be bound again. `gone`: no connection is left. */
  stop(): { readonly freed: Promise<void>; readonly gone: Promise<void> } {
    this.#stopped = true
    this.#cancelRetry()
    this.#server?.close()
    if (this.#front !== null) this.#retire(this.#front)
    this.#front = null
    this.#become('draining', null)
    return { freed: this.#opening, gone: this.#opening.then(() => Promise.all(this.#drains)).then(() => {}) }
  }

  /** Cuts the connections that drain. */
  hurry(): void {
    for (const front of this.#draining) front.cut()
  }

  async #open(): Promise<void> {
    const server = createServer(socket => { this.#accept(socket) })
    const problem = await listen(server, this.#target)
    if (this.#stopped) {
      if (problem === null) server.close()
      return
    }
    if (problem === null) this.#opened(server)
    else this.#failed(problem)
  }

  #opened(server: Server): void {
    const { log } = this.#options
    server.on('error', error => { log.error({ ...this.#names(), error: error.message }, 'a listener could not accept') })
    const address = server.address()
    if (address !== null && typeof address === 'object') this.#port = address.port
    this.#server = server
    this.#front = this.#newFront()
    this.#failures = 0
    this.#become('up', null)
    log.info(this.#names(), 'listener is up')
  }

  #failed(problem: string): void {
    this.#failures += 1
    const delayMs = retryDelayMs(this.#failures)
    const { clock, log } = this.#options
    const { listener, address } = this.#target
    const error = `listener '${listener.name}' cannot bind ${formatBind(address)}: ${problem}`
    if (error !== this.#error) log.error({ ...this.#names(), error }, 'listener is not up, it is tried again')
    this.#become('failed', error)
    this.#cancelRetry = clock.after(delayMs, () => { this.#opening = this.#open() })
  }

  #accept(socket: Socket): void {
    const front = this.#front
    if (front === null) socket.destroy()
    else if (this.#options.admit(this.#target, socket.remoteAddress ?? '')) front.accept(socket)
    else {
      this.#options.log.warn(this.#names(), 'a connection was refused, the listener or its source has as many as it may')
      front.refuse(socket)
    }
  }

  #newFront(): Front {
    return new Front(this.#target.listener, { ...this.#options, protocol: this.#options.protocol(this.#target) })
  }

  #retire(front: Front): void {
    this.#draining.add(front)
    const drained = front.drain(this.#options.drainMsMax).then(() => {
      this.#draining.delete(front)
      this.#drains = this.#drains.filter(other => other !== drained)
      this.#options.changed()
    })
    this.#drains.push(drained)
  }

  #become(status: AddressStatus, error: string | null): void {
    if (status === this.#status && error === this.#error) return
    if (status !== this.#status) this.#since = this.#options.clock.now()
    this.#status = status
    this.#error = error
    this.#options.changed()
  }

  #names(): object {
    const { listener: { name, protocol }, address: { host } } = this.#target
    return { listener: name, protocol, address: formatBind({ host, port: this.#port }) }
  }
}

/** Null when the server listens, else the reason in words. */
function listen(server: Server, { address, listener, ipv6Only }: Target): Promise<string | null> {
  return new Promise(resolve => {
    const failed = (error: NodeJS.ErrnoException) => { resolve(reason(error)) }
    server.once('error', failed)
    server.once('listening', () => {
      server.off('error', failed)
      resolve(null)
    })
    server.listen({
      host: address.host, port: address.port, ipv6Only,
      backlog: listener.socketBacklog ?? BACKLOG_DEFAULT, reusePort: listener.socketReusePort,
    })
  })
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE': return 'the port is in use by another program'
    case 'EACCES': case 'EPERM': return 'this process may not bind it (ports below 1024 need a right of their own)'
    case 'EADDRNOTAVAIL': return 'no interface of this machine has the address'
    case 'EAFNOSUPPORT': return 'this machine has no such address family'
    default: return error.message
  }
}
