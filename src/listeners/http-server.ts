/**
 * HTTP/1.1 on the sockets of a listener, plain or after a TLS handshake. The handler is whatever answers a request of
 * node:http; headers, idle connections and slow clients are bounded here.
 */
import { createServer } from 'node:http'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Protocol, ProtocolServer } from './protocol-server.ts'

export interface HttpLimits {
  readonly headerBytesMax: number
  /** From the first byte of a request to the end of its headers. */
  readonly headersMsMax: number
  /** From the first byte of a request to its last; an upload at 1.5 Mbit/s fits. */
  readonly requestMsMax: number
  /** Between two requests on one connection. */
  readonly idleMsMax: number
}

export const HTTP_LIMITS: HttpLimits = {
  headerBytesMax: 16_384, headersMsMax: 20_000, requestMsMax: 300_000, idleMsMax: 65_000,
}
const CHECK_MS = 5_000

const REFUSAL = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Of the server that a response belongs to: aborts when that drains, so that a reply without an end can be ended. */
const DRAINS = new WeakMap<ServerResponse, AbortSignal>()
export function drainOf(response: ServerResponse): AbortSignal | undefined {
  return DRAINS.get(response)
}

export function httpProtocol(handler: RequestListener, limits: HttpLimits = HTTP_LIMITS): Protocol {
  return { alpn: ['http/1.1'], create: () => httpServer(handler, limits) }
}

function httpServer(handler: RequestListener, limits: HttpLimits): ProtocolServer {
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax, headersTimeout: limits.headersMsMax, requestTimeout: limits.requestMsMax,
    keepAliveTimeout: limits.idleMsMax, connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMsMax),
  })
  const running = new Set<ServerResponse>()
  const draining = new AbortController()
  server.on('request', (request, response) => {
    running.add(response)
    DRAINS.set(response, draining.signal)
    response.on('close', () => {
      running.delete(response)
      if (draining.signal.aborted) server.closeIdleConnections()
    })
    if (draining.signal.aborted) closeAfter(response)
    handler(request, response)
  })
  // The sockets come from outside, so this server never listens; without the event it would not watch their time-outs.
  server.emit('listening')
  return {
    refusal: REFUSAL,
    accept(socket) { server.emit('connection', socket) },
    renew() {},
    drain() {
      running.forEach(closeAfter)
      draining.abort()
      server.closeIdleConnections()
    },
    close() { server.close() },
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}
