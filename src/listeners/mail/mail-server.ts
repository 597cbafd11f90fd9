/**
 * SMTP (RFC 5321) and LMTP (RFC 2033) for incoming mail. Nobody logs in and nothing is relayed: a recipient is accepted
 * only when the sink knows the address. A message ends only with CRLF . CRLF; bare LF inside it is text, so no second
 * message can be smuggled in (README.md).
 */
import type { Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type {
  SMTPServerAddress, SMTPServerDataResult, SMTPServerDataStream, SMTPServerEnvelope, SMTPServerSession,
} from 'smtp-server'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { Protocol, ProtocolServer, ServerSettings } from '../protocol-server.ts'
import { Intake } from './intake.ts'
import type { Taken } from './intake.ts'
import { MAIL_LIMITS } from './limits.ts'
import type { MailLimits } from './limits.ts'
import { MailConnection } from './mail-connection.ts'
import type { MailSink } from './mail-sink.ts'
import { Refusal, refusalOf, replyForAll, replyForOne } from './reply.ts'
import { asciiDomain, traceHeader } from './trace.ts'

export interface MailOptions<Recipient> {
  /** How the server calls itself. */
  readonly hostname: string
  readonly sink: MailSink<Recipient>
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<MailLimits>
}

/** Both protocols of one node; they share the limit on mail that is on its way in. */
export function mailProtocols<Recipient>(options: MailOptions<Recipient>): { readonly smtp: Protocol; readonly lmtp: Protocol } {
  const limits = { ...MAIL_LIMITS, ...options.limits }
  const intake = new Intake(limits.messageBytesMax, limits.intakeBytesMax)
  const protocol = (name: 'smtp' | 'lmtp'): Protocol => ({
    create: settings => protocolServer(new MailServer({ ...options, limits, intake, name, settings })),
  })
  return { smtp: protocol('smtp'), lmtp: protocol('lmtp') }
}

function protocolServer<Recipient>(server: MailServer<Recipient>): ProtocolServer {
  return {
    refusal: '421 4.3.2 too many connections, try again later\r\n',
    accept(socket) { server.connect(socket) },
    renew(secure) { server.updateSecureContext({ ...secure }) },
    drain() { server.drain() },
    close() {},
  }
}

interface MailServerOptions<Recipient> extends MailOptions<Recipient> {
  readonly limits: MailLimits
  readonly intake: Intake
  readonly name: 'smtp' | 'lmtp'
  readonly settings: ServerSettings
}

/** The accepted recipients of one transaction. */
interface Accepted<Recipient> {
  readonly addresses: string[]
  readonly recipients: Recipient[]
  /** For each accepted RCPT the index of its recipient: an address that was given twice has two replies (RFC 2033 §4.2). */
  readonly order: number[]
}

/** Joke commands of the library, and those that let a client speak for another. */
const DISABLED_COMMANDS = ['AUTH', 'XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL']
const NON_ASCII = /[^\x00-\x7f]/

class MailServer<Recipient> extends SMTPServer {
  readonly #mail: MailServerOptions<Recipient>
  readonly #clients = new WeakMap<SMTPServerSession, MailConnection>()
  readonly #accepted = new WeakMap<SMTPServerEnvelope, Accepted<Recipient>>()
  #draining = false

  constructor(mail: MailServerOptions<Recipient>) {
    const { limits, settings } = mail
    super({
      ...settings.secure,
      name: mail.hostname, heloResponse: '%s at your service', lmtp: mail.name === 'lmtp', logger: false,
      secure: settings.tls === 'implicit', secured: settings.tls === 'implicit',
      disabledCommands: settings.tls === 'upgrade' ? DISABLED_COMMANDS : [...DISABLED_COMMANDS, 'STARTTLS'],
      authOptional: true, disableReverseLookup: true, hideENHANCEDSTATUSCODES: false,
      size: limits.messageBytesMax, maxCommandLength: limits.commandBytesMax, socketTimeout: limits.idleMsMax,
    })
    this.#mail = mail
    this.on('error', error => { mail.log.debug({ listener: settings.listener, error: error.message }, 'connection failed') })
  }

  override connect(socket: Socket): void {
    const { name, settings, limits, clock } = this.#mail
    const connection = new MailConnection(this, socket, {
      greetAtOnce: name === 'lmtp', errorsMax: limits.errorsMax, tlsTimeoutMs: settings.tlsTimeoutMs, noDelay: settings.noDelay, clock,
    })
    this.#clients.set(connection.session, connection)
    this.connections.add(connection)
    connection.on('error', error => { this.emit('error', error) })
    connection.init()
  }

  /** Ends idle connections; the others end with their transaction. */
  drain(): void {
    this.#draining = true
    for (const connection of [...this.connections]) {
      if (connection instanceof MailConnection && connection.idle) goodbye(connection)
    }
  }

  override onMailFrom(address: SMTPServerAddress, session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    callback(this.#draining ? closing() : refuseAddress(address, session))
  }

  override onRcptTo(address: SMTPServerAddress, session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    this.#settle(this.#recipient(address, session).then(() => { callback() }, (error: unknown) => { callback(this.#refusal(error)) }))
  }

  override onData(
    stream: SMTPServerDataStream, session: SMTPServerSession,
    callback: (error?: Error | null, reply?: string | SMTPServerDataResult[]) => void,
  ): void {
    const accepted = this.#transaction(session)
    this.#settle(this.#message(stream, session, accepted).then(
      reply => {
        if (reply instanceof Refusal) callback(reply)
        else callback(null, reply)
      },
      (error: unknown) => {
        const refusal = stream.readableEnded ? this.#refusal(error) : broken(error)
        if (this.#mail.name === 'smtp' || refusal.responseCode === 421) callback(refusal)
        else callback(null, accepted.order.map(() => refusal))
      },
    ).then(() => {
      const connection = this.#clients.get(session)
      if (this.#draining && connection !== undefined) goodbye(connection)
    }))
  }

  async #recipient(address: SMTPServerAddress, session: SMTPServerSession): Promise<void> {
    const refused = refuseAddress(address, session)
    if (refused !== null) throw refused
    const { addresses, recipients, order } = this.#transaction(session)
    if (order.length >= this.#mail.limits.recipientsMax) throw new Refusal(452, '4.5.3', 'too many recipients')
    const name = asciiDomain(address.address).toLowerCase()
    const known = addresses.indexOf(name)
    if (known >= 0) {
      order.push(known)
      return
    }
    const recipient = await this.#mail.sink.recipient(name)
    if (recipient === null) throw new Refusal(550, '5.1.1', 'no such mailbox here')
    addresses.push(name)
    order.push(recipients.push(recipient) - 1)
  }

  async #message(
    stream: SMTPServerDataStream, session: SMTPServerSession, accepted: Accepted<Recipient>,
  ): Promise<Refusal | string | (Refusal | string)[]> {
    const { intake, clock, limits } = this.#mail
    const cancel = clock.after(limits.dataMsMax, () => { stream.destroy(new Refusal(421, '4.4.2', 'the message took too long')) })
    try {
      return await intake.take(stream, () => this.#head(session, accepted), taken => this.#deliver(taken, session, accepted))
    } finally {
      cancel()
    }
  }

  async #deliver(
    taken: Taken, session: SMTPServerSession, { addresses, recipients, order }: Accepted<Recipient>,
  ): Promise<Refusal | string | (Refusal | string)[]> {
    const { sink, name, log, settings, limits } = this.#mail
    if (taken.kind === 'too-large') throw new Refusal(552, '5.3.4', `the message is larger than ${limits.messageBytesMax} bytes`)
    if (taken.kind === 'busy') throw new Refusal(452, '4.3.1', 'too much mail at once, try again later')
    const results = await sink.deliver({ mailFrom: sender(session), recipients, content: taken.content })
    log.debug({ listener: settings.listener, id: session.id, bytes: taken.content.length, recipients: addresses.length }, 'message')
    if (name === 'smtp') return replyForAll(results, addresses)
    return order.map(index => {
      const result = results[index]
      return result === undefined ? new Refusal(451, '4.3.0', 'not delivered') : replyForOne(result)
    })
  }

  #head(session: SMTPServerSession, { addresses, order }: Accepted<Recipient>): Buffer {
    const { name, hostname, clock } = this.#mail
    return Buffer.from(traceHeader({
      mailFrom: sender(session), hostname, helo: session.hostNameAppearsAs, remoteAddress: session.remoteAddress, protocol: name,
      extended: session.openingCommand !== 'HELO', utf8: session.envelope.smtpUtf8 === true,
      tls: session.tlsOptions === false ? null : `${session.tlsOptions.version} ${session.tlsOptions.standardName}`,
      id: session.id, recipient: order.length === 1 ? addresses[0] ?? null : null, at: clock.now(),
    }))
  }

  #transaction(session: SMTPServerSession): Accepted<Recipient> {
    const accepted = this.#accepted.get(session.envelope) ?? { addresses: [], recipients: [], order: [] }
    this.#accepted.set(session.envelope, accepted)
    return accepted
  }

  #refusal(error: unknown): Refusal {
    const { refusal, expected } = refusalOf(error)
    if (!expected) this.#mail.log.error({ listener: this.#mail.settings.listener, error: errorText(error) }, 'mail could not be taken')
    return refusal
  }

  /** Nothing that comes after a reply may end the process. */
  #settle(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#mail.log.error({ listener: this.#mail.settings.listener, error: errorText(error) }, 'a mail connection failed')
    })
  }
}

function sender(session: SMTPServerSession): string {
  return session.envelope.mailFrom === false ? '' : asciiDomain(session.envelope.mailFrom.address)
}

/** RFC 6531 §3.4: only who asks for SMTPUTF8 may use it. The library has decoded the domain, whatever the client sent. */
function refuseAddress(address: SMTPServerAddress, session: SMTPServerSession): Refusal | null {
  if (session.envelope.smtpUtf8 === true || !NON_ASCII.test(asciiDomain(address.address))) return null
  return new Refusal(553, '5.6.7', 'this address needs SMTPUTF8')
}

/** The text of the message never came to its end: the client has gone, or was told to. */
function broken(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal(421, '4.4.2', 'the connection was lost')
}

function closing(): Refusal {
  return new Refusal(421, '4.3.2', 'this server is closing, try again')
}

function goodbye(connection: MailConnection): void {
  connection.send(421, closing().message)
}
