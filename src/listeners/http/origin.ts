/** The origin of this server, as who calls it spells it. */
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

const HOST_SHAPE = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/**
 * Scheme, host and port as the client used them on this connection. Behind a proxy that ends TLS this is
 * `http`; headers that tell otherwise can be written by anybody and are not believed, and the known clients
 * only use the path.
 */
export function originOf(request: IncomingMessage): string {
  const { socket, headers: { host = '' } } = request
  const address = socket.localFamily === 'IPv6' ? `[${socket.localAddress}]` : socket.localAddress
  // Some hosts of that shape are none, such as 1.2.3.4.5.
  const authority = HOST_SHAPE.test(host) && URL.canParse(`http://${host}`) ? host : `${address}:${socket.localPort}`
  return `${socket instanceof TLSSocket ? 'https' : 'http'}://${authority}`
}

/**
 * The same for a page in a browser, in the form of its `Origin` header. Here a proxy that ends TLS is believed
 * when it says so in X-Forwarded-Proto: that makes `https` out of `http` for the same host and nothing else, and
 * no page can make the browser of somebody else send it.
 */
export function browserOrigin(request: IncomingMessage): string {
  const [scheme = ''] = String(request.headers['x-forwarded-proto'] ?? '').split(',')
  const seen = originOf(request)
  const used = scheme.trim().toLowerCase() === 'https' ? seen.replace(/^http:/, 'https:') : seen
  return new URL(used).origin
}
