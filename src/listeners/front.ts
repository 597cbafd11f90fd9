/**
 * One generation of a listener's settings on one address: the connections that were accepted under it, what proxies say of
 * them, implicit TLS, and the protocol server. When the settings change, the next connections get a new front and this one drains.
 */
import type { Socket } from 'node:net'
import { createSecureContext, createServer } from 'node:tls'
import type { SecureContext, Server as TlsServer } from 'node:tls'
import type { Clock } from '../base/clock.ts'
import { setMembers } from '../base/fields.ts'
import type { Log } from '../base/log.ts'
import { failureSource, isAllowedFrom } from '../services/auth/network.ts'
import type { NetworkListener } from './network-listener.ts'
import type { Protocol, ProtocolServer } from './protocol-server.ts'
import type { ProxySource } from './proxy/header.ts'
import { readProxied, tellSource } from './proxy/proxied-socket.ts'
import type { CertificateSource } from './tls/certificate.ts'
import { ChallengeDoor } from './tls/challenge-door.ts'
import type { FindContext, KeyPair, SecureOptions, TlsSettings } from './tls/settings.ts'
import { tlsSettings } from './tls/settings.ts'

export const DRAIN_MS_MAX = 30_000
const TLS_TIMEOUT_MS_DEFAULT = 60_000

export interface FrontOptions {
  readonly protocol: Protocol
  readonly certificate: CertificateSource
  readonly clock: Clock
  readonly log: Log
}

export class Front {
  readonly #options: FrontOptions
  readonly #listener: NetworkListener
  readonly #server: ProtocolServer
  readonly #tls: TlsServer | null
  readonly #door: ChallengeDoor | null
  readonly #sockets = new Set<Socket>()
  readonly #perSource = new Map<string, number>()
  readonly #proxies: readonly string[]
  /** Whom proxies have named, by the connection: a TLS socket does not tell which socket it works on. */
  readonly #sources = new Map<string, ProxySource>()
  /** One for each certificate that a client has asked for under these settings. */
  readonly #contexts = new WeakMap<KeyPair, SecureContext>()
  readonly #forget: () => void
  #drained: () => void = () => {}

