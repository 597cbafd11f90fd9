/**
 * A connection that a proxy passes on: what it says of the client is read before anybody else reads. From then on the
 * socket itself tells the client's address as `remoteAddress`, to whoever asks: limits, logs, allowed addresses, audit.
 *
 * | what happens                                    | end                                                        |
 * |-------------------------------------------------|------------------------------------------------------------|
 * | a whole header, in one segment or byte by byte  | `done`; what follows it is there to be read                |
 * | no header, a bad one, nothing more within 5 s   | the socket is destroyed, `refused` says why                |
 * | closed before a byte was sent                   | nothing: health checks of proxies do that                  |
 */
import type { Socket } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { readProxyHeader } from './header.ts'
import type { ProxySource } from './header.ts'

export const PROXY_HEADER_MS_MAX = 5_000

export interface ProxiedEnd {
  /** The header was read. `source` null: the proxy speaks for itself. */
  readonly done: (source: ProxySource | null) => void
  readonly refused: (reason: string) => void
}

export function readProxied(socket: Socket, clock: Clock, { done, refused }: ProxiedEnd): void {
  let bytes = Buffer.alloc(0)
  const end = (): void => {
    cancel()
    socket.off('readable', read)
    socket.off('close', closed)
  }
  const refuse = (reason: string): void => {
    end()
    socket.destroy()
    refused(reason)
  }
  const closed = (): void => {
    end()
    if (bytes.length > 0) refused('the connection was closed in the middle of it')
  }
  const read = (): void => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    bytes = Buffer.concat([bytes, chunk])
    const header = readProxyHeader(bytes)
    if (header.kind === 'more') return
    if (header.kind === 'bad') {
      refuse(header.reason)
      return
    }
    end()
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length))
    done(header.source)
  }
  const cancel = clock.after(PROXY_HEADER_MS_MAX, () => { refuse(`it did not come within ${PROXY_HEADER_MS_MAX} ms`) })
  socket.on('readable', read)
  socket.on('close', closed)
}

/** Lets a socket tell this address as that of its other end. */
export function tellSource(socket: Socket, { address, port }: ProxySource): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: address },
    remotePort: { value: port },
    remoteFamily: { value: address.includes(':') ? 'IPv6' : 'IPv4' },
  })
}
