/**
 * What speaks a protocol on connections that a listener has accepted. The listener binds, counts, limits, does implicit
 * TLS and cuts what will not end; a protocol server only talks.
 */
import type { Socket } from 'node:net'
import type { SecureOptions } from './tls/settings.ts'

export interface ProtocolServer {
  /** Sent to a plain connection that is one too many, before it is closed. */
  readonly refusal: string
  /** Takes a connection over: a plain socket, or a TLS socket whose handshake is done. */
  accept(socket: Socket): void
  /** Another certificate for the handshakes that the protocol starts itself (STARTTLS). */
  renew(secure: SecureOptions): void
  /** From now on: idle connections are closed, the others as soon as they have done what they are doing. */
  drain(): void
  /** Called once, after the last connection has gone. */
  close(): void
}

export interface ServerSettings {
  /** The name of the listener, for logs. */
  readonly listener: string
  /** `implicit`: sockets arrive after their handshake. `upgrade`: the protocol may offer STARTTLS. */
  readonly tls: 'none' | 'upgrade' | 'implicit'
  /** For `upgrade`. */
  readonly secure: SecureOptions | null
  readonly tlsTimeoutMs: number
  readonly noDelay: boolean
}

export interface Protocol {
  /** Offered in implicit TLS handshakes (RFC 7301). */
  readonly alpn?: readonly string[]
  /** One for each address and each generation of its settings. */
  create(settings: ServerSettings): ProtocolServer
}
