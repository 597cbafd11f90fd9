/**
 * Lets certificate authorities look whether a host is served here, on the port where everybody else speaks TLS (RFC 8737).
 * They offer the protocol `acme-tls/1` and nothing else; they are shown a certificate that was made for them, and nothing
 * is said after the handshake. Which client it is has to be known before the handshake begins, because OpenSSL chooses the
 * certificate before it looks at protocols: so the first record of each connection is read here, and put back.
 *
 * | the client | goes |
 * |---|---|
 * | offers `acme-tls/1` alone, for a host that an authority was told of | through the door: handshake, end |
 * | offers it for another host | the handshake fails |
 * | anything else, also what is no TLS | on, with every byte |
 * | sends no whole record in the time of a handshake | closed |
 */
import type { Socket } from 'node:net'
import { createSecureContext, createServer } from 'node:tls'
import type { Server as TlsServer } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import { readClientHello } from './client-hello.ts'
import type { FindContext, KeyPair } from './settings.ts'

const PROTOCOL = 'acme-tls/1'

export interface ChallengeDoorOptions {
  readonly handshakeMsMax: number
  readonly clock: Clock
  /** The certificate for an authority that looks at this host; null: none was told of it. */
  readonly find: (host: string) => Promise<KeyPair | null>
  /** Everybody else. */
  readonly pass: (socket: Socket) => void
  /** Of one client, so only worth a line to whoever looks for it. */
  readonly note: (error: Error) => void
}

export class ChallengeDoor {
  readonly #options: ChallengeDoorOptions
  readonly #server: TlsServer

  constructor(options: ChallengeDoorOptions) {
    this.#options = options
    this.#server = createServer({
      ALPNProtocols: [PROTOCOL], SNICallback: this.#findContext(), handshakeTimeout: options.handshakeMsMax, minVersion: 'TLSv1.2',
    })
    this.#server.on('secureConnection', socket => {
      socket.on('error', options.note)
      socket.end()
    })
    this.#server.on('tlsClientError', (error, socket) => {
      options.note(error)
      socket.destroy()
    })
  }

  accept(socket: Socket): void {
    const { clock, handshakeMsMax, pass } = this.#options
    let bytes = Buffer.alloc(0)
    const end = (): void => {
      cancel()
      socket.off('readable', read)
      socket.off('close', end)
    }
    const read = (): void => {
      const chunk = socket.read() as Buffer | null
      if (chunk === null) return
      bytes = Buffer.concat([bytes, chunk])
      const hello = readClientHello(bytes)
      if (hello.kind === 'more') return
      end()
      socket.unshift(bytes)
      const isAuthority = hello.protocols.length === 1 && hello.protocols[0] === PROTOCOL
      if (isAuthority) this.#server.emit('connection', socket)
      else pass(socket)
    }
    const cancel = clock.after(handshakeMsMax, () => { socket.destroy() })
    socket.on('readable', read)
    socket.on('close', end)
  }

  #findContext(): FindContext {
    return (host, found) => {
      this.#options.find(host).then(
        pair => { found(pair === null ? new Error(`no authority was told of ${host}`) : null, pair === null ? undefined : createSecureContext(pair)) },
        (error: unknown) => { found(error instanceof Error ? error : new Error(String(error))) },
      )
    }
  }
}
