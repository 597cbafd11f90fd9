/** An HTTPS server that plays a certificate authority badly: what it answers is up to the test. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/base/clock.ts'
import { selfMadeCertificate } from '../../src/listeners/tls/self-made.ts'

export interface AcmeAuthority extends AsyncDisposable {
  readonly origin: string
  /** PEM: whom to trust for the connection to it. */
  readonly trusted: string
  /** Method and path of what was asked, in order. */
  readonly asked: readonly string[]
}
/** `body`: the payload of the JWS, parsed; null where there is none. */
export type AnswerAcme = (request: IncomingMessage, response: ServerResponse, body: unknown) => void

export async function acmeAuthority(answer: AnswerAcme): Promise<AcmeAuthority> {
  const { cert, key } = await selfMadeCertificate('localhost', systemClock.now())
  const asked: string[] = []
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => { parts.push(part) })
    request.on('end', () => { answer(request, response, payloadOf(Buffer.concat(parts))) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, trusted: cert, asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => { server.close(resolve) })
    },
  }
}

function payloadOf(body: Buffer): unknown {
  if (body.length === 0) return null
  const { payload } = JSON.parse(body.toString()) as { payload: string }
  return payload === '' ? null : JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown
}

/** JSON, with a fresh nonce. */
export function sendAcme(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Replay-Nonce': 'bm9uY2U', ...headers }).end(JSON.stringify(body))
}
