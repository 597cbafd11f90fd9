/** An HTTP handler on a free port of this machine. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { HttpHandler } from '../../src/listeners/http/http-handler.ts'
import { httpProtocol } from '../../src/listeners/http-server.ts'

const SETTINGS = { listener: 'http', tls: 'none', secure: null, tlsTimeoutMs: 1_000, noDelay: true } as const

export interface HttpListener {
  readonly port: number
  readonly url: string
  /** Ends the handler too. */
  close(): Promise<void>
}

export async function listenHttp(http: HttpHandler): Promise<HttpListener> {
  const server = httpProtocol(http.handler).create(SETTINGS)
  const listener = createServer(socket => { server.accept(socket) })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(listener, 'close')
      server.drain()
      listener.close()
      await Promise.all([http.close(), closed])
      server.close()
    },
  }
}
