/**
 * `/healthz/live` and `/healthz/ready` on an address of their own, whatever listeners the node's role has: live while
 * the event loop answers, ready when every check says so. The address is bound like a listener's: when it is taken, the
 * node runs on and tries again.
 *
 * | failure                              | answer                                                              |
 * |--------------------------------------|---------------------------------------------------------------------|
 * | a check says no                      | ready: 503, the check with its detail; live: 200                    |
 * | a check throws                       | the same, the error is the detail                                   |
 * | a check does not answer              | the same after 2 s, "no answer"; it is not asked again before it has |
 * | the event loop is stuck              | none: that is what live is for                                      |
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AssertionFailure } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Service } from '../../base/service.ts'
import { errorText } from '../../errors.ts'
import { formatBind } from '../bind.ts'
import type { BindAddress } from '../bind.ts'
import { Endpoint } from '../endpoint.ts'
import type { AddressState } from '../endpoint.ts'
import { httpProtocol } from '../http-server.ts'
import type { NetworkListener } from '../network-listener.ts'

export interface HealthReply { readonly ok: boolean; readonly detail: string }
export interface HealthCheck {
  readonly check: string
  run(): Promise<HealthReply>
}
export type HealthResult = { readonly check: string } & HealthReply

export interface HealthServerOptions {
  readonly bind: BindAddress
  readonly checks: readonly HealthCheck[]
  readonly clock: Clock
  readonly log: Log
}

const CHECK_MS_MAX = 2_000
const DRAIN_MS_MAX = 1_000
const CONNECTIONS_MAX = 64

export class HealthServer implements Service {
  readonly #endpoint: Endpoint
  readonly #checks: readonly (() => Promise<HealthResult>)[]

  constructor({ bind, checks, clock, log }: HealthServerOptions) {
    this.#checks = checks.map(check => bounded(check, clock))
    const protocol = httpProtocol((request, response) => { this.#answer(request, response) })
    const target = { key: 'health', listener: healthListener(bind), address: bind, ipv6Only: false }
    this.#endpoint = new Endpoint(target, {
      protocol: () => protocol, certificate: noCertificate, admit: () => this.#endpoint.connections < CONNECTIONS_MAX,
      changed() {}, drainMsMax: DRAIN_MS_MAX, clock, log,
    })
  }

  /** Resolves when the address is up or was refused for the first time. */
  start(): Promise<void> {
    return this.#endpoint.start()
  }

  async stop(): Promise<void> {
    await this.#endpoint.stop().gone
  }

  state(): AddressState {
    return this.#endpoint.state()
  }

  /** Every check, in the order in which they were given. */
  results(): Promise<HealthResult[]> {
    return Promise.all(this.#checks.map(run => run()))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const head = request.method === 'HEAD'
    const path = (request.url ?? '').split('?', 1)[0]
    if (path !== '/healthz/live' && path !== '/healthz/ready') return reply(response, head, 404, { error: 'not found' })
    if (!head && request.method !== 'GET') {
      response.setHeader('Allow', 'GET, HEAD')
      return reply(response, head, 405, { error: 'only GET and HEAD' })
    }
    if (path === '/healthz/live') return reply(response, head, 200, { live: true })
    void this.results().then(checks => {
      const ready = checks.every(({ ok }) => ok)
      reply(response, head, ready ? 200 : 503, { ready, checks })
    })
  }
}

function reply(response: ServerResponse, head: boolean, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store',
  })
  response.end(head ? undefined : text)
}

/** One run at a time, shared by all who ask; it never rejects and always answers in time. */
function bounded(asked: HealthCheck, clock: Clock): () => Promise<HealthResult> {
  const { check } = asked
  let running: Promise<HealthResult> | null = null
  const begin = async (): Promise<HealthResult> => {
    try {
      return { check, ...await asked.run() }
    } catch (error) {
      return { check, ok: false, detail: errorText(error) }
    } finally {
      running = null
    }
  }
  return () => {
    running ??= begin()
    return inTime(running, { check, ok: false, detail: `no answer within ${CHECK_MS_MAX} ms` }, clock)
  }
}

function inTime(result: Promise<HealthResult>, late: HealthResult, clock: Clock): Promise<HealthResult> {
  return new Promise(resolve => {
    const cancel = clock.after(CHECK_MS_MAX, () => { resolve(late) })
    void result.then(answer => {
      cancel()
      resolve(answer)
    })
  })
}

const noCertificate = {
  current(): never { throw new AssertionFailure('the health address has no TLS') },
  named(): never { throw new AssertionFailure('the health address has no TLS') },
  challenge(): never { throw new AssertionFailure('the health address has no TLS') },
  onRenewed: () => () => {},
}

function healthListener(bind: BindAddress): NetworkListener {
  return {
    id: 'health', name: 'ROTA_HEALTH_BIND', protocol: 'http', bind: { [formatBind(bind)]: true },
    maxConnections: CONNECTIONS_MAX, socketBacklog: null, socketNoDelay: true, socketReusePort: false,
    useTls: false, tlsImplicit: false, tlsTimeout: null,
    tlsDisableProtocols: {}, tlsDisableCipherSuites: {}, tlsIgnoreClientOrder: true, overrideProxyTrustedNetworks: {},
  }
}