  constructor(listener: NetworkListener, options: FrontOptions) {
    this.#options = options
    this.#listener = listener
    this.#proxies = setMembers(listener.overrideProxyTrustedNetworks)
    const secure = this.#secure()
    const implicit = secure !== null && listener.tlsImplicit
    const tlsTimeoutMs = listener.tlsTimeout ?? TLS_TIMEOUT_MS_DEFAULT
    this.#server = options.protocol.create({
      listener: listener.name, tls: implicit ? 'implicit' : secure === null ? 'none' : 'upgrade',
      secure: implicit ? null : secure, tlsTimeoutMs, noDelay: listener.socketNoDelay,
    })
    this.#tls = implicit ? this.#tlsServer(secure, tlsTimeoutMs) : null
    this.#door = this.#tls === null ? null : this.#challengeDoor(this.#tls, tlsTimeoutMs)
    this.#forget = secure === null ? () => {} : options.certificate.onRenewed(() => { this.#renew() })
  }

  get size(): number {
    return this.#sockets.size
  }

  /** Connections of one source (`failureSource`), as the socket shows it: proxies count as themselves. */
  sizeOf(source: string): number {
    return this.#perSource.get(source) ?? 0
  }

  accept(socket: Socket): void {
    const source = failureSource(socket.remoteAddress ?? '')
    this.#sockets.add(socket)
    this.#perSource.set(source, this.sizeOf(source) + 1)
    socket.on('error', error => { this.#note(error, 'connection failed') })
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (this.sizeOf(source) > 1) this.#perSource.set(source, this.sizeOf(source) - 1)
      else this.#perSource.delete(source)
      if (this.#sockets.size === 0) this.#drained()
    })
    socket.setNoDelay(this.#listener.socketNoDelay)
    if (!this.#isProxy(socket)) this.#serve(socket)
    else {
      readProxied(socket, this.#options.clock, {
        done: source => {
          if (source !== null) this.#told(socket, source)
          this.#serve(socket)
        },
        refused: reason => { this.#misled(socket, reason) },
      })
    }
  }

  /** Tells one connection too many why it is closed, where that can be told without a handshake. */
  refuse(socket: Socket): void {
    socket.on('error', error => { this.#note(error, 'connection failed') })
    if (this.#tls === null) socket.write(this.#server.refusal)
    socket.destroySoon()
  }

  /** Resolves when the last connection has gone: by itself, or cut after `limitMs`. */
  async drain(limitMs: number): Promise<void> {
    this.#server.drain()
    if (this.#sockets.size > 0) {
      await new Promise<void>(resolve => {
        const cancel = this.#options.clock.after(limitMs, () => { this.cut() })
        this.#drained = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#forget()
    this.#server.close()
  }

  cut(): void {
    if (this.#sockets.size === 0) return
    this.#options.log.warn({ listener: this.#listener.name, connections: this.#sockets.size }, 'connections cut')
    for (const socket of this.#sockets) socket.destroy()
  }

  #isProxy(socket: Socket): boolean {
    return this.#proxies.length > 0 && isAllowedFrom(this.#proxies, socket.remoteAddress ?? '')
  }

  #told(socket: Socket, source: ProxySource): void {
    const connection = connectionOf(socket)
    this.#sources.set(connection, source)
    socket.on('close', () => { this.#sources.delete(connection) })
    tellSource(socket, source)
  }

  /** Not the client's failure, but one of the proxy or of the settings: somebody has to hear of it. */
  #misled(socket: Socket, error: string): void {
    const { remoteAddress: proxy } = socket
    this.#options.log.warn({ listener: this.#listener.name, proxy, error }, 'a proxy did not begin with a PROXY header')
  }

  #serve(socket: Socket): void {
    if (this.#door === null) this.#server.accept(socket)
    else this.#door.accept(socket)
  }

  #secure(): SecureOptions | null {
    const settings = this.#listener.useTls ? tlsSettings(this.#listener) : null
    if (settings === null) return null
    return { ...settings, ...this.#options.certificate.current(), SNICallback: this.#findContext(settings) }
  }

  /** Looks at each handshake, so that a certificate counts as soon as it is there. */
  #findContext(settings: TlsSettings): FindContext {
    return (host, found) => {
      try {
        const pair = this.#options.certificate.named(host)
        const context = this.#contexts.get(pair) ?? createSecureContext({ ...settings, ...pair })
        this.#contexts.set(pair, context)
        found(null, context)
      } catch (error) {
        found(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  #renew(): void {
    const secure = this.#secure()
    if (secure === null) return
    if (this.#tls === null) this.#server.renew(secure)
    else this.#tls.setSecureContext(secure)
  }

  #tlsServer(secure: SecureOptions, handshakeTimeout: number): TlsServer {
    const { alpn } = this.#options.protocol
    const offered = alpn === undefined ? {} : { ALPNProtocols: [...alpn] }
    const server = createServer({ ...secure, ...offered, handshakeTimeout })
    server.on('secureConnection', socket => {
      socket.on('error', error => { this.#note(error, 'connection failed') })
      const source = this.#sources.get(connectionOf(socket))
      if (source !== undefined) tellSource(socket, source)
      this.#server.accept(socket)
    })
    // Node leaves a connection open whose handshake failed or took too long.
    server.on('tlsClientError', (error, socket) => {
      this.#note(error, 'TLS handshake failed')
      socket.destroy()
    })
    return server
  }

  #challengeDoor(tls: TlsServer, handshakeMsMax: number): ChallengeDoor {
    const { certificate, clock } = this.#options
    return new ChallengeDoor({
      handshakeMsMax, clock, find: host => certificate.challenge(host),
      pass: socket => { tls.emit('connection', socket) },
      note: error => { this.#note(error, 'an authority did not end its handshake') },
    })
  }

  /** Failures of one client are the client's: they are only worth a line to whoever looks for it. */
  #note(error: Error, message: string): void {
    this.#options.log.debug({ listener: this.#listener.name, error: error.message }, message)
  }
}

/** Its two ends: no other connection of this machine has the same. */
function connectionOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ')
}
