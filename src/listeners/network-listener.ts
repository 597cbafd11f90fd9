/**
 * A NetworkListener as this part needs it: the fields of the registry object that have an effect here, in the form in
 * which they are stored (sets are `{ "member": true }`, durations are ms). The caller has applied the role already.
 */
import type { Id } from '../base/ids.ts'
import type { Json } from '../base/json.ts'

export type ListenerProtocol = 'http' | 'smtp' | 'lmtp' | 'imap' | 'pop3' | 'manageSieve'
/** Those that have a server in this version. */
export const SERVED_PROTOCOLS = ['http', 'smtp', 'lmtp'] as const satisfies readonly ListenerProtocol[]
/** A set of the registry. */
export interface Members { readonly [member: string]: Json | undefined }

export interface NetworkListener {
  readonly id: Id
  readonly name: string
  readonly protocol: ListenerProtocol
  /** `127.0.0.1:25`, `[::]:25`; port 0 is any free port. */
  readonly bind: Members
  /** Over all addresses of the listener; null: no limit. */
  readonly maxConnections: number | null
  readonly socketBacklog: number | null
  readonly socketNoDelay: boolean
  readonly socketReusePort: boolean
  /** Networks of proxies: what comes from there begins with a PROXY header, and the client is whom it names. */
  readonly overrideProxyTrustedNetworks: Members
  readonly useTls: boolean
  /** TLS from the first byte; else STARTTLS, where the protocol has it. */
  readonly tlsImplicit: boolean
  /** For the handshake, in ms. */
  readonly tlsTimeout: number | null
  /** `tls12`, `tls13`. */
  readonly tlsDisableProtocols: Members
  readonly tlsDisableCipherSuites: Members
  /** The server's order of cipher suites counts, not the client's. */
  readonly tlsIgnoreClientOrder: boolean
}
