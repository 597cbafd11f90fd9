/**
 * One client of smtp-server, with what that library leaves out: enhanced codes chosen by the reply, a bound on
 * errors of any kind, a bound on the STARTTLS handshake.
 */
import type { Socket } from 'node:net'
import type { SMTPServer, SMTPServerEnvelope } from 'smtp-server'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import type { Clock } from '../../base/clock.ts'
import { BEGINS_WITH_ENHANCED_CODE } from './reply.ts'

export interface MailConnectionOptions {
  /** False: wait a moment for clients that talk before they are greeted. Relays that speak LMTP are not such. */
  readonly greetAtOnce: boolean
  readonly errorsMax: number
  readonly tlsTimeoutMs: number
  readonly noDelay: boolean
  readonly clock: Clock
  /** Called with the name that the client has given; the transaction that was under way is over then. */
  readonly greeted: (name: string) => void
  /** RSET: the client has given the transaction up. */
  readonly reset: () => void
}

export class MailConnection extends SMTPConnection {
  readonly #options: MailConnectionOptions
  /** Listeners that others have put on the socket. */
  readonly #watchers: readonly ((hadError: boolean) => void)[]
  #greeted = false
  #errors = 0

  constructor(server: SMTPServer, socket: Socket, options: MailConnectionOptions) {
    super(server, socket)
    this.#options = options
    this.#watchers = socket.listeners('close') as ((hadError: boolean) => void)[]
    socket.setNoDelay(options.noDelay)
  }

  /** Outside of a transaction. */
  get idle(): boolean {
    const envelope: SMTPServerEnvelope | undefined = this.session.envelope
    return envelope === undefined || envelope.mailFrom === false
  }

  override init(): void {
    super.init()
    if (this.#options.greetAtOnce) this.connectionReady()
  }

  // Names of methods are the library's: it looks for `handler_` and the command.
  override handler_EHLO(command: Buffer, callback: () => void): void {
    super.handler_EHLO(command, callback)
    this.#hasGreeted()
  }

  override handler_HELO(command: Buffer, callback: () => void): void {
    super.handler_HELO(command, callback)
    this.#hasGreeted()
  }

  override handler_RSET(command: Buffer, callback: () => void): void {
    super.handler_RSET(command, callback)
    this.#options.reset()
  }

  override connectionReady(next?: () => void): void {
    if (this.#greeted) return
    this.#greeted = true
    super.connectionReady(next)
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const ownCode = typeof data === 'string' && BEGINS_WITH_ENHANCED_CODE.test(data)
    super.send(code, data, ownCode ? false : context)
    if (context === 'DATA_OK') this.#errors = 0
    if (code < 400 || code === 421) return
    this.#errors += 1
    if (this.#errors >= this.#options.errorsMax) super.send(421, '4.7.0 too many errors', false)
  }

  override upgrade(callback: () => void, secureCallback?: () => void): void {
    const plain = this._socket
    const cancel = this.#options.clock.after(this.#options.tlsTimeoutMs, () => { plain.destroy() })
    super.upgrade(callback, () => {
      cancel()
      secureCallback?.()
    })
    // The library has just taken every listener off the plain socket, also of those who count it.
    for (const watcher of this.#watchers) plain.on('close', watcher)
    plain.once('close', cancel)
  }

  #hasGreeted(): void {
    if (this.hostNameAppearsAs) this.#options.greeted(this.hostNameAppearsAs)
  }
}
