/** Listeners on free ports of this machine, and a sink that remembers what it was given. */
import assert from 'node:assert/strict'
import { silentLog } from '../../src/base/log.ts'
import type { Log } from '../../src/base/log.ts'
import { systemClock } from '../../src/base/clock.ts'
import { ListenerManager } from '../../src/listeners/manager.ts'
import type { ListenerManagerOptions, ListenerState } from '../../src/listeners/manager.ts'
import { mailProtocols } from '../../src/listeners/mail/mail-server.ts'
import type { MailOptions } from '../../src/listeners/mail/mail-server.ts'
import type { DeliveryResult, MailMessage, MailSink } from '../../src/listeners/mail/mail-sink.ts'
import type { NetworkListener } from '../../src/listeners/network-listener.ts'
import { selfMadeCertificate } from '../../src/listeners/tls/self-made.ts'
import type { CertificateSource } from '../../src/listeners/tls/certificate.ts'
import type { KeyPair } from '../../src/listeners/tls/settings.ts'

export function listener(fields: Partial<NetworkListener>): NetworkListener {
  return {
    id: fields.name ?? 'smtp', name: 'smtp', protocol: 'smtp', bind: { '127.0.0.1:0': true },
    maxConnections: null, socketBacklog: null, socketNoDelay: true, socketReusePort: false,
    useTls: false, tlsImplicit: false, tlsTimeout: null,
    tlsDisableProtocols: {}, tlsDisableCipherSuites: {}, tlsIgnoreClientOrder: true, overrideProxyTrustedNetworks: {},
    ...fields,
  }
}

/** A certificate that a test may exchange. */
export class TestCertificate implements CertificateSource {
  #pair: KeyPair
  readonly #watchers = new Set<() => void>()

  constructor(pair: KeyPair) {
    this.#pair = pair
  }

  static async make(): Promise<TestCertificate> {
    return new TestCertificate(await selfMadeCertificate('mx.example.org', Date.now()))
  }

  get watched(): number {
    return this.#watchers.size
  }

  current(): KeyPair {
    return this.#pair
  }

  named(): KeyPair {
    return this.#pair
  }

  challenge(_host: string): Promise<KeyPair | null> {
    return Promise.resolve(null)
  }

  onRenewed(renewed: () => void): () => void {
    this.#watchers.add(renewed)
    return () => { this.#watchers.delete(renewed) }
  }

  replace(pair: KeyPair): void {
    this.#pair = pair
    for (const renewed of this.#watchers) renewed()
  }
}

/** Knows `alice`, `bob` and `user<n>` at example.org; tests may replace both functions. */
export class RecordingSink implements MailSink<string> {
  readonly messages: MailMessage<string>[] = []
  lookups = 0
  refuse: (recipient: string) => DeliveryResult | null = () => null

  recipient(address: string, _octets: number): Promise<string | null> {
    this.lookups += 1
    return Promise.resolve(/^(alice|bob|user\d+)@example\.org$/.test(address) ? address : null)
  }

  deliver(message: MailMessage<string>): Promise<DeliveryResult[]> {
    this.messages.push(message)
    return Promise.resolve(message.recipients.map(recipient => this.refuse(recipient) ?? { kind: 'delivered', id: '0000000000001' }))
  }

  /** The text of the only message, without the lines that the server put in front. */
  body(): string {
    assert.equal(this.messages.length, 1)
    return bodyOf(this.messages[0])
  }
}

/** What the client sent, byte for byte as latin1. */
export function bodyOf(message: MailMessage<string> | undefined): string {
  const text = Buffer.from(message?.content ?? []).toString('latin1')
  const trace = /^Return-Path: [^\r]*\r\nReceived: [^\r]*\r\n(?:\t[^\r]*\r\n)+/.exec(text)
  assert.ok(trace, `no trace lines in ${JSON.stringify(text.slice(0, 200))}`)
  return text.slice(trace[0].length)
}

export interface Running {
  readonly manager: ListenerManager
  readonly certificate: TestCertificate
  readonly port: (name: string) => number
  readonly stop: () => Promise<void>
}

export async function startListeners(
  listeners: readonly NetworkListener[], options: Partial<ListenerManagerOptions>,
): Promise<Running> {
  const certificate = await TestCertificate.make()
  const manager = new ListenerManager({
    protocols: {}, binds: new Map(), certificate, clock: systemClock, log: silentLog, drainMsMax: 5_000, ...options,
  })
  await manager.apply(listeners)
  return { manager, certificate, port: name => portOf(manager.state(), name), stop: () => manager.stop() }
}

export function portOf(state: readonly ListenerState[], name: string): number {
  const address = state.find(each => each.name === name)?.addresses.find(each => each.state === 'up')
  assert.ok(address, `listener ${name} is not up: ${JSON.stringify(state)}`)
  return address.port
}

export function mailOptions(sink: MailSink<string>, options: Partial<MailOptions<string>> = {}): MailOptions<string> {
  return { hostname: 'mx.example.org', sink, clock: systemClock, log: silentLog, ...options }
}

/** Listeners `smtp` and `lmtp` into the sink. */
export function startMail(
  sink: MailSink<string>, fields: Partial<NetworkListener> = {}, options: Partial<MailOptions<string>> = {},
): Promise<Running> {
  const listeners = [listener({ ...fields, name: 'smtp' }), listener({ ...fields, name: 'lmtp', protocol: 'lmtp' })]
  return startListeners(listeners, { protocols: mailProtocols(mailOptions(sink, options)) })
}

/** Resolves when the state is as wanted; it is looked at after every change. */
export function until(manager: ListenerManager, wanted: (state: readonly ListenerState[]) => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (!wanted(manager.state())) return
      cancel()
      resolve()
    }
    const cancel = manager.onChange(look)
    look()
  })
}

/** Resolves when no connection is left. Single connections are no event, so this looks at every turn of the event loop. */
export async function idle(manager: ListenerManager): Promise<void> {
  const connections = () => manager.state().flatMap(({ addresses }) => addresses).reduce((sum, each) => sum + each.connections, 0)
  while (connections() > 0) await new Promise<void>(resolve => { setImmediate(resolve) })
}

/** A log whose lines can be looked at. */
export function recordingLog(): Log & { readonly lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = []
  const at = (level: string) => (fields: object, message: string) => { lines.push({ level, fields, message }) }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
